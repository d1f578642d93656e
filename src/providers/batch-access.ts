import type { BatchAccess, BatchApiName } from '../spec/batch-access.ts';
import type { HttpClient } from './chat-completions/index.ts';
import type { Provider } from './find-provider.ts';
import { answeredBy, captureRequest } from './package-fetch.ts';

/** The headers that each API with batches wants on every request. */
const KEY_HEADERS: Readonly<Record<BatchApiName, (key: string) => Readonly<Record<string, string>>>> = {
  openai: (key) => ({ authorization: `Bearer ${key}` }),
  anthropic: (key) => ({ 'x-api-key': key, 'anthropic-version': '2023-06-01' }),
  google: (key) => ({ 'x-goog-api-key': key }),
};

/** How the batches of a provider are reached; undefined for an API without. */
export function batchAccess(
  { api, baseURL, apiKey, headers, query }: Provider,
  client: Pick<HttpClient, 'fetch'>,
): BatchAccess | undefined {
  if (!isBatchApi(api)) return undefined;
  const own = { ...KEY_HEADERS[api](apiKey ?? 'none'), ...headers };
  return {
    api,
    baseURL,
    capture: captureRequest,
    answer: answeredBy,
    fetch: (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      const sent = new Headers(own);
      for (const [name, value] of new Headers(init?.headers)) sent.set(name, value);
      return client.fetch(url, { ...init, headers: sent });
    },
  };
}

function isBatchApi(api: string): api is BatchApiName {
  return Object.hasOwn(KEY_HEADERS, api);
}
