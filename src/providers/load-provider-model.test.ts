import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { API_PACKAGES } from '../spec/providers.ts';
import { providerNames } from './find-provider.ts';
import { HttpClient } from './chat-completions/index.ts';
import { loadProviderModel as load } from './load-provider-model.ts';

const client = new HttpClient({ env: {} });
afterAll(() => client[Symbol.asyncDispose]());

const loadProviderModel = (reference: string, options: Omit<Parameters<typeof load>[1], 'openClient'>) =>
  load(reference, { ...options, openClient: async () => client });

const KEYS = {
  google: 'GEMINI_API_KEY',
  openai: 'OPENAI_API_KEY',
  anthropic: 'ANTHROPIC_API_KEY',
  mistral: 'MISTRAL_API_KEY',
  groq: 'GROQ_API_KEY',
  openrouter: 'OPENROUTER_API_KEY',
  gateway: 'AI_GATEWAY_API_KEY',
} as const;

test.each(Object.entries(KEYS))('%s takes its key from %s', async (provider, variable) => {
  const { model } = await loadProviderModel(`${provider}/some/model`, { env: { [variable]: 'a key' } });
  expect(model).toMatchObject({ modelId: 'some/model', specificationVersion: 'v4' });
  const pending = loadProviderModel(`${provider}/model`, { env: { [variable]: ' ' } });
  await expect(pending).rejects.toMatchObject({
    name: 'MissingKeyError',
    code: 'missing_key',
    provider,
    message: expect.stringMatching(
      new RegExp(
        `^${provider}/model needs a key: set the environment variable ${variable}.* \\(a key is made at https:`,
      ),
    ),
  });
});

test.each(['ollama', 'lmstudio'])('%s needs no key', async (provider) => {
  await expect(loadProviderModel(`${provider}/model`, { env: {} })).resolves.toMatchObject({
    model: { modelId: 'model' },
  });
});

test('a model says where it is served, so that answers of two servers are not mixed up', async () => {
  const at = (OLLAMA_HOST: string) => loadProviderModel('ollama/model', { env: { OLLAMA_HOST } });
  const [one, two] = [await at('one'), await at('two')];
  expect([one.endpoint, two.endpoint]).toEqual(['http://one:11434/v1?', 'http://two:11434/v1?']);
});

test('an endpoint of the options, with and without a key', async () => {
  const providers = {
    open: { baseURL: 'http://127.0.0.1:8000/v1' },
    shut: { baseURL: 'https://x.example/v1', apiKeyEnv: 'SHUT' },
  };
  await expect(loadProviderModel('open/model', { providers, env: {} })).resolves.toMatchObject({
    model: { provider: 'open', modelId: 'model' },
    endpoint: expect.stringContaining('http://127.0.0.1:8000/v1'),
  });
  await expect(loadProviderModel('shut/model', { providers, env: {} })).rejects.toThrow(
    'shut/model needs a key: set the environment variable SHUT.',
  );
});

test.each([
  [{ baseURL: 'x.example/v1' }, 'Invalid providers.mine.baseURL "x.example/v1": expected an address such as'],
  [{}, 'Invalid providers.mine.baseURL undefined: expected an address'],
  [
    { baseURL: 'http://user:secret@x.example' },
    'Invalid providers.mine.baseURL "http://[redacted]@x.example": expected',
  ],
  [{ baseURL: 'ftp://user:secret@x.example' }, 'Invalid providers.mine.baseURL "ftp://[redacted]@x.example": expected'],
  [
    { baseURL: 'https://x.example', api: 'soap' },
    'Invalid providers.mine.api "soap": expected one of: openai-compatible, openai, anthropic,',
  ],
])('refuses %j', async (mine, message) => {
  await expect(loadProviderModel('mine/model', { providers: { mine: mine as never }, env: {} })).rejects.toThrow(
    message,
  );
});

test.each(['nowhere/model', 'openai', 'openai/', 'toString/model'])('%s names no model', async (reference) => {
  await expect(loadProviderModel(reference, { providers: { mine: {} }, env: {} })).rejects.toThrow(
    `Unknown model ${JSON.stringify(reference)}. Names begin with a provider, as in openai/gpt-5; known here: ${['local', ...providerNames(), 'mine'].join(', ')}.`,
  );
});

test('a package that is not installed is named with the command that adds it', async () => {
  // In a process of its own, in which the packages of the providers cannot be found.
  const script = `
    import { registerHooks } from 'node:module';
    registerHooks({
      resolve: (name, context, next) => {
        const found = next(name, context);
        const kept = ['@ai-sdk/provider', '@ai-sdk/provider-utils', '@ai-sdk/gateway'];
        if (!/^@(ai-sdk|openrouter)/.test(name) || kept.includes(name)) return found;
        throw Object.assign(new Error("Cannot find package '" + name + "'"), { code: 'ERR_MODULE_NOT_FOUND' });
      },
    });
    const { loadProviderModel } = await import('./load-provider-model.ts');
    const mine = (api) => ({ api, baseURL: 'http://127.0.0.1:1/v1' });
    const told = [];
    for (const api of ${JSON.stringify(Object.keys(API_PACKAGES))}) {
      const openClient = async () => ({});
      await loadProviderModel('mine/model', { env: {}, providers: { mine: mine(api) }, openClient }).then(
        () => told.push(api + ' is there'),
        (error) => told.push(error.name + ': ' + error.message),
      );
    }
    console.log(JSON.stringify(told));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: join(import.meta.dirname),
  });
  expect(JSON.parse(stdout)).toEqual(
    Object.entries(API_PACKAGES).map(([api, name]) =>
      api === 'gateway' || name === undefined
        ? `${api} is there`
        : `MissingDependencyError: The provider mine needs ${name}, which is not installed. Add it with: npm install ${name}`,
    ),
  );
});
