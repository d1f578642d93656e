import type { ParameterNames, ProviderApi } from '../../spec/providers.ts';

/** How the chat completions API of an endpoint differs from OpenAI's. */
export interface Dialect {
  /** A JSON schema for the answer is accepted. */
  readonly takesSchemas: boolean;
  /** Images by their address; else they are fetched here and sent themselves. @default false */
  readonly takesImageAddresses?: boolean;
  /** Parameters with another name, or none. */
  readonly parameters?: ParameterNames;
  /** The field of an earlier answer's thoughts. @default 'reasoning_content' */
  readonly reasoningField?: 'reasoning' | 'reasoning_content' | 'none';
  /** Options of the provider are written in camel case, as in its AI SDK package, and sent in snake case. */
  readonly hasCamelCaseOptions?: boolean;
  /** PDF files are sent as `document_url`, and a last message of the assistant is marked as the beginning of the answer. */
  readonly isMistral?: boolean;
}

/** The APIs that are chat completions with a difference. */
export const DIALECTS: Readonly<Partial<Record<ProviderApi, Dialect>>> = {
  groq: { takesSchemas: true, reasoningField: 'reasoning', hasCamelCaseOptions: true },
  mistral: {
    takesSchemas: true,
    parameters: { seed: 'random_seed', stream_options: false },
    reasoningField: 'none',
    hasCamelCaseOptions: true,
    isMistral: true,
  },
  openrouter: { takesSchemas: true, reasoningField: 'reasoning' },
};
