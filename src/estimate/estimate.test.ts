import { expect, test } from 'vitest';
import { createBlender, addEstimates, estimateBlend, estimateCompare, estimateFuse, estimateRank } from '../index.ts';
import { FakeLanguageModel } from '../test/index.ts';

const PRICES = {
  'books/writer': { inputPerMillion: 1, outputPerMillion: 2 },
  'books/judge': { inputPerMillion: 10, outputPerMillion: 20 },
};
const blender = createBlender({ prices: PRICES });
const prompt = 'Why?';
const abc = { prompt, candidates: ['a', 'bb', 'ccc', 'a', ' '] };

/** The calls as `at least-at most`. */
function counted({ calls }: { calls: { atLeast: number; atMost: number } }): string {
  return `${calls.atLeast}-${calls.atMost}`;
}

test('a blend: answers, judgements of all pairs in both orders, fusion and check', async () => {
  const estimate = await blender.estimateBlend({
    prompt,
    models: ['books/writer'],
    samples: 3,
    maxOutputTokens: 100,
    ranker: 'judge:books/judge',
  });
  expect(estimate.parts.map(({ phase, models, calls }) => [phase, models, counted({ calls })])).toEqual([
    ['generate', ['books/writer'], '3-3'],
    ['rank', ['books/judge'], '6-12'],
    ['fuse', ['books/writer'], '1-1'],
    ['check', ['books/judge'], '2-4'],
  ]);
  expect([counted(estimate), estimate.unknownPrices]).toEqual(['12-20', []]);
  const [answers] = estimate.parts;
  // The prompt has 4 bytes: one token, or two.
  expect(answers).toMatchObject({
    inputTokens: { atLeast: 3, atMost: 6 },
    outputTokens: { atLeast: 3, atMost: 300 },
    cost: { atLeast: (3 * 1 + 3 * 2) / 1e6, atMost: (6 * 1 + 300 * 2) / 1e6 },
  });
});

test.each([
  ['full', '6-12'],
  ['bubble', '4-8'],
  ['sort', '4-12'],
  ['adaptive', '4-12'],
] as const)('%s: judgements of three different texts, others left out', async (strategy, calls) => {
  expect(counted(await blender.estimateRank({ ...abc, strategy, ranker: 'judge:books/judge' }))).toBe(calls);
});

test('settings of a ranking count', async () => {
  const judged = { ...abc, ranker: 'judge:books/judge' };
  const counts = await Promise.all(
    [
      { ...judged, orders: 'forward' as const },
      { ...judged, maxPairs: 1 },
      { ...judged, ranker: 'cascade:judge:books/judge' },
      { ...judged, ranker: 'judge-list:books/judge' },
      { ...judged, ranker: 'judge-list:books/judge', candidates: Array.from({ length: 45 }, (_, index) => `${index}`) },
      { ...judged, ranker: 'judge:local/gemma-2b-it' },
      { ...judged, ranker: 'small' },
      { ...judged, ranker: 'pairrm' },
      { ...judged, candidates: ['same', 'same', ''] },
    ].map(async (options) => counted(await blender.estimateRank(options))),
  );
  expect(counts).toEqual(['3-6', '2-4', '0-12', '1-2', '4-8', '6-6', '0-0', '0-0', '0-0']);
});

test('what the sort can do at best and at worst is what it does', async () => {
  const inOrder = async (texts: readonly string[]) => {
    const judge = new FakeLanguageModel({ provider: 'books', modelId: 'judge', answer: 'A is better' });
    const { usage } = await blender.rank({
      prompt,
      candidates: texts,
      ranker: { judge },
      strategy: 'sort',
      orders: 'forward',
    });
    return usage.calls;
  };
  for (const size of [2, 3, 5, 8, 13]) {
    const candidates = Array.from({ length: size }, (_, index) => `text ${index}`);
    const { calls } = await blender.estimateRank({
      prompt,
      candidates,
      ranker: 'judge:books/judge',
      strategy: 'sort',
      orders: 'forward',
    });
    // The judge always prefers what is shown first, so each merge ends with its first run.
    expect(await inOrder(candidates)).toBeGreaterThanOrEqual(calls.atLeast);
    expect(await inOrder(candidates)).toBeLessThanOrEqual(calls.atMost / 2);
  }
});

