import { InvalidArgumentError } from '../error/index.ts';
import { redactSecrets } from '../util/error-message.ts';
import { type Environment, readVariable } from '../util/environment.ts';
import { API_PACKAGES } from './create-endpoint.ts';
import { KNOWN_PROVIDERS } from './known-providers.ts';
import type { ProviderApi, ProvidersOptions } from './provider-options.ts';

/** A provider with everything that is known of it. */
export interface Provider {
  readonly name: string;
  readonly api: ProviderApi;
  /** Without a query. */
  readonly baseURL: string;
  /** Query of every request. */
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Variables that may hold the key; none = no key is sent. */
  readonly keyVariables: readonly string[];
  /** The variable that does hold it. */
  readonly keyVariable: string | undefined;
  /** Never shown. */
  readonly apiKey: string | undefined;
  readonly keyPage: string | undefined;
  /** False where the provider also answers without a key. */
  readonly needsKey: boolean;
  readonly takesSchemas: boolean;
}

/** Names of all providers: the known ones, then those of the options. */
export function providerNames(providers: ProvidersOptions = {}): readonly string[] {
  return [...new Set([...Object.keys(KNOWN_PROVIDERS), ...Object.keys(providers)])];
}

/**
 * A provider by name, from what is known and what the options say; undefined where neither names it.
 *
 * @throws InvalidArgumentError for options that cannot be used.
 */
export function findProvider(
  name: string,
  { providers = {}, env }: { providers?: ProvidersOptions | undefined; env: Environment },
): Provider | undefined {
  const known = Object.hasOwn(KNOWN_PROVIDERS, name) ? KNOWN_PROVIDERS[name] : undefined;
  const given = Object.hasOwn(providers, name) ? providers[name] : undefined;
  if (known === undefined && given === undefined) return undefined;
  const api = given?.api ?? known?.api ?? 'openai-compatible';
  if (!Object.hasOwn(API_PACKAGES, api)) {
    throw new InvalidArgumentError({
      parameter: `providers.${name}.api`,
      value: api,
      message: `expected one of ${Object.keys(API_PACKAGES).join(', ')}.`,
    });
  }
  const keyVariables = given?.apiKeyEnv === undefined ? (known?.keyVariables ?? []) : [given.apiKeyEnv];
  const keyVariable = keyVariables.find((variable) => readVariable(env, variable) !== undefined);
  return {
    name,
    api,
    ...splitAddress(name, given?.baseURL ?? known?.baseURL(env)),
    headers: given?.headers ?? {},
    keyVariables,
    keyVariable,
    apiKey: keyVariable === undefined ? undefined : readVariable(env, keyVariable),
    keyPage: known?.keyPage,
    needsKey: given?.apiKeyEnv !== undefined || known?.keyIsOptional === false,
    takesSchemas: known?.takesSchemas ?? false,
  };
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
