import { expect, test } from 'vitest';
import { rank } from '../rank/index.ts';
import { FakePairRanker } from '../test/index.ts';

test('a ranker that likes what is shown first flips with the order', async () => {
  const ranker = new FakePairRanker({ judge: () => 1 });
  const { positionBias, ranks } = await rank({ prompt: 'q', candidates: ['a', 'b', 'c'], ranker });
  expect(positionBias).toEqual({ pairs: 3, flipped: 3, favoured: 'first' });
  expect(ranks).toEqual([1, 1, 1]);
});

test('a ranker that goes by the texts does not', async () => {
  const ranker = new FakePairRanker({ judge: ({ left, right }) => left.length - right.length });
  const { positionBias } = await rank({ prompt: 'q', candidates: ['a', 'bb', 'ccc'], ranker });
  expect(positionBias).toEqual({ pairs: 3, flipped: 0, favoured: undefined });
});

test('pairs without an opinion in one order, and pairs shown in one order, do not count', async () => {
  const ranker = new FakePairRanker({ judge: ({ left }) => (left === 'a' ? Number.NaN : -1) });
  const { positionBias } = await rank({ prompt: 'q', candidates: ['a', 'b', 'c'], ranker });
  expect(positionBias).toEqual({ pairs: 1, flipped: 1, favoured: 'second' });
  const once = await rank({ prompt: 'q', candidates: ['b', 'c'], ranker, orders: 'forward' });
  expect(once.positionBias).toBeUndefined();
});

test('bad in every verdict is low quality; one other verdict is enough to be none', async () => {
  const bad = new FakePairRanker({ judge: () => ({ logit: 0, verdict: 'both-bad' }) });
  expect(await rank({ prompt: 'q', candidates: ['a', 'b'], ranker: bad })).toMatchObject({ lowQuality: true });
  const mixed = new FakePairRanker({
    judge: ({ left }) => (left === 'a' ? { logit: 1, verdict: 'left' } : { logit: 0, verdict: 'both-bad' }),
  });
  expect(await rank({ prompt: 'q', candidates: ['a', 'b'], ranker: mixed })).toMatchObject({ lowQuality: false });
});

test('where every call failed, ranking fails with the reason; one that works is enough', async () => {
  const broken = new FakePairRanker({
    judge: () => ({ logit: Number.NaN, failure: 'The provider is not available.' }),
  });
  await expect(rank({ prompt: 'q', candidates: ['a', 'b', 'c'], ranker: broken })).rejects.toThrow(
    'The ranker fake failed: The provider is not available.',
  );
  const shaky = new FakePairRanker({
    judge: ({ left }) => (left === 'a' ? { logit: 2 } : { logit: Number.NaN, failure: 'blocked' }),
  });
  const { ranks } = await rank({ prompt: 'q', candidates: ['a', 'b', 'c'], ranker: shaky });
  expect(ranks[0]).toBe(1);
});

test('of a ranker that reads one text at a time there is no position bias to report', async () => {
  const ranker = new FakePairRanker({ judge: ({ left, right }) => left.length - right.length });
  const pointwise = Object.assign(ranker, { pointwise: true });
  const { positionBias } = await rank({ prompt: 'q', candidates: ['a', 'bb', 'ccc'], ranker: pointwise });
  expect(positionBias).toBeUndefined();
});
