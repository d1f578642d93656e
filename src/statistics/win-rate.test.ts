import { expect, test } from 'vitest';
import { tallyPairs, wilsonInterval } from './win-rate.ts';

// Figures of statsmodels 0.15, proportion_confint(method='wilson').
test.each([
  [5, 10, 0.236593090511, 0.763406909489],
  [0, 10, 0, 0.277532799862],
  [10, 10, 0.722467200138, 1],
  [1, 1, 0.206549314377, 1],
  [2.5, 4, 0.219426520065, 0.908100770821],
  [81, 263, 0.255288519878, 0.366209576983],
])('%i of %i', (successes, trials, low, high) => {
  const interval = wilsonInterval(successes, trials);
  expect(interval.share).toBe(successes / trials);
  expect(interval.low).toBeCloseTo(low, 6);
  expect(interval.high).toBeCloseTo(high, 6);
});

test('ties count half, and pairs without an opinion not at all', () => {
  expect(tallyPairs([2, 1, -1, 0, Number.NaN])).toEqual({
    wins: 2,
    ties: 1,
    losses: 1,
    undecided: 1,
    winRate: wilsonInterval(2.5, 4),
    meanProbability: expect.closeTo((0.880797078 + 0.731058579 + 0.268941421 + 0.5) / 4, 8),
  });
  expect(tallyPairs([Number.NaN])).toMatchObject({ winRate: undefined, meanProbability: undefined, undecided: 1 });
});
