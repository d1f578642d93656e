import { type LinkedFile, readLinkedFile } from './hub-request.ts';

const MAX_REDIRECTS = 10;

/**
 * Replaces this process's `fetch` by one that keeps the `Authorization` header away from every origin but one, also
 * where a redirect leads elsewhere and the caller then goes on asking there with the same headers. Only for a process
 * that does nothing else.
 *
 * @param onFileAnswer called when a server has answered for a file, all redirects followed.
 * @returns what the origin has stated so far of large files, in the order in which they were asked for.
 */
export function guardFetch(origin: string, onFileAnswer: () => void): () => LinkedFile[] {
  const plainFetch = globalThis.fetch;
  const linked = new Map<string, LinkedFile | undefined>();
  globalThis.fetch = async (input, init = {}) => {
    const asked = new URL(input instanceof Request ? input.url : input);
    // Takes its place in the order before the answer is there.
    if (asked.origin === origin) linked.set(asked.href, linked.get(asked.href));
    let url = asked;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const response = await plainFetch(url, {
        ...init,
        headers: guardedHeaders(init.headers, url.origin === origin),
        redirect: 'manual',
      });
      if (url.origin === origin && linked.get(asked.href) === undefined) {
        const stated = readLinkedFile(response.headers);
        if (stated.sha256 !== undefined) linked.set(asked.href, stated);
      }
      const location = response.headers.get('location');
      if (response.status < 300 || response.status >= 400 || location === null) {
        if (asked.pathname.includes('/resolve/')) onFileAnswer();
        return response;
      }
      await response.body?.cancel();
      url = new URL(location, url);
    }
    throw new TypeError(`redirected more than ${MAX_REDIRECTS} times`);
  };
  return () => [...linked.values()].filter((stated) => stated !== undefined);
}

function guardedHeaders(given: RequestInit['headers'], mayKnowToken: boolean): Headers {
  const headers = new Headers(given);
  // A scheme without a token is what comes of telling the resolver that there is none.
  if (!mayKnowToken || /^bearer\s*$/i.test(headers.get('authorization') ?? '')) headers.delete('authorization');
  return headers;
}
