import { describe, expect, test } from 'vitest';
import { toRanks } from '../ranking.ts';
import type { LogitMatrix } from '../logit-matrix.ts';
import { namesOf } from '../../util/choices.ts';
import { borda } from './borda.ts';
import { bradleyTerry } from './bradley-terry.ts';
import { expectedLogits } from './expected-logits.ts';
import { leastSquares } from './least-squares.ts';
import { maxLogits } from './max-logits.ts';
import { maxWins } from './max-wins.ts';
import { AGGREGATIONS, resolveAggregation } from './resolve-aggregation.ts';

/** The aggregation fixture of the Python original: rows are shown first. */
const PYTHON_FIXTURE: LogitMatrix = [
  [undefined, 2, -1],
  [-1.5, undefined, 0.5],
  [2, -0.2, undefined],
];

test('MaxLogits agrees with the Python original up to its factor', () => {
  // The original's scores are 0.16667, -0.93333, 0.76667: a sum of both directions over N, ours the mean over N - 1 of half.
  const scores = maxLogits(PYTHON_FIXTURE);
  expect(scores.map((score) => (score * 2 * 2) / 3)).toEqual([
    expect.closeTo(0.16667, 5),
    expect.closeTo(-0.93333, 5),
    expect.closeTo(0.76667, 5),
  ]);
  expect(toRanks(scores)).toEqual([2, 3, 1]);
});

test('MaxWins counts both orders as a sum, not the mean of the original', () => {
  expect(maxWins(PYTHON_FIXTURE)).toEqual([2, 2, 2]);
  expect(toRanks(maxWins(PYTHON_FIXTURE))).toEqual([1, 1, 1]);
});

test('MaxWins gives half a win for an undecided judgement', () => {
  expect(
    maxWins([
      [undefined, 0],
      [-1, undefined],
    ]),
  ).toEqual([1.5, 0.5]);
});

test('least squares meets every comparison of a tree exactly', () => {
  // 0 beats 1 by 1, 1 beats 2 by 2; 0 and 2 never met.
  const scores = leastSquares([
    [undefined, 1, undefined],
    [-1, undefined, 2],
    [undefined, -2, undefined],
  ]);
  expect((scores[0] ?? 0) - (scores[1] ?? 0)).toBeCloseTo(1, 9);
  expect((scores[1] ?? 0) - (scores[2] ?? 0)).toBeCloseTo(2, 9);
  expect(scores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(0, 9);
});

test('least squares of a complete matrix is MaxLogits times (N - 1) / N', () => {
  const scaled = maxLogits(PYTHON_FIXTURE).map((score) => (score * 2) / 3);
  expect(leastSquares(PYTHON_FIXTURE)).toEqual(scaled.map((score) => expect.closeTo(score, 9)));
});

test('expected logits of a complete matrix are MaxLogits, and of few answers draw towards the middle', () => {
  expect(expectedLogits(PYTHON_FIXTURE)).toEqual(maxLogits(PYTHON_FIXTURE).map((score) => expect.closeTo(score, 9)));
  // Answers that contradict each other: 0 has won twice, 3 once, though by more.
  const answers: readonly (readonly [number, number, number])[] = [
    [0, 1, 1.4],
    [0, 2, 1.1],
    [1, 2, -0.9],
    [2, 4, 0.8],
    [1, 4, 1.2],
    [3, 4, 2.2],
  ];
  const matrix = [0, 1, 2, 3, 4].map((i) =>
    [0, 1, 2, 3, 4].map((j) => {
      const answer = answers.find(([left, right]) => (left === i && right === j) || (left === j && right === i));
      return answer === undefined ? undefined : answer[0] === i ? answer[2] : -answer[2];
    }),
  );
  const lead = (scores: readonly number[]) => (scores[0] ?? 0) - (scores[3] ?? 0);
  expect(lead(leastSquares(matrix))).toBeLessThan(0.2);
  expect(lead(expectedLogits(matrix))).toBeGreaterThan(lead(leastSquares(matrix)));
});

describe.each(namesOf(AGGREGATIONS))('%s', (name) => {
  const aggregate = resolveAggregation(name);

  test('moves with the candidates', () => {
    const permutation = [2, 0, 1];
    const permuted = permutation.map((row) => permutation.map((column) => PYTHON_FIXTURE[row]?.[column]));
    const scores = aggregate(PYTHON_FIXTURE);
    expect(aggregate(permuted)).toEqual(permutation.map((index) => expect.closeTo(scores[index] ?? Number.NaN, 9)));
  });

  test('scores one candidate, and none', () => {
    expect(toRanks(aggregate([[undefined]]))).toEqual([1]);
    expect(aggregate([[undefined]])).toEqual([expect.any(Number)]);
    expect(aggregate([])).toEqual([]);
  });

  test('puts a candidate that wins every comparison first, also where some are missing', () => {
    expect(
      toRanks(
        aggregate([
          [undefined, 2, undefined, 1],
          [-1, undefined, 0.5, undefined],
          [undefined, undefined, undefined, 0.3],
          [-2, undefined, -0.4, undefined],
        ]),
      )[0],
    ).toBe(1);
  });

  test('keeps ties of candidates that no comparison distinguishes', () => {
    // 0 and 1 are the same to all others and to each other; 2 loses to both.
    const scores = aggregate([
      [undefined, 0.7, 1.3],
      [0.7, undefined, 1.3],
      [-0.9, -0.9, undefined],
    ]);
    expect(toRanks(scores)).toEqual([1, 1, 3]);
  });

  test('gives finite scores to certain and to unanswered comparisons', () => {
    const scores = aggregate([
      [undefined, 700, 800],
      [-700, undefined, undefined],
      [undefined, undefined, undefined],
    ]);
    expect(scores.every(Number.isFinite)).toBe(true);
  });

  test('ties what was never compared or never decided', () => {
    expect(
      toRanks(
        aggregate([
          [undefined, undefined],
          [undefined, undefined],
        ]),
      ),
    ).toEqual([1, 1]);
    expect(
      toRanks(
        aggregate([
          [undefined, 0],
          [0, undefined],
        ]),
      ),
    ).toEqual([1, 1]);
  });
});

test('Bradley-Terry finds the strengths that probabilities come from, but for its prior', () => {
  const strengths = [1.2, 0.2, -1.4];
  const matrix = strengths.map((strength, i) => strengths.map((other, j) => (i === j ? undefined : strength - other)));
  const scores = bradleyTerry(matrix);
  for (const [index, strength] of strengths.entries())
    expect(Math.abs((scores[index] ?? 0) - strength)).toBeLessThan(0.1);
  expect(scores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(0, 8);
});

test('Bradley-Terry keeps the strengths of certain wins finite, and in order', () => {
  const matrix = [0, 1, 2].map((i) => [0, 1, 2].map((j) => (i === j ? undefined : 700 * (j - i))));
  expect(toRanks(bradleyTerry(matrix))).toEqual([1, 2, 3]);
});

test('Borda is the mean probability of beating an opponent', () => {
  const [first, second] = borda([
    [undefined, Math.log(3)],
    [-Math.log(3), undefined],
  ]);
  expect(first).toBeCloseTo(0.75, 12);
  expect(second).toBeCloseTo(0.25, 12);
});

test('an unknown name is refused with the known ones', () => {
  expect(() => resolveAggregation('elo' as never)).toThrow(
    'Invalid aggregation "elo": expected one of: max-logits, max-wins, least-squares, expected-logits, bradley-terry, borda, or a function.',
  );
});
