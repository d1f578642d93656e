import { describe, expect, test } from 'vitest';
import { FakePairRanker } from '../test/index.ts';
import { namesOf } from '../util/choices.ts';
import { createRandom } from '../util/random.ts';
import { rank } from './rank.ts';
import { STRATEGIES } from './schedule/resolve-schedule.ts';

const prompt = 'Say something.';

/** A machine that is busy needs many times the few seconds of a free one. */
const BUSY_MS = 120_000;

/** Texts of unequal strength, and a judge that knows it but for noise, fixed for each pair, and a liking for the first. */
function simulate({ size, noise, seed }: { size: number; noise: number; seed: number }) {
  const random = createRandom(seed);
  const strengths = Array.from({ length: size }, random.normal);
  const logits = strengths.map((strength, i) =>
    strengths.map((other, j) => (i < j ? strength - other + noise * random.normal() : 0)),
  );
  const logit = (i: number, j: number) => (i < j ? (logits[i]?.[j] ?? 0) : -(logits[j]?.[i] ?? 0));
  const ranker = new FakePairRanker({
    judge: ({ left, right }) => logit(Number(left.slice(1)), Number(right.slice(1))) + 0.3,
  });
  return { ranker, candidates: strengths.map((_, index) => `c${index}`), random };
}

function shuffled(count: number, uniform: () => number): readonly number[] {
  const keys = Array.from({ length: count }, uniform);
  return [...keys.keys()].toSorted((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
}

describe.each(namesOf(STRATEGIES))('%s', (strategy) => {
  test.each([2, 3, 4, 7, 12, 30, 200])(
    'ranks %i candidates the same to the last bit in whatever order they come',
    async (size) => {
      const { ranker, candidates, random } = simulate({ size, noise: 0.1, seed: size });
      const given = await rank({ prompt, candidates, ranker, strategy });
      for (let time = 0; time < (size > 100 ? 1 : 3); time++) {
        const order = shuffled(size, random.uniform);
        const permuted = await rank({
          prompt,
          candidates: order.map((index) => candidates[index] ?? ''),
          ranker,
          strategy,
        });
        expect(permuted.scores).toEqual(order.map((index) => given.scores[index]));
        expect(permuted.ranks).toEqual(order.map((index) => given.ranks[index]));
        expect(permuted.usage.calls).toBe(given.usage.calls);
        expect(permuted.explanation.confidence).toBe(given.explanation.confidence);
      }
      expect(given.ranks.toSorted((a, b) => a - b)).toEqual(candidates.map((_, index) => index + 1));
      expect(given.usage.calls).toBeLessThanOrEqual(size * (size - 1));
    },
    BUSY_MS,
  );
});

// Noise from little to as much as the strengths differ by, with seeds that no constant was set by.
test(
  'what adaptive calls settled at 0.95 is what all pairs would have said, for 0.95 of the judges at least',
  async () => {
    let [agreed, runs, pairs] = [0, 0, 0];
    for (const noise of [0.1, 0.5, 1, 1.5]) {
      for (let seed = 70_001; seed <= 70_025; seed++) {
        const { ranker, candidates } = simulate({ size: 12, noise, seed });
        const settled = await rank({ prompt, candidates, ranker, strategy: 'adaptive' });
        const all = await rank({ prompt, candidates, ranker, strategy: 'full' });
        expect(settled.explanation.confidence).toBeGreaterThanOrEqual(0.95);
        agreed += settled.best === all.best ? 1 : 0;
        pairs += settled.comparisons.length;
        runs += 1;
      }
    }
    // Three standard errors of so many runs below what is stated.
    expect(agreed / runs).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / runs));
    expect(pairs / runs / 66).toBeLessThan(0.6);
  },
  BUSY_MS,
);
