import { describe, expect, test } from 'vitest';
import type { PairComparison } from '../../compare/index.ts';
import { probabilityOf } from '../../util/probability-of.ts';
import { namesOf } from '../../util/choices.ts';
import { createRandom } from '../../util/random.ts';
import type { RankGoal } from '../rank-settings.ts';
import { full } from './full.ts';
import { resolveSchedule, type StrategyName, STRATEGIES } from './resolve-schedule.ts';
import type { PairIndices, ScheduleSettings } from './schedule.ts';

type Logit = (left: number, right: number) => number;

/** Runs a schedule against a judge, and checks that it asks as it must. */
function runSchedule(
  strategy: StrategyName,
  size: number,
  logit: Logit,
  settings: Partial<ScheduleSettings> = {},
): { comparisons: readonly PairComparison[]; batches: readonly (readonly PairIndices[])[] } {
  const schedule = resolveSchedule(strategy);
  const pairs = schedule.pairs(size, { goal: { kind: 'best' }, confidence: 0.95, ...settings });
  const batches: (readonly PairIndices[])[] = [];
  const comparisons: PairComparison[] = [];
  const seen = new Set<string>();
  let next = pairs.next();
  while (!next.done) {
    expect(next.value.length).toBeGreaterThan(0);
    for (const [left, right] of next.value) {
      expect(left).not.toBe(right);
      for (const index of [left, right]) expect(index >= 0 && index < size).toBe(true);
      const key = `${Math.min(left, right)}-${Math.max(left, right)}`;
      expect(seen.has(key)).toBe(false);
      seen.add(key);
    }
    batches.push(next.value);
    const answers = next.value.map(([left, right]) => {
      const value = logit(left, right);
      return { left, right, logit: value, probability: probabilityOf(value), forward: { logit: value } };
    });
    comparisons.push(...answers);
    next = pairs.next(answers);
  }
  expect(comparisons.length).toBeLessThanOrEqual(schedule.maxPairs(size));
  return { comparisons, batches };
}

/** A judge by strengths with noise that is fixed for each pair. */
function noisyJudge(size: number, seed: number, noise: number): Logit {
  const random = createRandom(seed);
  const strengths = Array.from({ length: size }, random.normal);
  const table = strengths.map((strength, i) =>
    strengths.map((other, j) => (i < j ? strength - other + noise * random.normal() : 0)),
  );
  return (left, right) => (left < right ? (table[left]?.[right] ?? 0) : 0 - (table[right]?.[left] ?? 0));
}

describe.each(namesOf(STRATEGIES))('%s', (strategy) => {
  test.each([0, 1, 2, 3, 4, 5, 8, 12, 13, 31])(
    'asks pairs of %i candidates, none twice, and comes to an end',
    (size) => {
      const { comparisons } = runSchedule(strategy, size, noisyJudge(size, size, 0.7));
      if (size < 2) expect(comparisons).toHaveLength(0);
      // A candidate that is never compared could be the best.
      else expect(new Set(comparisons.flatMap(({ left, right }) => [left, right])).size).toBe(size);
    },
  );

  test('copes with a judge that only ties, and with one without opinions', () => {
    for (const logit of [0, Number.NaN]) {
      expect(runSchedule(strategy, 7, () => logit).comparisons.length).toBeGreaterThanOrEqual(6);
    }
  });

  test('takes 200 candidates', () => {
    const { comparisons, batches } = runSchedule(strategy, 200, noisyJudge(200, 1, 0.1));
    expect(comparisons.length).toBeGreaterThanOrEqual(100);
    if (strategy === 'adaptive') expect(batches.length).toBeLessThan(100);
  });
});

test('full asks every pair, and any part of it asks each candidate about equally often', () => {
  for (const size of [7, 12]) {
    const { comparisons } = runSchedule('full', size, () => 0);
    expect(comparisons).toHaveLength((size * (size - 1)) / 2);
    const counts = Array.from({ length: size }, () => 0);
    for (const { left, right } of comparisons.slice(0, size)) {
      counts[left] = (counts[left] ?? 0) + 1;
      counts[right] = (counts[right] ?? 0) + 1;
    }
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
  }
  expect(full.maxPairs(12)).toBe(66);
});

test('sort puts everything in order with about N log N pairs, many to a batch', () => {
  const size = 64;
  const place = Array.from({ length: size }, (_, index) => (index * 37) % size);
  const { comparisons, batches } = runSchedule('sort', size, (left, right) => (place[right] ?? 0) - (place[left] ?? 0));
  expect(comparisons.length).toBeLessThanOrEqual(size * Math.log2(size));
  // Neighbours in the order have met, so that nothing about it is left open.
  const met = new Set(
    comparisons.flatMap(({ left, right }) => [`${place[left]}-${place[right]}`, `${place[right]}-${place[left]}`]),
  );
  for (let index = 1; index < size; index++) expect(met.has(`${index - 1}-${index}`)).toBe(true);
  expect(batches.length).toBeLessThan(size * 2);
});

describe('adaptive', () => {
  const count = (logit: Logit, settings: Partial<ScheduleSettings>, size = 12) =>
    runSchedule('adaptive', size, logit, settings).comparisons.length;
  const goal = (kind: 'best' | 'order'): RankGoal => ({ kind });

  test('asks a consistent judge little more than N - 1 pairs for the best', () => {
    expect(count(noisyJudge(12, 3, 0), {})).toBeLessThanOrEqual(16);
  });

  test('asks a noisy judge more, and more for more confidence', () => {
    const judge = noisyJudge(12, 3, 1);
    const pairs = [0.6, 0.95, 1].map((confidence) => count(judge, { confidence }));
    expect(pairs).toEqual(pairs.toSorted((a, b) => a - b));
    expect(pairs[0]).toBeLessThan(pairs[2] ?? 0);
  });

  test('asks more for the whole order than for the best, and for the best three less than for the order', () => {
    const judge = noisyJudge(12, 8, 0.2);
    const order = count(judge, { goal: goal('order') });
    expect(count(judge, { goal: goal('best') })).toBeLessThan(order);
    expect(count(judge, { goal: { kind: 'top-k', count: 3 } })).toBeLessThan(order);
  });

  test('asks a judge that knows nothing most of its pairs, until no answer can change the best', () => {
    const random = createRandom(4);
    const table = Array.from({ length: 144 }, random.normal);
    expect(count((left, right) => table[left * 12 + right] ?? 0, { confidence: 1 })).toBeGreaterThan(50);
  });

  test('with a good prefilter asks next to nothing', () => {
    const judge = noisyJudge(12, 6, 0.1);
    const prefilter = Array.from({ length: 12 }, (_, i) =>
      Array.from({ length: 12 }, (__, j) => (i === j ? undefined : judge(i, j) * 0.7)),
    );
    expect(count(judge, { prefilter })).toBeLessThan(count(judge, {}));
  });
});
