import { describe, expect, test } from 'vitest';
import type { PairComparison } from '../../compare/index.ts';
import { probabilityOf } from '../../util/probability-of.ts';
import { createRandom } from '../../util/random.ts';
import { leastSquares } from '../aggregate/least-squares.ts';
import { maxLogits } from '../aggregate/max-logits.ts';
import { toLogitMatrix } from '../logit-matrix.ts';
import type { RankGoal } from '../rank-settings.ts';
import { assessGoal } from './assess-goal.ts';
import { choosePairs } from './choose-pairs.ts';
import { expectedScores } from './expected-scores.ts';
import { sampleFullScores } from './sample-full-scores.ts';
import { strengthIntervals } from './strength-intervals.ts';
import { fitStrengths } from './strength-posterior.ts';

const BEST: RankGoal = { kind: 'best' };

/** As `comparePairs` would give it, each order alone being of no interest here. */
function comparison(left: number, right: number, logit: number): PairComparison {
  return { left, right, logit, probability: probabilityOf(logit), forward: { logit } };
}

/** Comparisons of all pairs by strengths and noise. */
function allComparisons(strengths: readonly number[], noise: number, seed: number): readonly PairComparison[] {
  const random = createRandom(seed);
  return strengths.flatMap((strength, i) =>
    strengths.flatMap((other, j) => (i < j ? [comparison(i, j, strength - other + noise * random.normal())] : [])),
  );
}

test('with all pairs known there is nothing to draw: the full scores are MaxLogits', () => {
  const comparisons = allComparisons([1, 0, -2, 0.5], 0.8, 1);
  const posterior = fitStrengths({ size: 4, comparisons });
  const expected = maxLogits(toLogitMatrix(4, comparisons)).map((score) => expect.closeTo(score, 9));
  for (const draw of sampleFullScores(posterior).slice(0, 5)) expect([...draw]).toEqual(expected);
  expect(expectedScores(posterior)).toEqual(expected);
});

test('a pair without an opinion is left out of the full scores, as it is of MaxLogits', () => {
  const comparisons = [comparison(0, 1, Number.NaN), comparison(0, 2, 1), comparison(1, 2, 3)];
  const posterior = fitStrengths({ size: 3, comparisons });
  expect([...(sampleFullScores(posterior)[0] ?? [])]).toEqual([1, 3, -2].map((score) => expect.closeTo(score, 9)));
  expect(expectedScores(posterior)).toEqual([1, 3, -2]);
});

test('the mean of the draws is what is expected', () => {
  const comparisons = allComparisons([2, 1, 0, -1, -2], 0.3, 2).filter((_, index) => index % 2 === 0);
  const posterior = fitStrengths({ size: 5, comparisons });
  const draws = sampleFullScores(posterior);
  for (const [index, score] of expectedScores(posterior).entries()) {
    const mean = draws.reduce((sum, draw) => sum + (draw[index] ?? 0), 0) / draws.length;
    expect(Math.abs(mean - score)).toBeLessThan(0.1);
  }
});

test('little noise is distinguished from much', () => {
  const strengths = [3, 2, 1, 0, -1, -2, -3];
  const noiseOf = (deviation: number) => {
    const { components } = fitStrengths({ size: 7, comparisons: allComparisons(strengths, deviation, 3) });
    return components.reduce((best, component) => (component.weight > best.weight ? component : best)).noise;
  };
  expect(noiseOf(0)).toBe(0.001);
  expect(noiseOf(0.5)).toBeGreaterThan(0.01);
  expect(noiseOf(3)).toBeGreaterThan(noiseOf(0.5));
});

