import type { ProviderApi } from '../spec/providers.ts';

/** How one provider is reached. For a known provider, what is left open stays as it is known. */
export interface ProviderOptions {
  /**
   * What the endpoint speaks.
   * @default that of the known provider of this name, otherwise `openai-compatible`
   */
  readonly api?: ProviderApi | undefined;
  /**
   * Address of the endpoint with the version, such as `http://127.0.0.1:8000/v1`. A query is sent with each request.
   * Needed for a provider that is not known by name.
   */
  readonly baseURL?: string | undefined;
  /** Environment variable that holds the key. @default that of the known provider, otherwise no key is sent */
  readonly apiKeyEnv?: string | undefined;
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Providers by name, the part of a model's name before the first slash. */
export type ProvidersOptions = Readonly<Record<string, ProviderOptions>>;
