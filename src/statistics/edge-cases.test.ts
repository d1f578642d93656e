import { expect, test } from 'vitest';
import { InvalidArgumentError } from '../error/index.ts';
import { bootstrapFigures } from './bootstrap.ts';
import { rateModels } from './bradley-terry.ts';
import { calibration } from './calibration.ts';
import { kendallTau, pearsonCorrelation, spearmanCorrelation } from './correlation.ts';
import { judgeHabits } from './judge-habits.ts';
import { winRate } from './length-control.ts';
import { meanIntervals, ratioIntervals, shareInterval, shareIntervals } from './means.ts';
import { holmAdjust, mcNemarTest, pairedDifference } from './paired-tests.ts';
import { normalQuantile, normalShareBelow, studentQuantile } from './quantiles.ts';
import { tiedWithBest } from './tied-with-best.ts';
import type { Outcome, Verdict } from './verdict.ts';

const none = Number.NaN;
const verdict = (prompt: number, left: string, right: string, outcome: Outcome): Verdict => ({
  prompt,
  left,
  right,
  outcome,
});
const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));

test('quantiles as in SciPy', () => {
  expect(normalQuantile(0.975)).toBeCloseTo(1.959964, 5);
  expect(normalQuantile(0.5)).toBeCloseTo(0, 6);
  expect(normalQuantile(1e-6)).toBeCloseTo(-4.753424, 5);
  expect(normalShareBelow(-1.644854)).toBeCloseTo(0.05, 6);
  expect(studentQuantile(0.975, 1)).toBeCloseTo(12.7062, 3);
  expect(studentQuantile(0.975, 2)).toBeCloseTo(4.3027, 3);
  for (const [degrees, quantile] of [
    [3, 3.1824],
    [5, 2.5706],
    [10, 2.2281],
    [30, 2.0423],
    [1000, 1.9623],
  ] as const) {
    expect(Math.abs(studentQuantile(0.975, degrees) / quantile - 1)).toBeLessThan(0.01);
  }
});

test('columns that are empty, of one prompt, constant or full of gaps', () => {
  expect(meanIntervals([])).toEqual([]);
  expect(meanIntervals([[], []])).toEqual([undefined, undefined]);
  expect(
    meanIntervals([
      [none, none],
      [none, 3],
      [2, 2],
    ]),
  ).toEqual([
    undefined,
    { value: 3, low: undefined, high: undefined, prompts: 1, method: 'none' },
    { value: 2, low: 2, high: 2, prompts: 2, method: 'skew-corrected-t' },
  ]);
  const [low] = meanIntervals([[1, 12]], { range: [1, 12] });
  expect(low).toMatchObject({ value: 6.5, low: 1, high: 12 });
  expect(shareIntervals([times(200, () => 0), [...times(199, () => none), 1]])).toMatchObject([
    { value: 0, low: 0, high: expect.closeTo(0.0188, 3) as number, method: 'wilson' },
    { value: 1, prompts: 1, method: 'wilson' },
  ]);
});

// Figures of NumPy and SciPy with the formulas of Hall, Wilson, and Korn and Graubard; the t quantile here is right to 1 %.
test.each([
  [[0, 0, 0, 1, 5, 2, 0, 9], undefined, [2.125, 0.0991, 10.3277]],
  [
    [4, -2, 9],
    [2, 1, 3],
    [1.8333, -3.5823, 5.8759],
  ],
  // Beyond three times the reach of a t interval on the side of the large value.
  [[...times(19, () => 0), 100], undefined, [5, -1.6258, 36.3954]],
])('the mean of %o', (sums, counts, figures) => {
  const ratio = { sums: Float64Array.from(sums), counts: Float64Array.from(counts ?? sums.map(() => 1)) };
  const { value, low = none, high = none } = ratioIntervals([ratio])[0] ?? { value: none };
  for (const [index, figure] of [value, low, high].entries()) {
    expect(Math.abs(figure - (figures[index] ?? none))).toBeLessThan(0.01 * (high - low));
  }
});

