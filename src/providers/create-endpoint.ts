import type { ModelObject } from '../spec/model-choice.ts';
import { API_PACKAGES, type ProviderApi } from '../spec/providers.ts';
import { importOptional } from '../util/import-optional.ts';

/** Where requests go, and with what. */
export interface EndpointSettings {
  readonly name: string;
  readonly baseURL: string;
  readonly apiKey: string | undefined;
  readonly headers: Record<string, string>;
  readonly fetch: typeof globalThis.fetch;
  /** Whether an OpenAI-compatible endpoint takes a JSON schema for the answer. */
  readonly takesSchemas: boolean;
}

/** Creates the models of an endpoint by their ids. */
export type Endpoint = (modelId: string) => ModelObject;

/** Without a key the packages would read one from an environment variable of their own. */
const NO_KEY = 'none';

/**
 * Creates an endpoint with the package of its API, which is loaded here.
 *
 * @throws MissingDependencyError.
 */
export async function createEndpoint(api: ProviderApi, settings: EndpointSettings): Promise<Endpoint> {
  const dependency = API_PACKAGES[api];
  return importOptional(() => importEndpoint(api, settings), {
    dependency,
    feature: `The provider ${settings.name}`,
    command: `npm install ${dependency}`,
  });
}

async function importEndpoint(
  api: ProviderApi,
  { apiKey, takesSchemas, ...settings }: EndpointSettings,
): Promise<Endpoint> {
  const keyed = { ...settings, apiKey: apiKey ?? NO_KEY };
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
    case 'openai-compatible':
      return (await import('@ai-sdk/openai-compatible')).createOpenAICompatible({
        ...settings,
        ...(apiKey === undefined ? {} : { apiKey }),
        includeUsage: true,
        supportsStructuredOutputs: takesSchemas,
      });
    case 'openrouter':
      return (await import('@openrouter/ai-sdk-provider')).createOpenRouter(keyed);
    default:
      return api satisfies never;
  }
}
