import { MissingKeyError, ModelNotFoundError } from '../error/index.ts';
import type { ModelObject } from '../spec/model-choice.ts';
import type { Environment } from '../util/environment.ts';
import { wrapLanguageModel } from 'ai';
import { createEndpoint } from './create-endpoint.ts';
import { explainErrors } from './explain-errors.ts';
import { findProvider, providerNames } from './find-provider.ts';
import { createProviderFetch } from './provider-fetch.ts';
import type { ProvidersOptions } from './provider-options.ts';

/**
 * Makes the model behind `provider/name` by the provider's own package. No request is sent.
 *
 * @throws ModelNotFoundError, MissingKeyError, MissingDependencyError, InvalidArgumentError.
 */
export async function loadProviderModel(
  reference: string,
  { providers, env }: { providers?: ProvidersOptions | undefined; env: Environment },
): Promise<ModelObject> {
  const [name = '', ...rest] = reference.split('/');
  const modelId = rest.join('/');
  const provider = findProvider(name, { providers, env });
  if (provider === undefined || modelId === '') {
    throw new ModelNotFoundError({
      reference,
      hint: `Names begin with a provider, as in openai/gpt-5; known here: ${['local', ...providerNames(providers)].join(', ')}. An endpoint of your own is named in the option providers. In the library, any AI SDK model object works as well.`,
    });
  }
  const { api, baseURL, keyVariables, apiKey, headers, keyPage, needsKey, takesSchemas } = provider;
  if (needsKey && apiKey === undefined) {
    throw new MissingKeyError({ reference, provider: name, variables: keyVariables, keyPage });
  }
  const fetch = createProviderFetch(provider);
  const endpoint = await createEndpoint(api, { name, baseURL, apiKey, headers: { ...headers }, fetch, takesSchemas });
  return wrapLanguageModel({ model: endpoint(modelId), middleware: explainErrors(provider, modelId) });
}
