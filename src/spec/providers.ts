import { ollamaAddress } from './ollama-address.ts';

/** The APIs of language models, each with the package it needs; undefined = none. */
export const API_PACKAGES = {
  'openai-compatible': undefined,
  openai: '@ai-sdk/openai',
  anthropic: '@ai-sdk/anthropic',
  google: '@ai-sdk/google',
  mistral: undefined,
  groq: undefined,
  openrouter: undefined,
  gateway: 'ai',
} as const;

/** Name of an API. */
export type ProviderApi = keyof typeof API_PACKAGES;

/** Names of parameters in the body of a request: another name, or false = left out. */
export type ParameterNames = Readonly<Record<string, string | false>>;

/** Roles in which a system message can be sent. */
export const SYSTEM_ROLES = {
  system: 'as most endpoints take it',
  developer: 'as the reasoning models of OpenAI take it',
  user: 'before the first message of the user',
} as const;

/** One of {@link SYSTEM_ROLES}. */
export type SystemRole = keyof typeof SYSTEM_ROLES;

/** How the models of a provider are reached by name, as `provider/model`. */
export interface ProviderEndpoint {
  readonly api: ProviderApi;
  /** Address of the endpoint, with the version. */
  readonly baseURL: string;
  /** Variable that names another address; the provider's own tools read it as well. */
  readonly baseURLVariable?: string;
  /** Makes the address from the value of that variable, if the value is not the address itself. */
  readonly parseBaseURL?: (value: string) => string;
  /** Where to get a key. */
  readonly keyPage?: string;
  /** Whether an OpenAI-compatible endpoint accepts a JSON schema for the answer. @default false */
  readonly takesSchemas?: boolean;
  /** How to list its models, if not as its API does. */
  readonly modelList?: 'ollama';
  /** Fast and cheap models for new users, the first choice first. */
  readonly preferredModels?: readonly string[];
}

/** A program that serves models on the user's own machine. Its models cost nothing, and it needs no key. */
export interface LocalServer {
  /** Starts it. */
  readonly startCommand: string;
  /** Fetches a model, whose name follows. */
  readonly pullCommand?: string;
  /** Models that it forwards to a service, which may cost something. */
  readonly remoteModels?: RegExp;
  /** Default context size: tokens of prompt and answer together. Longer prompts are cut without an error. */
  readonly contextTokens: number;
}

/** What is known about a provider. */
export interface KnownProvider {
  /** Absent for a provider whose models come only as model objects of the AI SDK. */
  readonly endpoint?: ProviderEndpoint;
  /** Variables that may hold the key, the usual one first. */
  readonly keyVariables?: readonly string[];
  readonly localServer?: LocalServer;
  /** It forwards calls: its models are named `provider/model` and have the price of that provider. */
  readonly isGateway?: boolean;
  /** Its name in the price list of `@pydantic/genai-prices`. @default its own */
  readonly priceListName?: string;
  /** Where the metadata of an answer say what it cost, in US dollars, below the provider's name. */
  readonly reportedCost?: readonly string[];
  /** Its name in the GenAI semantic conventions of OpenTelemetry. @default its own */
  readonly telemetryName?: string;
  /** Options of the AI SDK that make it return the log-probabilities of the tokens. @default it does not */
  readonly logProbabilityOptions?: Readonly<Record<string, number>>;
}

const VERTEX: KnownProvider = { priceListName: 'google', telemetryName: 'gcp.vertex_ai' };
const BEDROCK: KnownProvider = { priceListName: 'aws', telemetryName: 'aws.bedrock' };

/**
 * The providers by name: the first part of the names of their models, and of the provider's name in the AI SDK. Adding
 * one that can be named means a row here, and a case in `src/providers/create-endpoint.ts` where its API is new.
 */