test.each([
  [[11, 9, 10, 11, 3, 11], times(6, () => 11), [0.8333, 0.4365, 0.9699]],
  // One prompt has nearly all rows, so that they are worth hardly more than one trial.
  [
    [1, 0, 1, 97],
    [1, 1, 1, 97],
    [0.99, 0.2124, 1],
  ],
])('the share of %o', (sums, counts, figures) => {
  const found = shareInterval({ sums: Float64Array.from(sums), counts: Float64Array.from(counts) });
  for (const [index, figure] of [found?.value, found?.low, found?.high].entries()) {
    expect(figure).toBeCloseTo(figures[index] ?? none, 2);
  }
});

test('equal means that differ by rounding are equal', () => {
  const tenth = times(20, () => 0.1);
  const rounded = times(20, () => (0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1) / 6);
  expect(rounded[0]).not.toBe(0.1);
  expect(pairedDifference(rounded, tenth)).toMatchObject({ pValue: 1, equal: 20, difference: { value: 0 } });
  expect(tiedWithBest([tenth, rounded])?.tied).toEqual([0, 1]);
});

test('the same seed gives the same figures, for each column by itself as for all together', () => {
  const columns = times(3, (column) => times(50, (prompt) => (prompt * (column + 7)) % 11));
  const maxima = (seed: number, wanted = columns) =>
    bootstrapFigures(
      50,
      (weights) => wanted.map((column) => Math.max(...column.map((value, prompt) => value * (weights[prompt] ?? 0)))),
      {
        seed,
      },
    );
  const together = maxima(5);
  expect(maxima(5)).toEqual(together);
  expect(columns.flatMap((column) => maxima(5, [column]))).toEqual(together);
  expect(maxima(6)).not.toEqual(together);
});

test.each([
  [() => meanIntervals([[1], [1, 2]])],
  [() => pairedDifference([1], [1], { seed: 1.5 })],
  [() => bootstrapFigures(1, () => [1], { resamples: 10 })],
  [() => meanIntervals([[1]], { confidence: 95 })],
  [() => shareIntervals([[1.2]])],
  [() => pairedDifference([1], [1, 2])],
  [
    () =>
      pairedDifference(
        times(20, () => 1),
        times(20, () => 0),
        { permutations: 3 },
      ),
  ],
  [() => mcNemarTest([0.5], [1])],
  [() => tiedWithBest([[1]], { significance: 0 })],
  [() => rateModels([verdict(1, 'a', 'a', 'left')])],
  [() => calibration([{ prompt: 1, probability: none, outcome: 1 }])],
  [() => calibration([{ prompt: 1, probability: 1, outcome: -1 }])],
  [() => calibration([{ prompt: 1, probability: 1, outcome: 1 }], { bins: 0 })],
  [() => winRate([{ prompt: 1, points: 2 }])],
  [() => winRate([{ prompt: 1, points: 1, ownLength: -1, otherLength: 1 }])],
  [() => pearsonCorrelation([1], [])],
  [() => spearmanCorrelation([1, none], [1, 2])],
])('what cannot be measured is refused: %s', (measure) => {
  expect(measure).toThrow(InvalidArgumentError);
});

test('paired tests of few prompts are exact', () => {
  expect(pairedDifference([1, none], [none, 1])).toBeUndefined();
  expect(pairedDifference([1, 2, 3], [1, 2, 3])).toMatchObject({ pValue: 1, equal: 3 });
  expect(
    pairedDifference(
      times(5, () => 1),
      times(5, () => 0),
    )?.pValue,
  ).toBe(2 / 32);
  // Of the 16 ways to set the signs of 1, 2, 3 and 4, the sums ±8 and ±10 are as far from 0 as 8.
  expect(pairedDifference([-1, 2, 3, 4], [0, 0, 0, 0])?.pValue).toBe(4 / 16);
  expect(pairedDifference([1, 1, none, 4], [0, 1, 7, none])).toMatchObject({
    leftHigher: 1,
    rightHigher: 0,
    equal: 1,
    onlyLeft: 1,
    onlyRight: 1,
  });
  expect(
    mcNemarTest(
      times(20_000, () => 1),
      times(20_000, () => 0),
    ).pValue,
  ).toBe(0);
  expect(holmAdjust([])).toEqual([]);
});

