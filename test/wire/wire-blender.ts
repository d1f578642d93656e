import { type Blender, createBlender, type CreateBlenderOptions } from '../../src/index.ts';
import type { ReplayServer } from './replay-server.ts';

/** The key of every provider in these tests: not one that its looks give away. */
export const KEY = 'not-a-real-key-8d41';

/** The APIs in these tests: the folder of their replies and a model to name. */
export const APIS = [
  { folder: 'gemini', model: 'google/gemini-2.5-flash' },
  { folder: 'openai', model: 'openai/gpt-4.1-mini' },
  { folder: 'openai-chat', model: 'mine/gpt-4.1-nano' },
  { folder: 'anthropic', model: 'anthropic/claude-haiku-4-5' },
  { folder: 'ollama', model: 'ollama/gemma3:4b' },
] as const;

/** Settings of a blender whose providers are all at one server. */
export function wireOptions({ url }: Pick<ReplayServer, 'url'>): CreateBlenderOptions {
  return {
    env: { GEMINI_API_KEY: KEY, OPENAI_API_KEY: KEY, ANTHROPIC_API_KEY: KEY, MINE: KEY, OLLAMA_HOST: url },
    providers: {
      google: { baseURL: `${url}/v1beta` },
      openai: { baseURL: `${url}/v1` },
      anthropic: { baseURL: `${url}/v1` },
      mine: { baseURL: `${url}/v1`, apiKeyEnv: 'MINE' },
    },
  };
}

/** A blender whose providers are all at one server; `env` goes before the variables it has else. */
export function wireBlender(server: Pick<ReplayServer, 'url'>, env: Readonly<Record<string, string>> = {}): Blender {
  const options = wireOptions(server);
  return createBlender({ ...options, env: { ...options.env, ...env } });
}
