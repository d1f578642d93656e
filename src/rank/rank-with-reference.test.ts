import { describe, expect, test } from 'vitest';
import { FakePairRanker } from '../test/index.ts';
import { chooseReference } from './rank-with-reference.ts';
import { rankWithReference } from './rank-with-reference.ts';

const prompt = 'Say something.';

/** Prefers the longer text, by the difference, and likes whatever is shown first a little. */
const longer = () => new FakePairRanker({ judge: ({ left, right }) => left.length - right.length + 0.25 });

const candidates = ['cccc', 'a', 'bb', 'dddddddd', 'eeeee'];

test.each([
  { reference: 'longest', scores: [-4, -7, -6, 0, -3] },
  { reference: 'shortest', scores: [3, 0, 1, 7, 4] },
  { reference: 'median', scores: [0, -3, -2, 4, 1] },
  { reference: 'first', scores: [0, -3, -2, 4, 1] },
  { reference: 'last', scores: [-1, -4, -3, 3, 0] },
  { reference: { text: 'xxx' }, scores: [1, -2, -1, 5, 2] },
] as const)('the score is the log-odds against the reference, $reference', async ({ reference, scores }) => {
  const ranker = longer();
  const result = await rankWithReference({ prompt, candidates, reference, ranker });
  expect(result.scores).toEqual(scores);
  expect(result.ranks).toEqual([3, 5, 4, 1, 2]);
  expect(result.order).toEqual([3, 4, 0, 2, 1]);
  expect(result.best).toBe(3);
  expect(result.reference.index).toBe(typeof reference === 'string' ? scores.indexOf(0) : undefined);
  expect(result.comparisons.map(({ candidate, logit }) => [candidate, logit])).toEqual([...scores.entries()]);
  // Both orders, in one batch, and the reference is not asked about itself.
  expect(ranker.calls).toHaveLength(1);
  expect(result.usage.calls).toBe(typeof reference === 'string' ? 8 : 10);
});

test('longest is the reference unless another is named', async () => {
  const result = await rankWithReference({ prompt, candidates, ranker: longer() });
  expect(result.reference).toEqual({ text: 'dddddddd', index: 3 });
});

test.each(['forward', 'reverse'] as const)('%s order alone keeps the sign and asks half', async (orders) => {
  const result = await rankWithReference({ prompt, candidates, reference: 'shortest', ranker: longer(), orders });
  expect(result.scores).toEqual(
    [3, 0, 1, 7, 4].map((score) => (score === 0 ? 0 : score + (orders === 'forward' ? 0.25 : -0.25))),
  );
  expect(result.usage.calls).toBe(4);
});

test('scores do not depend on the other candidates or their order', async () => {
  const reference = { text: 'xxx' };
  const all = await rankWithReference({ prompt, candidates, reference, ranker: longer() });
  for (const [index, candidate] of candidates.entries()) {
    const alone = await rankWithReference({ prompt, candidates: [candidate], reference, ranker: longer() });
    expect(alone.scores).toEqual([all.scores[index]]);
  }
  const turned = await rankWithReference({ prompt, candidates: candidates.toReversed(), reference, ranker: longer() });
  expect(turned.scores).toEqual(all.scores.toReversed());
});

test('identical candidates tie and are compared once, those like the reference not at all', async () => {
  const ranker = longer();
  const seen: string[] = [];
  const result = await rankWithReference({
    prompt,
    candidates: ['bb', 'ccc', 'bb', 'ccc', 'a'],
    ranker,
    onComparison: ({ candidate, logit }, { done, total }) => seen.push(`${candidate}: ${logit}, ${done}/${total}`),
  });
  expect(result.scores).toEqual([-1, 0, -1, 0, -2]);
  expect(result.ranks).toEqual([3, 1, 3, 1, 5]);
  expect(result.usage.calls).toBe(4);
  expect(seen.toSorted()).toEqual(['0: -1, 2/3', '1: 0, 1/3', '4: -2, 3/3']);
});

test('one candidate is its own reference, without a call', async () => {
  const ranker = longer();
  await expect(rankWithReference({ prompt, candidates: [{ text: 'alone' }], ranker })).resolves.toMatchObject({
    ranks: [1],
    scores: [0],
    reference: { text: 'alone', index: 0 },
  });
  expect(ranker.calls).toHaveLength(0);
});

