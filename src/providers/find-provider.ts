import { InvalidArgumentError } from '../error/index.ts';
import {
  API_PACKAGES,
  KNOWN_PROVIDERS,
  type KnownProvider,
  type ProviderApi,
  type ProviderEndpoint,
  SYSTEM_ROLES,
} from '../spec/providers.ts';
import { checkChoice } from '../util/choices.ts';
import { redactSecrets } from '../util/error-message.ts';
import { type Environment, readVariable } from '../util/environment.ts';
import type { ProviderOptions, ProvidersOptions } from './provider-options.ts';

/** A provider ready to be called: what is known of it, overridden by the options and the environment. */
export interface Provider {
  readonly name: string;
  readonly api: ProviderApi;
  /** Without a query. */
  readonly baseURL: string;
  /** Query of every request. */
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly parameters: ProviderOptions['parameters'];
  readonly systemRole: ProviderOptions['systemRole'];
  /** Variables that may hold the key; none = no key is sent. */
  readonly keyVariables: readonly string[];
  /** The variable that does hold it. */
  readonly keyVariable: string | undefined;
  /** Never shown. */
  readonly apiKey: string | undefined;
  /** False where the provider also answers without a key. */
  readonly needsKey: boolean;
  /** What is known of a provider of this name; empty for an endpoint of the user's own. */
  readonly known: KnownProvider;
}

/** Names of all providers: the known ones, then those of the options. */
export function providerNames(providers: ProvidersOptions = {}): readonly string[] {
  const known = Object.keys(KNOWN_PROVIDERS).filter((name) => KNOWN_PROVIDERS[name]?.endpoint !== undefined);
  return [...new Set([...known, ...Object.keys(providers)])];
}

/**
 * A provider by name, from the known ones and the options; undefined where neither has it.
 *
 * @throws InvalidArgumentError for options that cannot be used.
 */
export function findProvider(
  name: string,
  { providers = {}, env }: { providers?: ProvidersOptions | undefined; env: Environment },
): Provider | undefined {
  const known = (Object.hasOwn(KNOWN_PROVIDERS, name) ? KNOWN_PROVIDERS[name] : undefined) ?? {};
  const { endpoint, keyVariables: usualVariables = [], localServer } = known;
  const given = Object.hasOwn(providers, name) ? providers[name] : undefined;
  if (endpoint === undefined && given === undefined) return undefined;
  const api = given?.api ?? endpoint?.api ?? 'openai-compatible';
  checkChoice(`providers.${name}.api`, api, { choices: API_PACKAGES });
  if (given?.systemRole !== undefined) {
    checkChoice(`providers.${name}.systemRole`, given.systemRole, { choices: SYSTEM_ROLES });
  }
  const keyVariables =
    given?.apiKeyEnv === undefined ? (endpoint === undefined ? [] : usualVariables) : [given.apiKeyEnv];
  const keyVariable = keyVariables.find((variable) => readVariable(env, variable) !== undefined);
  return {
    name,
    api,
    ...splitAddress(name, given?.baseURL ?? (endpoint && usualAddress(endpoint, env))),
    headers: given?.headers ?? {},
    parameters: given?.parameters,
    systemRole: given?.systemRole,
    keyVariables,
    keyVariable,
    apiKey: keyVariable === undefined ? undefined : readVariable(env, keyVariable),
    needsKey: given?.apiKeyEnv !== undefined || (endpoint !== undefined && localServer === undefined),
    known,
  };
}

function usualAddress(
  { baseURL, baseURLVariable, parseBaseURL = (value) => value }: ProviderEndpoint,
  env: Environment,
): string {
  const value = baseURLVariable === undefined ? undefined : readVariable(env, baseURLVariable);
  return value === undefined ? baseURL : parseBaseURL(value);
}

/** An address without its query, and the query, which every request gets. */
function splitAddress(name: string, address: string | undefined): Pick<Provider, 'baseURL' | 'query'> {
  const url = URL.parse(address ?? '');
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new InvalidArgumentError({
      parameter: `providers.${name}.baseURL`,
      value: address === undefined ? address : redactSecrets(address),
      message:
        'expected an address such as http://127.0.0.1:8000/v1, with http:// or https:// and without a user name.',
    });
  }
  const query = Object.fromEntries(url.searchParams);
  url.search = '';
  url.hash = '';
  return { baseURL: url.href.replace(/\/+$/, ''), query };
}
