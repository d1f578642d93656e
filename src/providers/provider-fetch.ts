import { redactKnownSecrets, rememberSecret } from '../util/known-secrets.ts';
import type { Provider } from './find-provider.ts';

/** Names of headers and query fields whose values are keys. */
const SECRET_NAME = /key|token|auth|secret|cookie|password/i;

/**
 * A `fetch` for the requests of one provider. It adds the query of the provider's address, and takes the provider's
 * keys out of replies that are no stream: error pages quote requests, and land in errors.
 */
export function createProviderFetch({ apiKey, headers, query }: Provider): typeof globalThis.fetch {
  if (apiKey !== undefined) rememberSecret(apiKey);
  for (const [name, value] of [...Object.entries(headers), ...Object.entries(query)]) {
    if (SECRET_NAME.test(name)) rememberSecret(value.replace(/^(?:bearer|basic)\s+/i, ''));
  }
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const response = await globalThis.fetch(url, init);
    const { status, statusText } = response;
    if (response.ok && !/json|html/i.test(response.headers.get('content-type') ?? '')) return response;
    return new Response(redactKnownSecrets(await response.text()), {
      status,
      statusText,
      headers: withoutLength(response.headers),
    });
  };
}

/** The body is decoded, and may be of another length. */
function withoutLength(headers: Headers): Headers {
  const kept = new Headers(headers);
  for (const name of ['content-length', 'content-encoding']) kept.delete(name);
  return kept;
}