describe('empty candidates', () => {
  test('stand below all others, without a call', async () => {
    const certain = new FakePairRanker({ judge: ({ left }) => (left === 'long' ? 40 : -40) });
    const result = await rankWithReference({ prompt, candidates: ['', 'b', ' \n', 'long'], ranker: certain });
    expect(result.ranks).toEqual([3, 2, 3, 1]);
    expect(result.scores).toEqual([-50, -40, -50, 0]);
    expect(result.usage.calls).toBe(2);
  });

  test('are no reference by length while there is another, and are one by place', async () => {
    const shortest = await rankWithReference({
      prompt,
      candidates: ['', 'bb', 'a'],
      reference: 'shortest',
      ranker: longer(),
    });
    expect(shortest.reference).toEqual({ text: 'a', index: 2 });
    const first = await rankWithReference({
      prompt,
      candidates: ['', 'bb', 'a'],
      reference: 'first',
      ranker: longer(),
    });
    expect(first).toMatchObject({ ranks: [3, 1, 1], scores: [0, 10, 10], reference: { text: '', index: 0 } });
  });

  test('tie where there is nothing else', async () => {
    const result = await rankWithReference({ prompt, candidates: ['', ' '], ranker: longer() });
    expect(result).toMatchObject({ ranks: [1, 1], scores: [0, 0] });
  });
});

test('without an opinion a candidate is level with the reference', async () => {
  const ranker = new FakePairRanker({
    judge: ({ left, right }) => ((left + right).includes('?') ? Number.NaN : left.length - right.length),
  });
  const result = await rankWithReference({ prompt, candidates: ['?', 'bb', 'ccc'], ranker });
  expect(result.scores).toEqual([0, -1, 0]);
  expect(result.ranks).toEqual([1, 3, 1]);
  expect(result.comparisons[0]?.logit).toBeNaN();
});

describe('chooseReference', () => {
  test('counts characters, not UTF-16 units', () => {
    // Two characters in four units, and three in three.
    expect(chooseReference(['😀😀', 'abc'], 'longest').text).toBe('abc');
    expect(chooseReference(['abc', '😀😀'], 'shortest').text).toBe('😀😀');
  });

  test('of equally long texts the same is taken whatever their order', () => {
    for (const choice of ['longest', 'shortest', 'median'] as const) {
      expect(chooseReference(['ab', 'cd', 'ef'], choice).text).toBe(chooseReference(['ef', 'ab', 'cd'], choice).text);
    }
  });

  test('median is the upper middle', () => {
    expect(chooseReference(['dddd', 'a', 'ccc', 'bb'], 'median')).toEqual({ text: 'ccc', index: 2 });
  });

  test('the index is that of the first candidate with the text', () => {
    expect(chooseReference(['a', 'bb', 'bb'], 'last')).toEqual({ text: 'bb', index: 1 });
    expect(chooseReference(['a', 'bb'], { text: 'bb' })).toEqual({ text: 'bb', index: 1 });
  });
});

test.each([
  [{ reference: 'best' }, 'Invalid reference "best": expected longest, shortest, median, first, last or { text }.'],
  [
    { reference: { text: ' ' } },
    'Invalid reference.text " ": expected a text that is not empty: every answer beats an empty one.',
  ],
  [{ reference: {} }, 'Invalid reference.text undefined: expected a text that is not empty'],
  [{ candidates: [] }, 'Invalid candidates (array of 0): expected at least one.'],
  [{ orders: 'none' }, `Invalid orders "none": expected one of: both, forward, reverse.`],
])('refuses %j', async (options, message) => {
  await expect(rankWithReference({ prompt, candidates, ranker: longer(), ...options } as never)).rejects.toThrow(
    message,
  );
});

test('aborting ends at once even where the ranker does not heed it', async () => {
  const controller = new AbortController();
  const ranker = new FakePairRanker({ judge: () => new Promise<number>(() => {}) });
  const pending = rankWithReference({ prompt, candidates, ranker, abortSignal: controller.signal });
  const reason = new Error('enough');
  setTimeout(() => controller.abort(reason), 5);
  await expect(pending).rejects.toBe(reason);
});
