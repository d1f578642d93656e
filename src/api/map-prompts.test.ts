import { describe, expect, expectTypeOf, test } from 'vitest';
import { FakeLanguageModel, FakePairRanker, HANG } from '../test/index.ts';
import { createBlender } from './create-blender.ts';
import { mapPrompts, type PromptProgress } from './map-prompts.ts';

const ranker = new FakePairRanker({ judge: ({ left, right }) => left.length - right.length });

test('the outcomes are in the order of the prompts, and failures are kept apart', async () => {
  const model = new FakeLanguageModel({
    answer: ({ prompt }) => {
      const text = JSON.stringify(prompt);
      return text.includes('fail')
        ? new Error('refused')
        : text.includes('slow')
          ? { words: ['slow'], pauseMs: 20 }
          : 'quick';
    },
  });
  await using blender = createBlender();
  const progress: PromptProgress<string, { text: string }>[] = [];
  const outcomes = await mapPrompts({
    prompts: ['slow', 'quick', 'fail', '', 'quick again'],
    run: (prompt, { abortSignal }) => blender.blend({ prompt, models: [model], ranker, maxRetries: 0, abortSignal }),
    onProgress: (one) => progress.push(one),
  });
  expect(outcomes).toMatchObject([
    { result: { text: 'slow' } },
    { result: { text: 'quick' } },
    { error: { name: 'NoCandidatesError' } },
    { error: { name: 'InvalidArgumentError', message: expect.stringContaining('must not be empty') } },
    { result: { text: 'quick' } },
  ]);
  expect(progress.map(({ done }) => done)).toEqual([1, 2, 3, 4, 5]);
  expect(progress.at(-1)).toMatchObject({ prompt: 'slow', index: 0, outcome: outcomes[0], failed: 2, total: 5 });
});

test('any records, any function', async () => {
  await using blender = createBlender();
  const outcomes = await mapPrompts({
    prompts: [
      { prompt: 'Name a prime.', candidates: ['4', 'seven'] },
      { prompt: 'Name a prime.', candidates: [] },
    ],
    run: (record) => blender.rank({ ...record, ranker }),
  });
  expect(outcomes[0]?.result?.ranks).toEqual([2, 1]);
  expect(outcomes[1]?.error?.message).toContain('Invalid candidates');
  const plain = await mapPrompts({ prompts: ['a', 'b'], run: (prompt, { index }) => prompt.repeat(index + 1) });
  expect(plain).toEqual([{ result: 'a' }, { result: 'bb' }]);
  expectTypeOf(plain[0]?.result).toEqualTypeOf<string | undefined>();
  expect(await mapPrompts({ prompts: [], run: () => 1 })).toEqual([]);
});

test('what is thrown is an error in any case, and an observer that throws breaks nothing', async () => {
  const outcomes = await mapPrompts({
    prompts: [1, 2],
    run: (number) => {
      throw number === 1 ? 'a text' : new TypeError('a type');
    },
    onProgress: () => {
      throw new Error('observer');
    },
  });
  expect(outcomes.map(({ error }) => [error?.name, error?.message])).toEqual([
    ['Error', 'a text'],
    ['TypeError', 'a type'],
  ]);
});

test.each([1, 3])('no more than %i at a time', async (concurrency) => {
  let [running, most] = [0, 0];
  await mapPrompts({
    prompts: Array.from({ length: 20 }, (_, index) => index),
    run: async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
    },
    concurrency,
  });
  expect(most).toBe(concurrency);
});

describe('an abort', () => {
  test('rejects with its reason, ends the running calls and starts no more', async () => {
    const model = new FakeLanguageModel({ answer: HANG });
    await using blender = createBlender();
    const controller = new AbortController();
    const ended: number[] = [];
    const mapping = mapPrompts({
      prompts: ['done', 'b', 'c', 'd'],
      run: (prompt, { abortSignal }) =>
        prompt === 'done' ? { text: '' } : blender.blend({ prompt, models: [model], ranker, abortSignal }),
      concurrency: 2,
      abortSignal: controller.signal,
      onProgress: ({ index }) => ended.push(index),
    });
    await expect.poll(() => model.running).toBe(2);
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(mapping).rejects.toBe(reason);
    await expect.poll(() => model.running).toBe(0);
    expect([ended, model.calls.length]).toEqual([[0], 2]);
  });

  test('does not wait for a function that ignores it', async () => {
    const controller = new AbortController();
    const mapping = mapPrompts({
      prompts: ['a'],
      run: () => new Promise<never>(() => {}),
      abortSignal: controller.signal,
    });
    controller.abort(new Error('enough'));
    await expect(mapping).rejects.toThrow('enough');
  });

  test('before the start runs nothing', async () => {
    const run = (): never => {
      throw new Error('not expected');
    };
    await expect(
      mapPrompts({ prompts: ['a'], run, abortSignal: AbortSignal.abort(new Error('early')) }),
    ).rejects.toThrow('early');
  });
});

test.each<[unknown, string]>([
  [undefined, 'Invalid options of mapPrompts'],
  [{ prompts: 'abc', run: () => 1 }, 'Invalid prompts "abc": expected an array.'],
  [{ run: () => 1 }, 'Invalid prompts'],
  [{ prompts: [] }, 'Invalid run'],
  [{ prompts: [], run: () => 1, concurrency: 0 }, 'Invalid concurrency 0'],
  [{ prompts: [], run: () => 1, concurency: 2 }, 'Did you mean concurrency?'],
])('a mistake is named: %#', async (options, message) => {
  await expect(mapPrompts(options as never)).rejects.toThrow(message);
});
