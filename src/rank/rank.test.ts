import { describe, expect, test } from 'vitest';
import { FakePairRanker } from '../test/index.ts';
import { bestOfN } from './best-of-n.ts';
import { rank } from './rank.ts';
import { namesOf } from '../util/choices.ts';
import { toRanks } from './ranking.ts';
import { STRATEGIES } from './schedule/resolve-schedule.ts';

/** Prefers the longer text, by the difference, and likes whatever is shown first a little. */
const longer = () => new FakePairRanker({ judge: ({ left, right }) => left.length - right.length + 0.25 });

const prompt = 'Say something.';

test('ranks by both orders, so that a liking for a position cancels', async () => {
  const ranker = longer();
  const result = await rank({ prompt, candidates: ['bb', 'a', 'cccc'], ranker });
  expect(result.ranks).toEqual([2, 3, 1]);
  expect(result.order).toEqual([2, 0, 1]);
  expect(result.best).toBe(2);
  expect(result.usage.calls).toBe(6);
  const comparison = result.comparisons.find(({ left, right }) => left + right === 1);
  expect(Math.abs(comparison?.logit ?? 0)).toBe(1);
  expect(comparison?.consistent).toBe(true);
  expect(ranker.pairs.every(({ task }) => task.instruction === prompt)).toBe(true);
});

test('identical candidates tie, share the smallest rank and are compared once', async () => {
  const ranker = longer();
  const result = await rank({ prompt, candidates: ['same', 'x', 'same', 'longest'], ranker });
  expect(result.ranks).toEqual([2, 4, 2, 1]);
  expect(result.scores[0]).toBe(result.scores[2]);
  expect(result.usage.calls).toBe(6);
});

test('an empty candidate loses without a call', async () => {
  const ranker = longer();
  const result = await rank({ prompt, candidates: ['', 'x', '  \n'], ranker });
  expect(result.ranks).toEqual([2, 1, 2]);
  expect(ranker.calls).toHaveLength(0);
  expect(result.usage.calls).toBe(0);
});

test.each(namesOf(STRATEGIES))('blank candidates tie at the end under %s', async (strategy) => {
  const result = await rank({ prompt, candidates: ['a', '', '  ', 'bb', '\n'], ranker: longer(), strategy });
  expect(result.ranks).toEqual([2, 3, 3, 1, 3]);
});

test('an empty candidate is last however clearly others lose, and an undefined strategy is none', async () => {
  const certain = () => new FakePairRanker({ judge: ({ left }) => (left === 'a' ? 40 : -40) });
  for (const strategy of ['full', 'bubble'] as const) {
    const result = await rank({ prompt, candidates: ['a', 'b', ''], ranker: certain(), strategy });
    expect(result.ranks).toEqual([1, 2, 3]);
  }
  const ranker = longer();
  const { explanation } = await bestOfN({
    prompt,
    candidates: ['a', 'bb', 'ccc', 'dddd'],
    ranker,
    strategy: undefined,
  });
  expect(explanation.strategy).toBe('adaptive');
});

test('an aggregation that returns nonsense is refused', async () => {
  await expect(
    rank({ prompt, candidates: ['a', 'b'], ranker: longer(), aggregation: () => [Number.NaN, 1] }),
  ).rejects.toThrow('it must return 2 finite scores');
});

test('an infinite logit is refused: scores could not be computed with it', async () => {
  const ranker = new FakePairRanker({ judge: () => Infinity });
  await expect(rank({ prompt, candidates: ['a', 'b'], ranker })).rejects.toThrow(
    'The ranker fake failed: it answered a logit of Infinity; expected a finite number, or NaN for no opinion',
  );
});

test('one candidate is first without a call', async () => {
  const ranker = longer();
  await expect(rank({ prompt, candidates: [{ text: 'alone' }], ranker })).resolves.toMatchObject({
    ranks: [1],
    scores: [0],
    best: 0,
    comparisons: [],
  });
  expect(ranker.calls).toHaveLength(0);
});

describe.each(namesOf(STRATEGIES))('%s', (strategy) => {
  // Awkward numbers, so that a change in the order of sums would show.
  const candidates = ['one', 'two', 'three', 'four', 'five', 'six'];
  const noisy = () =>
    new FakePairRanker({
      judge: ({ left, right }) => Math.sin(left.length * 7.13 + right.charCodeAt(0) * 1.7 + right.length) / 3,
    });

  test('does not depend on the order of the candidates, to the last bit', async () => {
    const expected = await rank({ prompt, candidates, ranker: noisy(), strategy });
    for (const shift of [1, 2, 3, 4, 5]) {
      const shifted = [...candidates.slice(shift), ...candidates.slice(0, shift)].toReversed();
      const result = await rank({ prompt, candidates: shifted, ranker: noisy(), strategy });
      for (const [index, text] of shifted.entries()) {
        expect(result.scores[index]).toBe(expected.scores[candidates.indexOf(text)]);
        expect(result.ranks[index]).toBe(expected.ranks[candidates.indexOf(text)]);
      }
    }
  });

  test('finds the best of a consistent ranker', async () => {
    const result = await rank({ prompt, candidates, ranker: longer(), strategy });
    expect(candidates[result.best]).toBe('three');
  });

  test('reports its progress', async () => {
    const seen: { done: number; total: number }[] = [];
    const { comparisons } = await rank({
      prompt,
      candidates,
      ranker: longer(),
      strategy,
      onComparison: (_, progress) => seen.push(progress),
    });
    expect(seen.map(({ done }) => done)).toEqual(comparisons.map((_, index) => index + 1));
    expect(seen.at(-1)?.total).toBe({ full: 15, bubble: 5, sort: 11, adaptive: 15 }[strategy]);
    expect(seen.length).toBeLessThanOrEqual(seen[0]?.total ?? 0);
  });
});