test('one answer is neither ranked nor fused; limits of the blend limit the most', async () => {
  const one = { prompt, models: ['books/writer'] };
  expect(counted(await blender.estimateBlend(one))).toBe('1-1');
  const many = { ...one, samples: 4, ranker: 'judge:books/judge', maxOutputTokens: 10 };
  expect(counted(await blender.estimateBlend({ ...many, fusion: false }))).toBe('16-28');
  const limited = await blender.estimateBlend({ ...many, maxCalls: 5, maxCost: 0.001 });
  expect([counted(limited), limited.cost.atMost]).toEqual(['5-5', 0.001]);
});

test('an unknown price is named and never counts as nothing', async () => {
  const estimate = await blender.estimateBlend({ prompt, models: ['books/writer', 'nobody/knows'] });
  expect(estimate.unknownPrices).toEqual(['nobody/knows']);
  expect(estimate.parts.at(-1)).toMatchObject({
    phase: 'fuse',
    models: ['books/writer', 'nobody/knows'],
    cost: undefined,
  });
});

test('aliases, defaults and named blends are those of the blender; models of the AI SDK are counted', async () => {
  const named = createBlender({
    prices: PRICES,
    models: { quick: { model: 'books/writer', maxOutputTokens: 7 } },
    rankers: { strict: 'judge:books/judge' },
    blends: { mine: { models: ['quick'], samples: 2, fusion: false } },
    defaults: { blend: 'mine', ranker: 'strict' },
  });
  const estimate = await named.estimateBlend({ prompt });
  expect(estimate.parts.map(({ models, calls }) => [models, counted({ calls })])).toEqual([
    [['books/writer'], '2-2'],
    [['books/judge'], '2-4'],
  ]);
  expect(estimate.parts[0]?.outputTokens.atMost).toBe(14);
  const model = new FakeLanguageModel({ provider: 'books', modelId: 'writer', answer: 'x' });
  expect((await named.estimateBlend({ prompt, models: [model] })).cost.atMost).toBeGreaterThan(0);
  expect(model.calls).toEqual([]);
});

test('a fusion: the analysis is a call more; longer texts are cut at the context', async () => {
  const texts = { prompt, candidates: ['x'.repeat(30_000), 'y'], fuser: 'books/writer' };
  const plain = await blender.estimateFuse({ ...texts, maxOutputTokens: 50 });
  expect([counted(plain), plain.outputTokens]).toEqual(['1-1', { atLeast: 1, atMost: 50 }]);
  const analysed = await blender.estimateFuse({ ...texts, analysis: true, contextTokens: 4000 });
  expect(analysed.parts.map(({ phase }) => phase)).toEqual(['analyse', 'fuse']);
  expect(analysed.parts[1]?.inputTokens.atMost).toBe(4000);
});

test('pairs, and pairs of conversations', async () => {
  const ranker = 'judge:books/judge';
  expect(counted(await blender.estimateCompare({ prompt, a: 'x', b: 'y', ranker }))).toBe('2-4');
  expect(counted(await blender.estimateCompare({ prompt, a: 'x', b: 'x', ranker }))).toBe('0-0');
  const question = { role: 'user', content: 'Why?' } as const;
  const answer = (content: string) => [question, { role: 'assistant', content } as const];
  expect(counted(await blender.estimateCompare({ a: answer('x'), b: answer('y'), ranker }))).toBe('2-4');
});

test('estimates add up, with parts of the same purpose and model together', async () => {
  const one = await blender.estimateRank({ ...abc, ranker: 'judge:books/judge' });
  const sum = addEstimates([one, one]);
  expect([counted(sum), sum.parts.length]).toEqual(['12-24', 1]);
  expect(sum.cost.atMost).toBeCloseTo(2 * one.cost.atMost);
  expect(addEstimates([])).toMatchObject({ calls: { atLeast: 0, atMost: 0 }, parts: [] });
});

test('what the verb refuses is refused', async () => {
  await expect(estimateBlend({ prompt, samples: 0 })).rejects.toMatchObject({ parameter: 'samples' });
  await expect(estimateBlend({ prompt: ' ' })).rejects.toMatchObject({ parameter: 'prompt' });
  await expect(estimateRank({ prompt, candidates: [], strategy: 'full' })).rejects.toMatchObject({
    parameter: 'candidates',
  });
  await expect(estimateFuse({ prompt, candidates: ['a'], topK: 0 })).rejects.toMatchObject({ parameter: 'topK' });
  const options = { prompt, a: 'x', b: 'y', rankers: 'small' };
  await expect(estimateCompare(options)).rejects.toThrow(/rankers.*ranker/s);
});
