import { type Environment, readVariable } from '../util/environment.ts';
import { ollamaAddress } from './ollama-address.ts';
import type { ProviderApi } from './provider-options.ts';

/** A provider that can be named without any configuration. */
export interface KnownProvider {
  readonly api: ProviderApi;
  /** Variables that may hold the key, the usual one first. */
  readonly keyVariables: readonly string[];
  /** True for servers of one's own, which may ask for a key but mostly do not. */
  readonly keyIsOptional: boolean;
  /** Where a key is made. */
  readonly keyPage?: string;
  /** Whether an OpenAI-compatible endpoint takes a JSON schema for the answer; not all do. @default false */
  readonly takesSchemas?: boolean;
  /** Address of the endpoint, with the version. */
  readonly baseURL: (env: Environment) => string;
}

/** Fixed address, or the one in the variable that the provider's own tools read as well. */
function address(usual: string, variable?: string): KnownProvider['baseURL'] {
  return (env) => (variable === undefined ? undefined : readVariable(env, variable)) ?? usual;
}

/** The providers by name. */
export const KNOWN_PROVIDERS: Readonly<Record<string, KnownProvider>> = {
  google: {
    api: 'google',
    keyVariables: ['GEMINI_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY'],
    keyIsOptional: false,
    keyPage: 'https://aistudio.google.com/apikey',
    baseURL: address('https://generativelanguage.googleapis.com/v1beta'),
  },
  openai: {
    api: 'openai',
    keyVariables: ['OPENAI_API_KEY'],
    keyIsOptional: false,
    keyPage: 'https://platform.openai.com/api-keys',
    baseURL: address('https://api.openai.com/v1', 'OPENAI_BASE_URL'),
  },
  anthropic: {
    api: 'anthropic',
    keyVariables: ['ANTHROPIC_API_KEY'],
    keyIsOptional: false,
    keyPage: 'https://console.anthropic.com/settings/keys',
    baseURL: (env) => withVersion(readVariable(env, 'ANTHROPIC_BASE_URL') ?? 'https://api.anthropic.com/v1'),
  },
  mistral: {
    api: 'mistral',
    keyVariables: ['MISTRAL_API_KEY'],
    keyIsOptional: false,
    keyPage: 'https://console.mistral.ai/api-keys',
    baseURL: address('https://api.mistral.ai/v1'),
  },
  groq: {
    api: 'groq',
    keyVariables: ['GROQ_API_KEY'],
    keyIsOptional: false,
    keyPage: 'https://console.groq.com/keys',
    baseURL: address('https://api.groq.com/openai/v1'),
  },
  openrouter: {
    api: 'openrouter',
    keyVariables: ['OPENROUTER_API_KEY'],
    keyIsOptional: false,
    keyPage: 'https://openrouter.ai/keys',
    baseURL: address('https://openrouter.ai/api/v1'),
  },
  gateway: {
    api: 'gateway',
    keyVariables: ['AI_GATEWAY_API_KEY'],
    keyIsOptional: false,
    keyPage: 'https://vercel.com/ai-gateway',
    baseURL: address('https://ai-gateway.vercel.sh/v4/ai'),
  },
  ollama: {
    api: 'openai-compatible',
    keyVariables: ['OLLAMA_API_KEY'],
    keyIsOptional: true,
    takesSchemas: true,
    baseURL: (env) => `${ollamaAddress(env)}/v1`,
  },
  lmstudio: {
    api: 'openai-compatible',
    keyVariables: ['LM_API_TOKEN'],
    keyIsOptional: true,
    takesSchemas: true,
    baseURL: address('http://127.0.0.1:1234/v1', 'LMSTUDIO_BASE_URL'),
  },
};

/** Anthropic's own tools take the address without the version, the AI SDK with it. */
function withVersion(baseURL: string): string {
  return /\/v\d+\/?$/.test(baseURL) ? baseURL : `${baseURL.replace(/\/$/, '')}/v1`;
}