test('bubble asks N - 1 pairs and its winner has the highest score', async () => {
  const ranker = longer();
  const result = await bestOfN({ prompt, candidates: ['bb', 'a', 'dddd', 'ccc'], ranker, strategy: 'bubble' });
  expect(result.text).toBe('dddd');
  expect(result.usage.calls).toBe(6);
  expect(Math.max(...result.scores)).toBe(result.scores[2]);
});

test('bubble of another seed meets the candidates in another order', async () => {
  const orders = await Promise.all(
    [0, 1, 2, 3, 4, 5].map(async (rankSeed) => {
      const ranker = longer();
      await rank({ prompt, candidates: ['a', 'bb', 'ccc', 'dddd'], ranker, strategy: 'bubble', rankSeed });
      return ranker.pairs.map(({ left, right }) => left + right).join();
    }),
  );
  expect(new Set(orders).size).toBeGreaterThan(1);
});

describe('the explanation', () => {
  const candidates = ['a', 'cccc', 'bb', '', 'bb'];

  test('holds the matrix, wins and strengths of the candidates as given, and what was compared', async () => {
    const { explanation } = await rank({ prompt, candidates, ranker: longer() });
    expect(explanation.matrix).toEqual([
      [undefined, -3, -1, 10, -1],
      [3, undefined, 2, 10, 2],
      [1, -2, undefined, 10, 0],
      [-10, -10, -10, undefined, -10],
      [1, -2, 0, 10, undefined],
    ]);
    expect(explanation.opponentsBeaten).toEqual([1, 4, 2.5, 0, 2.5]);
    expect(explanation.opponents).toEqual([4, 4, 4, 4, 4]);
    expect(explanation.strengths[3]).toBeUndefined();
    expect(explanation.strengths[2]).toEqual(explanation.strengths[4]);
    const [first, second] = explanation.strengths;
    expect(second?.low).toBeGreaterThan(first?.high ?? Infinity);
    expect(
      explanation.batches.map((batch) => batch.map((pair) => pair.toSorted((a, b) => a - b).join('-')).toSorted()),
    ).toEqual([['0-1', '0-2', '1-2']]);
    expect(explanation).toMatchObject({
      strategy: 'full',
      aggregation: 'max-logits',
      goal: 'best',
      stopped: 'all-pairs',
      stopReason: 'All 3 pairs were compared.',
      confidence: 1,
      rankers: [{ ranker: 'fake', pairs: 3, calls: 6 }],
    });
  });

  test('says why no more was compared', async () => {
    const many = Array.from({ length: 12 }, (_, index) => 'x'.repeat(1 + index));
    const adaptive = await rank({ prompt, candidates: many, ranker: longer(), strategy: 'adaptive' });
    expect(adaptive.explanation.stopped).toBe('settled');
    expect(adaptive.explanation.confidence).toBeGreaterThanOrEqual(0.95);
    expect(adaptive.explanation.stopReason).toMatch(
      /^\d+ of 66 pairs settle the best\. All pairs would name the best the same way with probability (0\.9\d|1\.00), and 0\.95 was required\.$/,
    );
    expect(adaptive.explanation.matrix[0]?.filter((logit) => logit === undefined).length).toBeGreaterThan(1);
    const bubble = await rank({ prompt, candidates: many, ranker: longer(), strategy: 'bubble' });
    expect(bubble.explanation.stopped).toBe('strategy-end');
    expect(bubble.explanation.confidence).toBeGreaterThan(0.5);
    expect(bubble.explanation.confidence).toBeLessThan(1);
  });

  test('maxPairs cuts any strategy', async () => {
    const many = Array.from({ length: 9 }, (_, index) => 'x'.repeat(1 + index));
    for (const strategy of namesOf(STRATEGIES)) {
      const ranker = longer();
      const result = await rank({ prompt, candidates: many, ranker, strategy, maxPairs: 5 });
      expect(result.comparisons).toHaveLength(5);
      expect(ranker.pairs).toHaveLength(10);
      expect(result.explanation.stopped).toBe('max-pairs');
      expect(result.explanation.stopReason).toContain('5 of 36 pairs were compared, the most allowed.');
    }
  });

  test('names an aggregation of the caller’s own custom', async () => {
    const { explanation } = await rank({
      prompt,
      candidates,
      ranker: longer(),
      aggregation: (matrix) => matrix.map(() => 1),
    });
    expect(explanation.aggregation).toBe('custom');
  });
});

