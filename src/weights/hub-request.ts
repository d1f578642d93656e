import type { HubEndpoint } from './hub-endpoint.ts';

/** What Hugging Face says of a large file in the headers of its redirect. */
export interface LinkedFile {
  /** Lower-case hex. */
  readonly sha256: string | undefined;
  readonly bytes: number | undefined;
}

/** Result of {@link requestFromHub}. The body is the caller's to read or cancel. */
export interface HubResponse {
  readonly response: Response;
  readonly linked: LinkedFile;
}

const MAX_REDIRECTS = 10;

/**
 * Asks for a file and follows redirects by hand, because two things happen on the way: the statement of size and
 * sha256 stands only in the redirect, and the token must stay with Hugging Face (what it redirects to is another host).
 */
export async function requestFromHub({
  hub,
  url,
  headers,
  signal,
}: {
  hub: HubEndpoint;
  url: URL;
  headers: Readonly<Record<string, string>>;
  signal: AbortSignal;
}): Promise<HubResponse> {
  let linked: LinkedFile = { sha256: undefined, bytes: undefined };
  let next = url;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const atHub = next.origin === hub.origin;
    const authorization = atHub && hub.token !== undefined ? { authorization: `Bearer ${hub.token}` } : {};
    const response = await fetch(next, {
      // Compressed, the bytes could neither be counted nor resumed.
      headers: { ...headers, ...authorization, 'accept-encoding': 'identity' },
      redirect: 'manual',
      signal,
    });
    if (atHub) linked = mergeLinked(linked, readLinkedFile(response.headers));
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) return { response, linked };
    await response.body?.cancel();
    next = new URL(location, next);
  }
  throw new Error(`redirected more than ${MAX_REDIRECTS} times`);
}

/** Reads `X-Linked-ETag` (a sha256 for large files, a git hash for small ones) and `X-Linked-Size`. */
export function readLinkedFile(headers: Headers): LinkedFile {
  const etag = headers.get('x-linked-etag')?.replace(/^W\//, '').replaceAll('"', '').toLowerCase();
  const bytes = Number(headers.get('x-linked-size') ?? Number.NaN);
  return {
    sha256: etag !== undefined && /^[0-9a-f]{64}$/.test(etag) ? etag : undefined,
    bytes: Number.isSafeInteger(bytes) ? bytes : undefined,
  };
}

function mergeLinked(earlier: LinkedFile, later: LinkedFile): LinkedFile {
  return { sha256: later.sha256 ?? earlier.sha256, bytes: later.bytes ?? earlier.bytes };
}
