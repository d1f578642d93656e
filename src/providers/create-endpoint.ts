import type { ModelObject } from '../spec/model-choice.ts';
import { API_PACKAGES, type ProviderApi } from '../spec/providers.ts';
import { importOptional } from '../util/import-optional.ts';
import type { ChatCompletionsEndpoint, HttpClient } from './chat-completions/index.ts';

/** Where requests go, and with what. */
export interface EndpointSettings {
  readonly name: string;
  readonly baseURL: string;
  /** Query of every request; `fetch` adds it by itself. */
  readonly query: Readonly<Record<string, string>>;
  readonly apiKey: string | undefined;
  readonly headers: Record<string, string>;
  readonly fetch: typeof globalThis.fetch;
  /** Connections for the endpoints that need no package; belongs to the caller. */
  readonly openClient: () => Promise<HttpClient>;
  /** Adds a hint to an error; only for the endpoints that need no package. */
  readonly explain: NonNullable<ChatCompletionsEndpoint['explain']>;
  /** Whether an OpenAI-compatible endpoint takes a JSON schema for the answer. */
  readonly takesSchemas: boolean;
  /** Whether an OpenAI-compatible endpoint fetches images by their address. */
  readonly takesImageAddresses: boolean;
}

/** Creates the models of an endpoint by their ids. */
export type Endpoint = (modelId: string) => ModelObject;

/** Without a key the packages would read one from an environment variable of their own. */
const NO_KEY = 'none';

/**
 * Creates an endpoint: by our own transport for the chat completions API, else with the package of its API, which is
 * loaded here. Why which one: `docs/decisions/0012-the-path-of-a-call.md`.
 *
 * @throws MissingDependencyError.
 */
export async function createEndpoint(api: ProviderApi, settings: EndpointSettings): Promise<Endpoint> {
  const dependency = API_PACKAGES[api];
  if (api === 'openai-compatible' || dependency === undefined) return createChatCompletions(settings);
  return importOptional(() => importEndpoint(api, settings), {
    dependency,
    feature: `The provider ${settings.name}`,
    command: `npm install ${dependency}`,
  });
}

async function createChatCompletions({
  name: provider,
  takesSchemas,
  takesImageAddresses,
  openClient,
  ...settings
}: EndpointSettings): Promise<Endpoint> {
  const { ChatCompletionsModel } = await import('./chat-completions/index.ts');
  const client = await openClient();
  const endpoint = { provider, ...settings, abilities: { takesSchemas, takesImageAddresses } };
  return (modelId) => new ChatCompletionsModel({ modelId, endpoint, client });
}

async function importEndpoint(
  api: Exclude<ProviderApi, 'openai-compatible'>,
  { name, baseURL, apiKey, headers, fetch }: EndpointSettings,
): Promise<Endpoint> {
  const keyed = { name, baseURL, headers, fetch, apiKey: apiKey ?? NO_KEY };
  switch (api) {
    case 'anthropic':
      return (await import('@ai-sdk/anthropic')).createAnthropic(keyed);
    case 'gateway':
      return (await import('ai')).createGateway(keyed);
    case 'google':
      return (await import('@ai-sdk/google')).createGoogle(keyed);
    case 'groq':
      return (await import('@ai-sdk/groq')).createGroq(keyed);
    case 'mistral':
      return (await import('@ai-sdk/mistral')).createMistral(keyed);
    case 'openai':
      return (await import('@ai-sdk/openai')).createOpenAI(keyed);
    case 'openrouter':
      return (await import('@openrouter/ai-sdk-provider')).createOpenRouter(keyed);
    default:
      return api satisfies never;
  }
}
