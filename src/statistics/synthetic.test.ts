import { expect, test } from 'vitest';
import fixture from './__fixtures__/synthetic.json' with { type: 'json' };
import { rateModels } from './bradley-terry.ts';
import { kendallTau, pearsonCorrelation, spearmanCorrelation } from './correlation.ts';
import { winRate } from './length-control.ts';
import { holmAdjust, mcNemarTest } from './paired-tests.ts';
import type { Outcome, Verdict } from './verdict.ts';

// What packages in Python gave on the same synthetic data: training/measures/make_statistics.py.

test.each(fixture.lengths.map((row, index) => [index, row] as const))(
  'the length-controlled win rate %i is that of alpaca_eval',
  (_index, { points, ownLength, otherLength, figures }) => {
    const rows = points.map((value, prompt) => ({
      prompt,
      points: value,
      ownLength: ownLength[prompt],
      otherLength: otherLength[prompt],
    }));
    const result = winRate(rows, { resamples: 100 });
    expect(result?.winRate.value).toBeCloseTo(figures['win rate'], 10);
    const { value = Number.NaN } = result?.lengthControlled ?? {};
    expect(Math.abs(value - figures['no penalty'])).toBeLessThan(2e-4);
    // Its penalty by default, chosen by cross-validation, moves the rate a little.
    expect(Math.abs(value - figures.package)).toBeLessThan(0.01);
  },
);

test.each(fixture.ratings.map((row, index) => [index, row] as const))(
  'the ratings %i are those of arena-rank',
  (_index, { verdicts, figures }) => {
    const own = rateModels(
      verdicts.map((text): Verdict => {
        const [prompt = '', left = '', right = '', outcome] = text.split(' ');
        return { prompt, left, right, outcome: outcome as Outcome };
      }),
    );
    const wanted = new Map(Object.entries(figures));
    expect(own.models.length).toBe(wanted.size);
    for (const { model, rating } of own.models) {
      const [value = 0, low = 0, high = 0] = wanted.get(model) ?? [];
      expect(Math.abs(rating.value - value)).toBeLessThan(0.01);
      // Theirs are by a formula, ours by resampling.
      expect((rating.high ?? 0) - (rating.low ?? 0)).toBeGreaterThan(0.88 * (high - low));
      expect((rating.high ?? 0) - (rating.low ?? 0)).toBeLessThan(1.12 * (high - low));
    }
  },
);

test('correlations are those of SciPy, ties and all', () => {
  for (const { left, right, pearson, spearman, kendall } of fixture.correlations) {
    expect(pearsonCorrelation(left, right)).toBeCloseTo(pearson, 10);
    expect(spearmanCorrelation(left, right)).toBeCloseTo(spearman, 10);
    expect(kendallTau(left, right)).toBeCloseTo(kendall, 10);
  }
});

test('tests are those of statsmodels', () => {
  for (const { onlyLeft, onlyRight, pValue } of fixture.mcnemar) {
    const column = (own: number, other: number) => [
      ...Array.from({ length: onlyLeft }, () => own),
      ...Array.from({ length: onlyRight }, () => other),
      1,
      1,
      0,
      Number.NaN,
    ];
    expect(mcNemarTest(column(1, 0), column(0, 1))).toEqual({
      onlyLeft,
      onlyRight,
      both: 2,
      neither: 1,
      pValue: expect.closeTo(pValue, 10),
    });
  }
  const { pValues, adjusted } = fixture.holm;
  expect(holmAdjust(pValues)).toEqual(adjusted.map((value) => expect.closeTo(value, 12) as number));
});
