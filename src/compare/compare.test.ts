import { expect, test } from 'vitest';
import { FakePairRanker } from '../test/index.ts';
import { compare } from './compare.ts';

const prompt = 'Say something.';

test('combines both orders as half their difference', async () => {
  const ranker = new FakePairRanker({ judge: ({ left }) => (left === 'A' ? 3 : 1) });
  const result = await compare({ prompt, a: 'A', b: 'B', ranker });
  expect(result.logit).toBe(1);
  expect(result.probability).toBeCloseTo(0.7311, 4);
  expect(result.winner).toBe('a');
  // Each order names its first text: the judge follows the position.
  expect(result.consistent).toBe(false);
  expect(result.usage.calls).toBe(2);
});

test('swapping the candidates flips the sign', async () => {
  const judge = ({ left, right }: { left: string; right: string }) => left.length * 1.1 - right.length + 0.3;
  const forward = await compare({ prompt, a: 'short', b: 'much longer', ranker: new FakePairRanker({ judge }) });
  const reverse = await compare({ prompt, a: 'much longer', b: 'short', ranker: new FakePairRanker({ judge }) });
  expect(reverse.logit).toBe(-forward.logit);
  expect(forward.winner).toBe('b');
});

test('identical texts tie and an empty one loses, without a call', async () => {
  const ranker = new FakePairRanker();
  await expect(compare({ prompt, a: 'x', b: 'x', ranker })).resolves.toMatchObject({
    logit: 0,
    probability: 0.5,
    winner: 'tie',
    rule: 'identical',
  });
  await expect(compare({ prompt, a: '', b: 'x', ranker })).resolves.toMatchObject({ winner: 'b', rule: 'empty' });
  await expect(compare({ prompt, a: '', b: ' ', ranker })).resolves.toMatchObject({ winner: 'tie' });
});

test('one missing opinion leaves the other; two leave none', async () => {
  const half = new FakePairRanker({ judge: ({ left }) => (left === 'A' ? 2 : Number.NaN) });
  await expect(compare({ prompt, a: 'A', b: 'B', ranker: half })).resolves.toMatchObject({
    logit: 2,
    consistent: undefined,
  });
  const none = new FakePairRanker({ judge: () => Number.NaN });
  await expect(compare({ prompt, a: 'A', b: 'B', ranker: none })).resolves.toMatchObject({
    logit: Number.NaN,
    winner: undefined,
  });
});

/** Likes long texts, and whatever is shown first. */
const biased = () => new FakePairRanker({ judge: ({ left, right }) => left.length - right.length + 0.5 });

test.each([
  { orders: 'forward', logit: 2.5, asked: 'long>xx', other: 'reverse' },
  { orders: 'reverse', logit: 1.5, asked: 'xx>long', other: 'forward' },
] as const)('$orders order alone: positive speaks for a', async ({ orders, logit, asked, other }) => {
  const ranker = biased();
  const result = await compare({ prompt, a: 'long', b: 'xx', ranker, orders });
  expect(result).toMatchObject({ logit, winner: 'a', [other]: undefined, consistent: undefined });
  expect(result[orders]?.logit).toBe(orders === 'forward' ? logit : -logit);
  expect(ranker.pairs.map(({ left, right }) => `${left}>${right}`)).toEqual([asked]);
});

test('both orders are the mean of the two alone', async () => {
  const logits = await Promise.all(
    (['both', 'forward', 'reverse'] as const).map(async (orders) => {
      const { logit } = await compare({ prompt, a: 'short', b: 'much longer', ranker: biased(), orders });
      return logit;
    }),
  );
  expect(logits).toEqual([-6, -5.5, -6.5]);
});

test('an order without an opinion alone is no opinion', async () => {
  const ranker = new FakePairRanker({ judge: () => Number.NaN });
  await expect(compare({ prompt, a: 'A', b: 'B', ranker, orders: 'reverse' })).resolves.toMatchObject({
    logit: Number.NaN,
    winner: undefined,
  });
});

test.each([
  [{ a: 5 }, 'Invalid a 5: expected a text.'],
  [{ orders: '[B,A]' }, `Invalid orders "[B,A]": expected one of: both, forward, reverse.`],
])('refuses %j', async (options, message) => {
  await expect(compare({ prompt, a: 'A', b: 'B', ranker: biased(), ...options } as never)).rejects.toThrow(message);
});

test('instruction and input reach the ranker apart', async () => {
  const ranker = new FakePairRanker({ judge: () => 1 });
  await compare({ instruction: 'Sum up.', input: 'Long text.', a: 'A', b: 'B', ranker });
  expect(ranker.pairs[0]?.task).toEqual({ instruction: 'Sum up.', input: 'Long text.' });
});

test('a ranker that answers too few pairs is an error', async () => {
  const ranker = new FakePairRanker({ judge: () => 1 });
  ranker.doCompare = async () => ({
    judgements: [{ logit: 1 }],
    usage: { calls: 1, inputTokens: 0, outputTokens: 0, cost: 0 },
  });
  await expect(compare({ prompt, a: 'A', b: 'B', ranker })).rejects.toThrow(
    'The ranker fake failed: it answered 1 of 2 pairs',
  );
});
