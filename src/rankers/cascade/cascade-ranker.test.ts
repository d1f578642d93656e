import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { compare } from '../../compare/index.ts';
import { rank } from '../../rank/index.ts';
import { Resources } from '../../registry/index.ts';
import { FakePairRanker } from '../../test/index.ts';
import { loadTrainedRanker } from '../trained/index.ts';
import { describePairRanker } from '../pair-ranker.contract.ts';
import { cascadeRanker } from './cascade-ranker.ts';

const folder = fileURLToPath(new URL('../../../models/small', import.meta.url));
const small = await loadTrainedRanker({ folder, name: 'small' });
afterAll(() => small[Symbol.asyncDispose]());

describePairRanker('a cascade', {
  create: () => cascadeRanker({ prefilter: new FakePairRanker({ judge: () => 0.1 }), ranker: small }),
});

const prompt = 'Say something.';
const candidates = Array.from({ length: 12 }, (_, index) => 'x'.repeat(1 + ((index * 5) % 12)));
const byLength = (name: string, scale: number) =>
  new FakePairRanker({ name, judge: ({ left, right }) => scale * (left.length - right.length) });

test('asks the expensive one only where the cheap one leaves doubt, and says who was asked how much', async () => {
  const prefilter = byLength('cheap', 0.3);
  const expensive = byLength('expensive', 1);
  const result = await rank({ prompt, candidates, ranker: cascadeRanker({ prefilter, ranker: expensive }) });
  expect(candidates[result.best]).toHaveLength(12);
  expect(result.ranker).toBe('cascade:expensive');
  expect(result.explanation.strategy).toBe('adaptive');
  expect(prefilter.pairs).toHaveLength(132);
  expect(expensive.pairs.length).toBeLessThan(22);
  expect(result.explanation.rankers).toEqual([
    { ranker: 'cheap', pairs: 66, calls: 132 },
    { ranker: 'cascade:expensive', pairs: expensive.pairs.length / 2, calls: expensive.pairs.length },
  ]);
  expect(result.usage.calls).toBe(132 + expensive.pairs.length);
  expect(result.comparisons).toHaveLength(expensive.pairs.length / 2);
  // Candidates that the expensive one never saw are placed by what the cheap one says.
  expect(result.ranks[candidates.findIndex(({ length }) => length === 1)]).toBe(12);
});

test('follows the expensive one where the two disagree', async () => {
  const prefilter = byLength('cheap', -1);
  const expensive = byLength('expensive', 1);
  const result = await rank({ prompt, candidates, ranker: cascadeRanker({ prefilter, ranker: expensive }) });
  expect(candidates[result.best]).toHaveLength(12);
});

test('a comparison is the expensive one’s, and so are all pairs of the strategy full', async () => {
  const prefilter = byLength('cheap', -1);
  const ranker = cascadeRanker({ prefilter, ranker: byLength('expensive', 1) });
  await expect(compare({ prompt, a: 'xx', b: 'x', ranker })).resolves.toMatchObject({
    logit: 1,
    ranker: 'cascade:expensive',
  });
  const { explanation } = await rank({ prompt, candidates, ranker, strategy: 'full' });
  expect(explanation.rankers).toEqual([{ ranker: 'cascade:expensive', pairs: 66, calls: 132 }]);
  expect(prefilter.calls).toHaveLength(0);
});

test('a cascade by name shares the ranker that prefilters', async () => {
  await using resources = new Resources();
  const ranker = await resources.resolveRanker(`cascade:${folder}`);
  expect(ranker.name).toBe(`cascade:${folder}`);
  expect(ranker.prefilter).toBe(await resources.resolveRanker('small'));
  await expect(resources.resolveRanker('cascade:small')).rejects.toThrow('expected a ranker more expensive than small');
  await expect(resources.resolveRanker('cascade:nothing')).rejects.toThrow('Invalid ranker "nothing"');
});
