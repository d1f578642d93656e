import type { Provider } from './find-provider.ts';

/** A `fetch` for the requests of one provider, which adds the query of its address to each. */
export function createProviderFetch({ query }: Provider): typeof globalThis.fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return globalThis.fetch(url, init);
  };
}
