import { MissingKeyError, ModelNotFoundError } from '../error/index.ts';
import type { ModelObject } from '../spec/model-choice.ts';
import type { Environment } from '../util/environment.ts';
import { wrapLanguageModel } from 'ai';
import type { HttpClient } from './chat-completions/index.ts';
import { createEndpoint } from './create-endpoint.ts';
import { explainError, explainErrors } from './explain-errors.ts';
import { findProvider, providerNames } from './find-provider.ts';
import { createProviderFetch } from './provider-fetch.ts';
import type { ProvidersOptions } from './provider-options.ts';

/** A model and where it is served. */
export interface ProviderModel {
  readonly model: ModelObject;
  /** The address with its query: two endpoints may serve different models under one name. */
  readonly endpoint: string;
}

/**
 * Creates the model `provider/name` with the package of its API. No request is sent.
 *
 * @throws ModelNotFoundError, MissingKeyError, MissingDependencyError, InvalidArgumentError.
 */
export async function loadProviderModel(
  reference: string,
  {
    providers,
    env,
    openClient,
  }: {
    providers?: ProvidersOptions | undefined;
    env: Environment;
    /** Connections for endpoints that need no package; belongs to the caller. */
    openClient: () => Promise<HttpClient>;
  },
): Promise<ProviderModel> {
  const [name = '', ...rest] = reference.split('/');
  const modelId = rest.join('/');
  const provider = findProvider(name, { providers, env });
  if (provider === undefined || modelId === '') {
    throw new ModelNotFoundError({
      reference,
      hint: `Names begin with a provider, as in openai/gpt-5; known here: ${['local', ...providerNames(providers)].join(', ')}. An endpoint of your own is named in the option providers. In the library, any AI SDK model object works as well.`,
    });
  }
  const { api, baseURL, query, keyVariables, apiKey, headers, needsKey, known } = provider;
  const { keyPage, takesSchemas = false } = known.endpoint ?? {};
  if (needsKey && apiKey === undefined) {
    throw new MissingKeyError({ reference, provider: name, variables: keyVariables, keyPage });
  }
  const fetch = createProviderFetch(provider);
  const endpoint = await createEndpoint(api, {
    name,
    baseURL,
    query,
    apiKey,
    headers: { ...headers },
    fetch,
    takesSchemas,
    // The servers of this machine that are known take images themselves alone.
    takesImageAddresses: known.localServer === undefined,
    openClient,
    explain: (error, call) => explainError(error, { provider, ...call }),
  });
  const model = endpoint(modelId);
  return {
    model:
      api === 'openai-compatible' ? model : wrapLanguageModel({ model, middleware: explainErrors(provider, modelId) }),
    endpoint: `${baseURL}?${String(new URLSearchParams(query))}`,
  };
}