test('the test by random swaps agrees with all swaps', () => {
  const differences = [3, -1, 4, -1, 5, -9, 2, 6, 5, -3, 5, 8, 9, 0.5, -7, 1];
  const observed = Math.abs(differences.reduce((sum, value) => sum + value, 0));
  const sums = times(2 ** differences.length, (signs) =>
    Math.abs(differences.reduce((sum, value, at) => sum + ((signs >>> at) & 1 ? value : -value), 0)),
  );
  const exact = sums.filter((sum) => sum >= observed).length / sums.length;
  const zeros = differences.map(() => 0);
  const random = pairedDifference(differences, zeros, { permutations: 20_000 })?.pValue ?? 0;
  expect(exact).toBeGreaterThan(0.05);
  expect(Math.abs(random - exact)).toBeLessThan(0.01);
});

test('the best column among few', () => {
  expect(tiedWithBest([])).toBeUndefined();
  expect(tiedWithBest([[none]])).toBeUndefined();
  expect(tiedWithBest([[1, 2]])).toEqual({ best: 0, tied: [0], others: [] });
  // No prompt in common: nothing tells them apart.
  expect(
    tiedWithBest([
      [1, none],
      [none, 2],
    ]),
  ).toMatchObject({
    best: 1,
    tied: [0, 1],
    others: [{ column: 0, pValue: undefined, adjustedPValue: undefined, isTied: true }],
  });
  const columns = [times(40, () => 2), times(40, () => 1), times(40, () => 1)];
  expect(tiedWithBest(columns, { better: 'lower' })).toMatchObject({ best: 1, tied: [1, 2] });
});

test('ratings of any pile of verdicts are finite', () => {
  expect(rateModels([])).toMatchObject({ models: [], groups: 0, isRegularised: false });
  const always = rateModels(times(50, (prompt) => verdict(prompt, 'a', 'b', 'left')));
  expect(always).toMatchObject({ isRegularised: true, regularisedResamples: 1, groups: 1 });
  const [best, worst] = always.models;
  expect(best).toMatchObject({ model: 'a', rank: 1, wins: 50, losses: 0, rating: { method: 'posterior' } });
  expect((best?.rating.high ?? 0) - (best?.rating.low ?? 0)).toBeGreaterThan(600);
  expect((best?.rating.value ?? 0) + (worst?.rating.value ?? 0)).toBeCloseTo(2000, 6);

  const bad = rateModels(times(30, (prompt) => verdict(prompt, 'a', 'b', 'both-bad')));
  expect(bad.models.map(({ rank, rating, bothBadRate, ties }) => [rank, rating.value, bothBadRate, ties])).toEqual([
    [1, 1000, 1, 30],
    [1, 1000, 1, 30],
  ]);

  const apart = rateModels(
    times(30, (prompt) => [
      verdict(prompt, 'a', 'b', prompt % 3 === 0 ? 'right' : 'left'),
      verdict(prompt, 'd', 'c', prompt % 5 === 0 ? 'left' : 'right'),
    ]).flat(),
  );
  expect(apart).toMatchObject({ groups: 2, isRegularised: false });
  expect(apart.models.map(({ model, group, rank }) => [model, group, rank])).toEqual([
    ['a', 0, 1],
    ['b', 0, 2],
    ['c', 1, 1],
    ['d', 1, 2],
  ]);
  const names = rateModels([verdict(1, '__proto__', '', 'left'), verdict(2, '', 'constructor', 'left')]);
  expect(names.models.map(({ model }) => model)).toEqual(['__proto__', '', 'constructor']);
});

test('who wins what does not depend on which side is named first', () => {
  const pile = times(60, (prompt) => verdict(prompt, 'a', 'b', prompt % 3 === 0 ? 'right' : 'left'));
  const swapped = pile.map(({ prompt, outcome }): Verdict => {
    return { prompt, left: 'b', right: 'a', outcome: outcome === 'left' ? 'right' : 'left' };
  });
  const [one, other] = [rateModels(pile), rateModels(swapped)];
  for (const [place, { model, rating }] of one.models.entries()) {
    expect(other.models[place]?.model).toBe(model);
    expect(other.models[place]?.rating.value).toBeCloseTo(rating.value, 6);
    expect(other.models[place]?.rating.low).toBeCloseTo(rating.low ?? 0, 6);
  }
});

