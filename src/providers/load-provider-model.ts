import { MissingKeyError, ModelNotFoundError } from '../error/index.ts';
import { setBatchAccess } from '../spec/batch-access.ts';
import type { ModelObject } from '../spec/model-choice.ts';
import { API_PACKAGES } from '../spec/providers.ts';
import type { Environment } from '../util/environment.ts';
import { wrapLanguageModel } from 'ai';
import type { HttpClient } from './chat-completions/index.ts';
import { batchAccess } from './batch-access.ts';
import { checkKeys } from './check-keys.ts';
import { createEndpoint } from './create-endpoint.ts';
import { explainError } from './explain-errors.ts';
import { findProvider, providerNames } from './find-provider.ts';
import { createPackageFetch } from './package-fetch.ts';
import { packageMiddleware } from './package-model.ts';
import { createProviderFetch } from './provider-fetch.ts';
import { RequestParameters } from './request-parameters.ts';
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
    /** Connections; belong to the caller. */
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
  const { api, baseURL, query, keyVariables, apiKey, headers, needsKey, known, parameters, systemRole } = provider;
  const { keyPage, takesSchemas = false } = known.endpoint ?? {};
  if (needsKey && apiKey === undefined) {
    throw new MissingKeyError({ reference, provider: name, variables: keyVariables, keyPage });
  }
  checkKeys(provider);
  const client = await openClient();
  const learned = new RequestParameters({ names: parameters });
  const endpoint = await createEndpoint(api, {
    name,
    baseURL,
    query,
    apiKey,
    headers: { ...headers },
    fetch: createPackageFetch(createProviderFetch(provider, client), learned),
    takesSchemas,
    // The servers of this machine that are known take images themselves alone.
    takesImageAddresses: known.localServer === undefined,
    parameters,
    systemRole,
    client,
    explain: (error, call) => explainError(error, { provider, client, ...call }),
  });
  const model = endpoint(modelId);
  const middleware = packageMiddleware({ provider, modelId, client }, learned);
  const wrapped = API_PACKAGES[api] === undefined ? model : wrapLanguageModel({ model, middleware });
  const batches = batchAccess(provider, client);
  if (batches !== undefined) setBatchAccess(wrapped, batches);
  return {
    model: wrapped,
    endpoint: `${baseURL}?${String(new URLSearchParams(query))}`,
  };
}
