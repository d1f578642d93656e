import type { ModelObject } from '../spec/model-choice.ts';
import { API_PACKAGES, type ParameterNames, type ProviderApi, type SystemRole } from '../spec/providers.ts';
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
  /** For the packages. */
  readonly fetch: typeof globalThis.fetch;
  /** Connections; belong to the caller. */
  readonly client: HttpClient;
  /** Adds a hint to an error; only for the endpoints that need no package. */
  readonly explain: NonNullable<ChatCompletionsEndpoint['explain']>;
  /** Whether an OpenAI-compatible endpoint takes a JSON schema for the answer. */
  readonly takesSchemas: boolean;
  /** Whether an OpenAI-compatible endpoint fetches images by their address. */
  readonly takesImageAddresses: boolean;
  /** Parameters with another name, or none; only for the endpoints that need no package, as is the next. */
  readonly parameters: ParameterNames | undefined;
  readonly systemRole: SystemRole | undefined;
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
  if (dependency === undefined || !isPackageApi(api)) return createChatCompletions(api, settings);
  return importOptional(() => importEndpoint(api, settings), {
    dependency,
    feature: `The provider ${settings.name}`,
    command: `npm install ${dependency}`,
  });
}

type PackageApi = 'openai' | 'anthropic' | 'google' | 'gateway';

function isPackageApi(api: ProviderApi): api is PackageApi {
  return API_PACKAGES[api] !== undefined;
}

async function createChatCompletions(
  api: ProviderApi,
  { name: provider, takesSchemas, takesImageAddresses, client, ...settings }: EndpointSettings,
): Promise<Endpoint> {
  const { ChatCompletionsModel, DIALECTS } = await import('./chat-completions/index.ts');
  const endpoint = { provider, ...settings, dialect: { ...(DIALECTS[api] ?? { takesSchemas }), takesImageAddresses } };
  return (modelId) => new ChatCompletionsModel({ modelId, endpoint, client });
}

async function importEndpoint(
  api: PackageApi,
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
    case 'openai':
      return (await import('@ai-sdk/openai')).createOpenAI(keyed);
    default:
      return api satisfies never;
  }
}
