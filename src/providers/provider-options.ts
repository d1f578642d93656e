import type { ParameterNames, ProviderApi, SystemRole } from '../spec/providers.ts';

/** How one provider is reached. These options override what is known of a provider of this name. */
export interface ProviderOptions {
  /**
   * The API of the endpoint.
   * @default that of the known provider of this name, otherwise `openai-compatible`
   */
  readonly api?: ProviderApi | undefined;
  /**
   * Address of the endpoint with the version, such as `http://127.0.0.1:8000/v1`. A query is sent with each request.
   * Required for a provider that is not known by name.
   */
  readonly baseURL?: string | undefined;
  /** Environment variable that holds the key. @default that of the known provider, otherwise no key is sent */
  readonly apiKeyEnv?: string | undefined;
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Parameters of the request that the endpoint takes under another name, or does not take (`false`), by their names in
   * its API: `{ max_tokens: 'max_completion_tokens', seed: false }`. What an endpoint refuses in so many words is left out
   * without this.
   */
  readonly parameters?: ParameterNames | undefined;
  /**
   * The role of the system message, for chat completions; `user` puts it before the first message of the user.
   * @default 'system'
   */
  readonly systemRole?: SystemRole | undefined;
}

/** Providers by name, the part of a model's name before the first slash. */
export type ProvidersOptions = Readonly<Record<string, ProviderOptions>>;
