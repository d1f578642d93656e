import { findPackageJSON } from 'node:module';
import { API_PACKAGES, type ProviderApi } from '../spec/providers.ts';
import { errorMessage } from '../util/error-message.ts';
import type { Environment } from '../util/environment.ts';
import { checkKeys } from './check-keys.ts';
import type { HttpClient } from './chat-completions/index.ts';
import { findProvider, type Provider, providerNames } from './find-provider.ts';
import type { ProvidersOptions } from './provider-options.ts';
import { servedModels } from './served-models.ts';
import { anObject, anything, aSignal, checkOptions, type OptionKinds } from '../util/check-options.ts';

/** A provider, and what is missing to use its models. */
export interface ListedProvider {
  /** First part of the names of its models. */
  readonly name: string;
  readonly api: ProviderApi;
  /** Address without its query. */
  readonly baseURL: string;
  /** The npm package that it needs; undefined where it needs none. */
  readonly package: string | undefined;
  readonly isInstalled: boolean;
  /** False where it also answers without a key. */
  readonly needsKey: boolean;
  /** Environment variables that may hold the key, the usual one first. */
  readonly keyVariables: readonly string[];
  /** The one that does; the key itself is not part of the result. */
  readonly keyVariable: string | undefined;
  /** Its models as `provider/model`, sorted; undefined where no list was requested or none came. */
  readonly models: readonly string[] | undefined;
  /** Why no list came, as one line; undefined where one came, or none was requested, as for want of a key. */
  readonly problem: string | undefined;
}

/** Options of {@link listProviders}. */
export interface ListProvidersOptions {
  /** As those of `createBlender`. */
  readonly providers?: ProvidersOptions | undefined;
  /** @default process.env */
  readonly env?: Environment | undefined;
  /** Only this provider is asked for its models; `false` = none. @default all that have a key or need none */
  readonly ask?: string | false | undefined;
  /** Milliseconds each of them has for that. @default 2000 */
  readonly timeoutMs?: number | undefined;
  readonly abortSignal?: AbortSignal | undefined;
}

/**
 * The providers that can be named: the known ones and those of the options, where their keys come from, and their
 * models. Where an endpoint fails, its `problem` says why.
 *
 * @throws InvalidArgumentError for options and proxies that cannot be used; the signal's reason on abort.
 * @example
 * for (const { name, models, problem } of await listProviders()) console.log(name, problem ?? models);
 */
export async function listProviders(options: ListProvidersOptions = {}): Promise<readonly ListedProvider[]> {
  const kinds = { providers: anObject, env: anObject, ask: anything, timeoutMs: anything, abortSignal: aSignal };
  checkOptions('listProviders', options, kinds satisfies OptionKinds<ListProvidersOptions>);
  const { providers, env = process.env, ask, timeoutMs, abortSignal } = options;
  const found = providerNames(providers).map((name) => findProvider(name, { providers, env }));
  const { HttpClient } = await import('./chat-completions/index.ts');
  await using client = new HttpClient({ env });
  return await Promise.all(
    found
      .filter((provider) => provider !== undefined)
      .map(async (provider) => ({
        ...describe(provider),
        ...((ask ?? provider.name) === provider.name && (provider.apiKey !== undefined || !provider.needsKey)
          ? await askServed(provider, { client, ...(timeoutMs === undefined ? {} : { timeoutMs }), abortSignal })
          : { models: undefined, problem: undefined }),
      })),
  );
}

function describe({ name, api, baseURL, needsKey, keyVariables, keyVariable }: Provider) {
  const dependency = API_PACKAGES[api];
  const isInstalled = dependency === undefined || isFound(dependency);
  return { name, api, baseURL, package: dependency, isInstalled, needsKey, keyVariables, keyVariable };
}

function isFound(dependency: string): boolean {
  try {
    return findPackageJSON(dependency, import.meta.url) !== undefined;
  } catch {
    return false;
  }
}

async function askServed(
  provider: Provider,
  options: { client: HttpClient; timeoutMs?: number; abortSignal: AbortSignal | undefined },
): Promise<Pick<ListedProvider, 'models' | 'problem'>> {
  try {
    checkKeys(provider);
    const models = await servedModels(provider, options);
    return { models: models.map((model) => `${provider.name}/${model}`), problem: undefined };
  } catch (error) {
    options.abortSignal?.throwIfAborted();
    return { models: undefined, problem: errorMessage(error) };
  }
}
