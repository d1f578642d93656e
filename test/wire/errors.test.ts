import { describe, expect, test } from 'vitest';
import { askOnce } from './ask-once.ts';
import { ERROR_CASES, ERRORS_BETWEEN } from './error-cases.ts';
import { fixture, withHeaders } from './reply.ts';
import { APIS } from './wire-blender.ts';

const LISTS: Readonly<Record<string, string>> = {
  gemini: 'gemini/models',
  openai: 'openai/models',
  'openai-chat': 'openai/models',
  anthropic: 'anthropic/models',
  ollama: 'ollama/tags',
};

/** Asks with two retries, at once where the server lets; lists of models are served as well. */
async function askAt(folder: string, reply: string) {
  const model = APIS.find((api) => api.folder === folder)?.model ?? '';
  const error = withHeaders(fixture(reply), { 'retry-after-ms': '1' });
  // A name that no list has.
  const { requests, ...outcome } = await askOnce(
    reply.endsWith('/404') ? `${model}b` : model,
    ({ method }) => (method === 'GET' ? fixture(LISTS[folder] ?? '') : error),
    { maxRetries: 2 },
  );
  return { ...outcome, asked: requests.filter(({ method }) => method === 'POST').length };
}

test.each(ERROR_CASES)('%s is %s', async (reply, kind, { again }, message) => {
  const { failure, asked } = await askAt(reply.split('/', 1)[0] ?? '', reply);
  expect(failure).toMatchObject({ kind, phase: 'generate', message: expect.stringContaining(message) });
  expect(asked).toBe(again ? 3 : 1);
});

describe.each(APIS)('before $folder', ({ folder }) => {
  test.each(ERRORS_BETWEEN)('%s is %s', async (reply, kind, { again }) => {
    const { failure, asked } = await askAt(folder, reply);
    expect(failure).toMatchObject({ kind, message: expect.stringContaining(reply.slice('any/'.length)) });
    expect(asked).toBe(again ? 3 : 1);
  });
});
