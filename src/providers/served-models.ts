import { z } from 'zod';
import type { ProviderApi } from '../spec/providers.ts';
import { errorCode, errorMessage } from '../util/error-message.ts';
import { parseJson } from '../util/parse-json.ts';
import { reasonIn } from '../calls/index.ts';
import type { HttpClient } from './chat-completions/index.ts';
import type { Provider } from './find-provider.ts';
import { createProviderFetch } from './provider-fetch.ts';

/** Milliseconds an endpoint has to list its models. */
const TIMEOUT_MS = 2000;

/** How an API lists its models: the path below the base URL, and where the names are in the reply. */
interface ListRecipe {
  readonly path: string;
  readonly names: z.ZodType<readonly string[]>;
  readonly authorize: (apiKey: string) => Readonly<Record<string, string>>;
}

const bearer: ListRecipe['authorize'] = (apiKey) => ({ authorization: `Bearer ${apiKey}` });

const DATA = z.object({ data: z.array(z.object({ id: z.string() })) });

const OPENAI: ListRecipe = {
  path: '/models',
  names: DATA.transform(({ data }) => data.map(({ id }) => id)),
  authorize: bearer,
};

/** The APIs that do not list their models as OpenAI does. */
const RECIPES: Readonly<Partial<Record<ProviderApi | 'ollama', ListRecipe>>> = {
  anthropic: {
    ...OPENAI,
    path: '/models?limit=1000',
    authorize: (apiKey) => ({ 'x-api-key': apiKey, 'anthropic-version': '2023-06-01' }),
  },
  google: {
    path: '/models?pageSize=1000',
    names: z
      .object({
        models: z.array(
          z.object({ name: z.string(), supportedGenerationMethods: z.array(z.string()).default(['generateContent']) }),
        ),
      })
      .transform(({ models }) =>
        models
          .filter(({ supportedGenerationMethods }) => supportedGenerationMethods.includes('generateContent'))
          .map(({ name }) => name.replace(/^models\//, '')),
      ),
    authorize: (apiKey) => ({ 'x-goog-api-key': apiKey }),
  },
  gateway: {
    path: '/config',
    names: z
      .object({ models: z.array(z.object({ id: z.string(), modelType: z.string().nullish() })) })
      .transform(({ models }) =>
        models.filter(({ modelType }) => (modelType ?? 'language') === 'language').map(({ id }) => id),
      ),
    authorize: bearer,
  },
  /** Ollama's own list, which every version has. */
  ollama: {
    path: '/../api/tags',
    names: z
      .object({ models: z.array(z.object({ name: z.string() })) })
      .transform(({ models }) => models.map(({ name }) => name.replace(/:latest$/, ''))),
    authorize: bearer,
  },
};

/**
 * The models that a provider serves, by the part of their names after the first slash.
 *
 * @throws Error with the reason as one line; the signal's reason on abort.
 */
export async function servedModels(
  provider: Provider,
  {
    client,
    timeoutMs = TIMEOUT_MS,
    abortSignal,
  }: { client: Pick<HttpClient, 'fetch'>; timeoutMs?: number; abortSignal?: AbortSignal | undefined },
): Promise<readonly string[]> {
  const { path, names, authorize }: ListRecipe = RECIPES[provider.known.endpoint?.modelList ?? provider.api] ?? OPENAI;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = abortSignal === undefined ? timeout : AbortSignal.any([abortSignal, timeout]);
  const headers = { ...(provider.apiKey === undefined ? {} : authorize(provider.apiKey)), ...provider.headers };
  try {
    const response = await createProviderFetch(provider, client)(`${provider.baseURL}${path}`, { headers, signal });
    const body = await response.text();
    if (!response.ok) throw new Error(`it answers ${response.status}${explanation(body)}`);
    const parsed = names.safeParse(parseJson(body));
    if (!parsed.success) throw new Error('its reply is not a list of models');
    return parsed.data.toSorted();
  } catch (error) {
    abortSignal?.throwIfAborted();
    throw new Error(timeout.aborted ? `no answer within ${timeoutMs / 1000} s` : reason(error), { cause: error });
  }
}

/** The message of an error reply, as one line. */
function explanation(body: string): string {
  const stated = reasonIn(parseJson(body));
  return stated === undefined
    ? ''
    : `: ${errorMessage(stated).replaceAll(/\s+/g, ' ').slice(0, 200).replace(/\.$/, '')}`;
}

function reason(error: unknown): string {
  const code = error instanceof Error ? errorCode(error.cause) : undefined;
  return code === undefined ? errorMessage(error) : `it cannot be reached (${code})`;
}
