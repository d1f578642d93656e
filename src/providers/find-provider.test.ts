import { expect, test } from 'vitest';
import { findProvider, providerNames } from './find-provider.ts';

test('where each known provider is, without and with the variables that say otherwise', () => {
  const addresses = (env: Record<string, string>) =>
    Object.fromEntries(providerNames().map((name) => [name, findProvider(name, { env })?.baseURL]));
  expect(addresses({})).toMatchObject({
    google: 'https://generativelanguage.googleapis.com/v1beta',
    openai: 'https://api.openai.com/v1',
    anthropic: 'https://api.anthropic.com/v1',
    mistral: 'https://api.mistral.ai/v1',
    groq: 'https://api.groq.com/openai/v1',
    openrouter: 'https://openrouter.ai/api/v1',
    gateway: 'https://ai-gateway.vercel.sh/v4/ai',
    ollama: 'http://127.0.0.1:11434/v1',
    lmstudio: 'http://127.0.0.1:1234/v1',
  });
  const env = {
    OPENAI_BASE_URL: 'https://proxy.example/v1/',
    // As the provider's own tools take it, without the version.
    ANTHROPIC_BASE_URL: 'https://proxy.example',
    OLLAMA_HOST: 'box',
    LMSTUDIO_BASE_URL: 'http://box:1234/v1',
  };
  expect(addresses(env)).toMatchObject({
    openai: 'https://proxy.example/v1',
    anthropic: 'https://proxy.example/v1',
    ollama: 'http://box:11434/v1',
    lmstudio: 'http://box:1234/v1',
  });
});

test('the first variable with a key counts; an option names another', () => {
  const env = { GEMINI_API_KEY: ' ', GOOGLE_GENERATIVE_AI_API_KEY: 'second', MINE: 'mine' };
  expect(findProvider('google', { env })).toMatchObject({
    keyVariable: 'GOOGLE_GENERATIVE_AI_API_KEY',
    apiKey: 'second',
  });
  expect(findProvider('google', { env, providers: { google: { apiKeyEnv: 'MINE' } } })).toMatchObject({
    api: 'google',
    baseURL: 'https://generativelanguage.googleapis.com/v1beta',
    apiKey: 'mine',
  });
});

test('an address is kept without its query, which goes with each request', () => {
  const mine = { baseURL: 'https://x.example/v1/?api-version=1&key=a', headers: { 'x-team': 'red' } };
  expect(findProvider('mine', { env: {}, providers: { mine } })).toMatchObject({
    api: 'openai-compatible',
    baseURL: 'https://x.example/v1',
    query: { 'api-version': '1', key: 'a' },
    headers: { 'x-team': 'red' },
    needsKey: false,
  });
});