test('bestOfN asks all pairs of a ranker for which these cost no more', async () => {
  const pointwise = Object.assign(longer(), { pointwise: true });
  const { explanation } = await bestOfN({ prompt, candidates: ['a', 'bb', 'ccc', 'dddd'], ranker: pointwise });
  expect(explanation.strategy).toBe('full');
});

test('one order only asks half', async () => {
  const ranker = longer();
  const result = await rank({ prompt, candidates: ['bb', 'a', 'cccc'], ranker, orders: 'forward' });
  expect(result.usage.calls).toBe(3);
  expect(result.ranks).toEqual([2, 3, 1]);
});

test('a ranker without an opinion leaves the pair out', async () => {
  const ranker = new FakePairRanker({
    judge: ({ left, right }) => (left + right === 'ab' || left + right === 'ba' ? Number.NaN : left < right ? 1 : -1),
  });
  const result = await rank({ prompt, candidates: ['a', 'b', 'c'], ranker });
  expect(result.comparisons.filter(({ logit }) => Number.isNaN(logit))).toHaveLength(1);
  expect(result.ranks).toEqual([1, 1, 3]);
});

test('a ranker that fails says its name', async () => {
  const ranker = new FakePairRanker({
    name: 'broken',
    judge: () => {
      throw new Error('out of cheese, key=abcdefghijklmnop');
    },
  });
  await expect(rank({ prompt, candidates: ['a', 'b'], ranker })).rejects.toMatchObject({
    name: 'RankerError',
    code: 'ranker_failed',
    message: 'The ranker broken failed: out of cheese, key=[redacted]',
  });
});

test('aborting ends at once even where the ranker does not heed it', async () => {
  const controller = new AbortController();
  const ranker = new FakePairRanker({ judge: () => new Promise<number>(() => {}) });
  const pending = rank({ prompt, candidates: ['a', 'b'], ranker, abortSignal: controller.signal });
  const reason = new Error('enough');
  setTimeout(() => controller.abort(reason), 5);
  await expect(pending).rejects.toBe(reason);
});

test.each([
  [{ candidates: [] }, 'Invalid candidates (array of 0): expected at least one.'],
  [{ candidates: ['a', 5] }, 'Invalid candidates[1] 5: expected a text or { text }.'],
  [
    { candidates: ['a'], strategy: 'quick' },
    'Invalid strategy "quick": expected one of: full, bubble, sort, adaptive.',
  ],
  [{ candidates: ['a'], goal: 'worst' }, `Invalid goal "worst": expected one of: best, top-k, order.`],
  [{ candidates: ['a'], topK: 0 }, 'Invalid topK 0: expected an integer of at least 1.'],
  [{ candidates: ['a'], confidence: 0 }, 'Invalid confidence 0: expected a number above 0 and at most 1.'],
  [{ candidates: ['a'], confidence: Number.NaN }, 'Invalid confidence NaN: expected a number above 0'],
  [{ candidates: ['a'], maxPairs: 1.5 }, 'Invalid maxPairs 1.5: expected an integer of at least 1.'],
  [{ candidates: ['a'], orders: 'none' }, `Invalid orders "none": expected one of: both, forward, reverse.`],
  [
    { candidates: ['a'], ranker: 'best' },
    'Invalid ranker "best": expected small, embedded, pairrm, a folder with a trained ranker or a cross-encoder, judge:MODEL, judge-list:MODEL, or cascade:RANKER.',
  ],
  [{ candidates: ['a'], prompt: ' ' }, 'Invalid prompt " ": the question must not be empty.'],
])('refuses %j', async (options, message) => {
  await expect(rank({ prompt, ranker: longer(), ...options } as never)).rejects.toThrow(message);
});

test('ranks share the smallest and leave a gap', () => {
  expect(toRanks([1, 1, 0, 2])).toEqual([2, 2, 4, 1]);
});

test('how sure the ranker is of the best is told apart from what was left out', async () => {
  const logits = new Map([
    ['a', 0],
    ['b', 0.2],
    ['c', -3],
  ]);
  const ranker = new FakePairRanker({ judge: ({ left, right }) => (logits.get(left) ?? 0) - (logits.get(right) ?? 0) });
  const { explanation } = await rank({ prompt: 'q', candidates: ['a', 'b', 'c'], ranker });
  expect(explanation).toMatchObject({ confidence: 1, bestOverSecond: expect.closeTo(1 / (1 + Math.exp(-0.2)), 10) });
  const single = await rank({ prompt: 'q', candidates: ['a', 'a'], ranker });
  expect(single.explanation.bestOverSecond).toBe(0.5);
});