export const KNOWN_PROVIDERS: Readonly<Record<string, KnownProvider>> = {
  google: {
    endpoint: {
      api: 'google',
      baseURL: 'https://generativelanguage.googleapis.com/v1beta',
      keyPage: 'https://aistudio.google.com/apikey',
      preferredModels: ['gemini-3.5-flash-lite', 'gemini-2.5-flash'],
    },
    keyVariables: ['GEMINI_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY'],
    telemetryName: 'gcp.gemini',
  },
  openai: {
    endpoint: {
      api: 'openai',
      baseURL: 'https://api.openai.com/v1',
      baseURLVariable: 'OPENAI_BASE_URL',
      keyPage: 'https://platform.openai.com/api-keys',
      preferredModels: ['gpt-5.4-mini', 'gpt-5-mini'],
    },
    keyVariables: ['OPENAI_API_KEY'],
    logProbabilityOptions: { logprobs: 20 },
  },
  anthropic: {
    endpoint: {
      api: 'anthropic',
      baseURL: 'https://api.anthropic.com/v1',
      baseURLVariable: 'ANTHROPIC_BASE_URL',
      // Anthropic's own tools take the address without the version, the AI SDK with it.
      parseBaseURL: (url) => (/\/v\d+\/?$/.test(url) ? url : `${url.replace(/\/$/, '')}/v1`),
      keyPage: 'https://console.anthropic.com/settings/keys',
      preferredModels: ['claude-haiku-5-5', 'claude-haiku-4-5'],
    },
    keyVariables: ['ANTHROPIC_API_KEY'],
  },
  mistral: {
    endpoint: {
      api: 'mistral',
      baseURL: 'https://api.mistral.ai/v1',
      keyPage: 'https://console.mistral.ai/api-keys',
      preferredModels: ['mistral-small-latest'],
    },
    keyVariables: ['MISTRAL_API_KEY'],
    telemetryName: 'mistral_ai',
  },
  groq: {
    endpoint: {
      api: 'groq',
      baseURL: 'https://api.groq.com/openai/v1',
      keyPage: 'https://console.groq.com/keys',
      preferredModels: ['llama-3.3-70b-versatile', 'openai/gpt-oss-20b'],
    },
    keyVariables: ['GROQ_API_KEY'],
  },
  openrouter: {
    endpoint: {
      api: 'openrouter',
      baseURL: 'https://openrouter.ai/api/v1',
      keyPage: 'https://openrouter.ai/keys',
      preferredModels: ['google/gemini-3.5-flash-lite', 'openai/gpt-5.4-mini'],
    },
    keyVariables: ['OPENROUTER_API_KEY'],
    reportedCost: ['usage', 'cost'],
  },
  gateway: {
    endpoint: {
      api: 'gateway',
      baseURL: 'https://ai-gateway.vercel.sh/v4/ai',
      keyPage: 'https://vercel.com/ai-gateway',
      preferredModels: ['google/gemini-3.5-flash-lite', 'openai/gpt-5.4-mini'],
    },
    keyVariables: ['AI_GATEWAY_API_KEY'],
    isGateway: true,
    reportedCost: ['cost'],
  },
  ollama: {
    endpoint: {
      api: 'openai-compatible',
      baseURL: 'http://127.0.0.1:11434/v1',
      baseURLVariable: 'OLLAMA_HOST',
      parseBaseURL: (host) => `${ollamaAddress(host)}/v1`,
      takesSchemas: true,
      modelList: 'ollama',
    },
    keyVariables: ['OLLAMA_API_KEY'],
    localServer: {
      startCommand: 'ollama serve',
      pullCommand: 'ollama pull',
      remoteModels: /[-:]cloud$/,
      contextTokens: 4096,
    },
  },
  lmstudio: {
    endpoint: {
      api: 'openai-compatible',
      baseURL: 'http://127.0.0.1:1234/v1',
      baseURLVariable: 'LMSTUDIO_BASE_URL',
      takesSchemas: true,
    },
    keyVariables: ['LM_API_TOKEN'],
    localServer: { startCommand: 'lms server start', contextTokens: 4096 },
  },

  // Known by their model objects alone.
  azure: {
    keyVariables: ['AZURE_API_KEY'],
    telemetryName: 'azure.ai.openai',
    logProbabilityOptions: { logprobs: 20 },
  },
  'amazon-bedrock': BEDROCK,
  bedrock: BEDROCK,
  'google-vertex': VERTEX,
  vertex: VERTEX,
  cohere: { keyVariables: ['COHERE_API_KEY'] },
  deepseek: { keyVariables: ['DEEPSEEK_API_KEY'] },
  togetherai: { keyVariables: ['TOGETHER_API_KEY'], priceListName: 'together' },
  vercel: { isGateway: true },
  xai: { keyVariables: ['XAI_API_KEY'], priceListName: 'x-ai', telemetryName: 'x_ai' },
};

/** The first part of a name: `openai` for `openai/gpt-5`, and for the provider `openai.chat` of a model object. */
export function providerOf(name: string): string {
  return name.split(/[/.]/, 1)[0] ?? name;
}

/** What is known of the provider of a model, by the model's name or that of the provider; nothing for others. */
export function knownProvider(name: string): KnownProvider {
  const provider = providerOf(name);
  return Object.hasOwn(KNOWN_PROVIDERS, provider) ? (KNOWN_PROVIDERS[provider] ?? {}) : {};
}
