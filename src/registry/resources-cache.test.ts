import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CountingServer } from '../../test/calls/counting-server.ts';
import { createBlender } from '../index.ts';

test('two servers may call different models by one name: each has answers of its own', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'resources-cache-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const ask = async (server: CountingServer) => {
    await using blender = createBlender({
      cache: true,
      env: { LLM_BLENDER_CACHE: folder },
      providers: { books: { baseURL: server.baseURL } },
      // A name of one's own with settings, which keeps all that holds for calls.
      models: { mine: { model: 'books/m', temperature: 1 } },
    });
    const { candidates } = await blender.generateCandidates({
      prompt: 'Why?',
      models: ['books/m', 'mine'],
      samples: 2,
    });
    return candidates.map(({ text }) => text);
  };
  await using first = await CountingServer.start((_, index) => ({ text: `first ${index}` }));
  await using second = await CountingServer.start((_, index) => ({ text: `second ${index}` }));
  const answers = [await ask(first), await ask(second)];
  expect(new Set(answers.flat()).size).toBe(8);
  expect([await ask(first), await ask(second)]).toEqual(answers);
  expect([first.requests.length, second.requests.length]).toEqual([4, 4]);
});
