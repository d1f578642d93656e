import { afterAll, expect, test } from 'vitest';
import { HttpClient } from '../../src/providers/chat-completions/index.ts';
import { findProvider } from '../../src/providers/find-provider.ts';
import { servedModels } from '../../src/providers/served-models.ts';
import { ReplayServer } from './replay-server.ts';
import { fixture } from './reply.ts';
import { KEY, wireOptions } from './wire-blender.ts';

const client = new HttpClient({ env: {} });
afterAll(() => client[Symbol.asyncDispose]());

function provider(name: string, server: ReplayServer) {
  const { providers, env = {} } = wireOptions(server);
  const found = findProvider(name, { providers, env });
  if (found === undefined) throw new Error(`no provider ${name}`);
  return found;
}

test.each([
  [
    'google',
    'gemini/models',
    '/v1beta/models?pageSize=1000',
    'x-goog-api-key',
    KEY,
    ['gemini-2.5-flash', 'gemini-2.5-pro', 'gemma-3-27b-it'],
  ],
  [
    'openai',
    'openai/models',
    '/v1/models',
    'authorization',
    `Bearer ${KEY}`,
    ['gpt-5', 'gpt-5-mini', 'text-embedding-3-small'],
  ],
  [
    'mine',
    'openai/models',
    '/v1/models',
    'authorization',
    `Bearer ${KEY}`,
    ['gpt-5', 'gpt-5-mini', 'text-embedding-3-small'],
  ],
  [
    'anthropic',
    'anthropic/models',
    '/v1/models?limit=1000',
    'x-api-key',
    KEY,
    ['claude-haiku-4-5-20251001', 'claude-sonnet-4-5-20250929'],
  ],
  ['ollama', 'ollama/tags', '/api/tags', 'authorization', undefined, ['gemma3:4b', 'llama3.2']],
])('what %s serves', async (name, reply, path, header, value, models) => {
  await using server = await ReplayServer.start(fixture(reply));
  expect(await servedModels(provider(name, server), { client })).toEqual(models);
  expect(server.requests).toMatchObject([{ method: 'GET', path }]);
  expect(server.requests[0]?.headers[header]).toBe(value);
});

test.each([
  ['openai/401', 'it answers 401: Incorrect API key provided: not-a-re********-key.'],
  ['any/503', 'it answers 503'],
  ['any/page', 'its reply is not a list of models'],
  ['any/broken-json', 'its reply is not a list of models'],
])('%s is reported in a line', async (reply, line) => {
  await using server = await ReplayServer.start(fixture(reply));
  await expect(servedModels(provider('openai', server), { client })).rejects.toThrow(line);
});

test('who does not answer is not waited for', async () => {
  await using server = await ReplayServer.start({ ...fixture('openai/models'), ending: 'silence' });
  await expect(servedModels(provider('openai', server), { client, timeoutMs: 50 })).rejects.toThrow(
    'no answer within 0.05 s',
  );
});

test('nobody there, and an abort', async () => {
  const server = await ReplayServer.start(fixture('openai/models'));
  const openai = provider('openai', server);
  await server[Symbol.asyncDispose]();
  await expect(servedModels(openai, { client })).rejects.toThrow('it cannot be reached (ECONNREFUSED)');
  const reason = new Error('enough');
  await expect(servedModels(openai, { client, abortSignal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});
