import { redactKnownSecrets, rememberSecret } from '../util/known-secrets.ts';
import type { HttpClient } from './chat-completions/index.ts';
import type { Provider } from './find-provider.ts';

/** Names of headers and query fields whose values are keys. */
const SECRET_NAME = /key|token|auth|secret|cookie|password/i;

/**
 * A `fetch` for the requests of one provider. It adds the query of the provider's address, and redacts the provider's
 * keys in replies that are not streams: error pages quote requests, and end up in error messages.
 */
export function createProviderFetch(
  { apiKey, headers, query }: Provider,
  { fetch }: Pick<HttpClient, 'fetch'>,
): typeof globalThis.fetch {
  if (apiKey !== undefined) rememberSecret(apiKey);
  for (const [name, value] of [...Object.entries(headers), ...Object.entries(query)]) {
    if (SECRET_NAME.test(name)) rememberSecret(value.replace(/^(?:bearer|basic)\s+/i, ''));
  }
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const response = await fetch(url, init);
    const { ok, status, statusText } = response;
    if (ok && !/json|html/i.test(response.headers.get('content-type') ?? '')) return response;
    const body = redactKnownSecrets(await response.text());
    const kept = new Headers([...response.headers]);
    // The body is decoded and redacted, so its length changes.
    for (const name of ['content-length', 'content-encoding']) kept.delete(name);
    // Some statuses allow no body, not even an empty one.
    return new Response(body === '' ? null : body, { status, statusText, headers: kept });
  };
}