test('win rates without lengths, with lengths that say nothing, and of one side that wins everything', () => {
  expect(winRate([])).toBeUndefined();
  const row = (prompt: number, ownLength?: number, otherLength?: number) => ({
    prompt,
    points: prompt % 2,
    ownLength,
    otherLength,
  });
  expect(winRate(times(9, (prompt) => row(prompt)))).toMatchObject({
    lengthControlled: undefined,
    lengthNote: 'no-lengths',
    ownLonger: undefined,
  });
  expect(winRate([row(0, 3, 2), row(1)])).toMatchObject({ lengthControlled: undefined, lengthNote: 'no-lengths' });
  expect(winRate(times(9, (prompt) => row(prompt, 30, 20)))).toMatchObject({
    lengthControlled: undefined,
    lengthNote: 'equal-differences',
    ownLonger: 1,
  });
  expect(winRate(times(9, (prompt) => row(prompt, 30 + prompt, 20)))).toMatchObject({ lengthNote: 'always-longer' });
  expect(winRate(times(9, (prompt) => row(prompt, 3, 20 + prompt)))).toMatchObject({
    lengthNote: 'always-shorter',
    ownLonger: 0,
  });
  const all = winRate(times(40, (prompt) => ({ prompt, points: 1, ownLength: prompt, otherLength: 20 })));
  expect(all?.winRate.low).toBeCloseTo(0.912, 2);
  expect(all?.lengthControlled?.low).toBeLessThan(0.92);
  expect(all?.lengthControlled?.value).toBeGreaterThan(0.99);
  expect(all?.lengthNote).toBeUndefined();
});

test('calibration of few forecasts', () => {
  expect(calibration([])).toBeUndefined();
  const few = calibration(
    [
      { prompt: 1, probability: 1, outcome: 1 },
      { prompt: 2, probability: 0, outcome: 0.5 },
    ],
    { bins: 2 },
  );
  expect(few).toMatchObject({ forecasts: 2, brier: { value: 0.125 }, ece: { value: 0.25 } });
  expect(few?.bins.map(({ forecasts, observed }) => [forecasts, observed?.share])).toEqual([
    [1, 0.5],
    [1, 1],
  ]);
});

test('habits of a judge that said nothing, and of one that was asked twice', () => {
  const silent = judgeHabits([], { own: ['a'] });
  expect(silent).toMatchObject({ verdicts: 0, flipRate: { rate: undefined, of: 0 } });
  expect(silent.selfPreference).toEqual({
    byJudge: undefined,
    byReference: undefined,
    excess: undefined,
    sharedPairs: 0,
  });
  const twice = judgeHabits([
    verdict(1, 'a', 'b', 'left'),
    verdict(1, 'b', 'a', 'left'),
    verdict(2, 'a', 'b', 'left'),
    verdict(2, 'b', 'a', 'tie'),
    verdict(3, 'a', 'b', 'right'),
    verdict(3, 'b', 'a', 'left'),
    verdict(4, 'a', 'b', 'both-bad'),
  ]);
  expect(twice.flipRate).toMatchObject({ of: 3, rate: { value: 1 / 3 } });
  expect(twice.inconsistentRate.rate?.value).toBeCloseTo(2 / 3, 12);
  expect(twice.firstWins).toMatchObject({ of: 5, rate: { value: 0.8 } });
  expect(twice.bothBadRate.rate?.value).toBeCloseTo(1 / 7, 12);
  expect(twice.longerWins).toEqual({ rate: undefined, of: 0 });
});

test('correlations of constants and of next to nothing', () => {
  for (const correlation of [pearsonCorrelation, spearmanCorrelation, kendallTau]) {
    expect(correlation([0.1, 0.1, 0.1], [1, 2, 3])).toBeUndefined();
    expect(correlation([], [])).toBeUndefined();
    expect(correlation([1], [1])).toBeUndefined();
    expect(correlation([1, 2], [5, 3])).toBe(-1);
    expect(correlation([1e9, 1e9 + 1, 1e9 + 2], [1, 2, 3])).toBe(1);
  }
});