test('intervals hold the strength and narrow with more comparisons', () => {
  const strengths = [2, 1, 0, -1, -2];
  const comparisons = allComparisons(strengths, 0.4, 4);
  const widths = [4, 7, 10].map((count) =>
    strengthIntervals(fitStrengths({ size: 5, comparisons: comparisons.slice(0, count) })).reduce(
      (sum, { low, high }) => sum + high - low,
      0,
    ),
  );
  expect(widths).toEqual(widths.toSorted((a, b) => b - a));
  for (const [index, { strength, low, high }] of strengthIntervals(fitStrengths({ size: 5, comparisons })).entries()) {
    expect(low).toBeLessThan(strength);
    expect(high).toBeGreaterThan(strength);
    expect(strengths[index]).toBeGreaterThan(low);
    expect(strengths[index]).toBeLessThan(high);
  }
});

test('asks about those who may still win, not about those who have lost', () => {
  // 0 and 1 lead narrowly and have not met; 2 to 5 are far behind.
  const comparisons = [
    comparison(0, 2, 5),
    comparison(1, 3, 5.1),
    comparison(2, 3, 0),
    comparison(4, 2, 0.1),
    comparison(5, 3, -0.1),
  ];
  const posterior = fitStrengths({ size: 6, comparisons });
  const { contests } = assessGoal(posterior, BEST, leastSquares(toLogitMatrix(6, comparisons)));
  expect(choosePairs(posterior, contests, 1)).toEqual([[0, 1]]);
});

test('a prefilter is trusted as far as it proves right', () => {
  const truth = [3, 2, 1, 0, -1, -2];
  const all = allComparisons(truth, 0.1, 5);
  const prefilterOf = (sign: number) =>
    toLogitMatrix(
      6,
      all.map(({ left, right, logit }) => comparison(left, right, sign * logit)),
    );
  const known = all.filter(({ left, right }) => left + right === 5 || right - left === 2);
  const spread = (sign: number) => {
    const scores = expectedScores(fitStrengths({ size: 6, comparisons: known, prefilter: prefilterOf(sign) }));
    return (scores[0] ?? 0) - (scores[5] ?? 0);
  };
  const before = expectedScores(fitStrengths({ size: 6, comparisons: [], prefilter: prefilterOf(0.5) }));
  expect(before[0]).toBeGreaterThan(before[5] ?? 0);
  expect(spread(0.5)).toBeGreaterThan(4);
  // One that says the opposite is read the other way round.
  expect(spread(-1)).toBeGreaterThan(4);
});

describe('the stated confidence is honest', () => {
  const size = 8;
  const judges: readonly { name: string; answer: (difference: number, noise: number) => number }[] = [
    { name: 'soft, little noise', answer: (difference, noise) => difference + 0.2 * noise },
    { name: 'soft, much noise', answer: (difference, noise) => difference + noise },
    { name: 'soft, saturated', answer: (difference, noise) => Math.tanh(difference + 0.5 * noise) },
    {
      name: 'hard, with ties',
      answer: (difference, noise) => Math.round(Math.max(-1, Math.min(1, difference + 0.5 * noise))),
    },
  ];

  test.each(judges)('$name', ({ answer }) => {
    let [agreed, claimed] = [0, 0];
    const runs = 120;
    for (let run = 0; run < runs; run++) {
      const random = createRandom(run + 1);
      const strengths = Array.from({ length: size }, random.normal);
      const all = allComparisons(strengths, 0, 0).map(({ left, right, logit }) =>
        comparison(left, right, answer(logit, random.normal())),
      );
      const known = all.filter(() => random.uniform() < 0.6);
      const scores = leastSquares(toLogitMatrix(size, known));
      const target = maxLogits(toLogitMatrix(size, all));
      const pick = scores.indexOf(Math.max(...scores));
      claimed += assessGoal(fitStrengths({ size, comparisons: known }), BEST, scores).confidence;
      agreed += (target[pick] ?? 0) >= Math.max(...target) - 1e-9 ? 1 : 0;
    }
    // Within three standard errors below, and not timid without end.
    expect(agreed / runs).toBeGreaterThan(claimed / runs - 0.13);
    expect(agreed / runs).toBeLessThan(claimed / runs + 0.35);
  });
});
