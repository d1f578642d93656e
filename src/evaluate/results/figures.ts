import {
  bootstrapFigures,
  type Interval,
  meanIntervals,
  type ResampleSettings,
  shareIntervals,
  tiedWithBest,
} from '../../statistics/index.ts';
import { widenShare } from '../../statistics/means.ts';
import { dots } from '../../util/linear-algebra.ts';

/** Which prompt each of several cases belongs to: what is resampled. */
export class Prompts {
  readonly count: number;
  /** Place of the prompt of each case, from 0. */
  readonly placeOf: Int32Array;

  constructor(cases: readonly { readonly prompt: string }[]) {
    const places = new Map<string, number>();
    this.placeOf = Int32Array.from(cases, ({ prompt }) => {
      const place = places.get(prompt) ?? places.size;
      places.set(prompt, place);
      return place;
    });
    this.count = places.size;
  }

  /** Whether no two cases have the same prompt. */
  get areDistinct(): boolean {
    return this.count === this.placeOf.length;
  }

  /** Mean of a column for each prompt; NaN where a prompt has no number. */
  meansOf(column: Float64Array): Float64Array {
    if (this.areDistinct) return column;
    const [sums, counts] = [new Float64Array(this.count), new Float64Array(this.count)];
    for (const [index, value] of column.entries()) {
      if (Number.isNaN(value)) continue;
      const place = this.placeOf[index] ?? 0;
      sums[place] = (sums[place] ?? 0) + value;
      counts[place] = (counts[place] ?? 0) + 1;
    }
    return sums.map((sum, place) => (counts[place] === 0 ? Number.NaN : sum / (counts[place] ?? 1)));
  }
}

/**
 * The mean of each column over its cases, with intervals by resampling whole prompts. NaN stands for no value.
 *
 * @param isShare whether the numbers are between 0 and 1 and the mean is a share.
 * @param rows for each column of shares, of how many wins and losses its numbers are means. @default one a case
 */
export function meanFigures(
  columns: readonly Float64Array[],
  {
    prompts,
    isShare,
    rows,
    settings,
  }: { prompts: Prompts; isShare: boolean; rows?: readonly number[] | undefined; settings: ResampleSettings },
): readonly (Interval | undefined)[] {
  if (prompts.areDistinct) {
    return isShare ? shareIntervals(columns, { ...settings, rows }) : meanIntervals(columns, settings);
  }
  return ratioFigures(
    columns.map((column) => ({
      sums: column.map((value) => (Number.isNaN(value) ? 0 : value)),
      counts: column.map((value) => (Number.isNaN(value) ? 0 : 1)),
    })),
    { prompts, isShare, rows, settings },
  );
}

/** What is a share of what, for each case. */
export interface Ratio {
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

/** The sum over all cases by the count over all cases, with intervals by resampling whole prompts. */
export function ratioFigures(
  ratios: readonly Ratio[],
  {
    prompts,
    isShare,
    rows,
    settings,
  }: { prompts: Prompts; isShare: boolean; rows?: readonly number[] | undefined; settings: ResampleSettings },
): readonly (Interval | undefined)[] {
  const byPrompt = ratios.map(({ sums, counts }) => ({
    sums: addUp(sums, prompts),
    counts: addUp(counts, prompts),
  }));
  const columns = byPrompt.flatMap(({ sums, counts }) => [sums, counts]);
  const figures = bootstrapFigures(
    prompts.count,
    (weights) => {
      const products = dots(weights, columns);
      return byPrompt.map((_, index) => (products[2 * index] ?? 0) / (products[2 * index + 1] ?? 0));
    },
    settings,
  );
  return figures.map((figure, index) => {
    const counts = byPrompt[index]?.counts ?? new Float64Array();
    const present = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
    if (present === 0) return undefined;
    const known = { ...figure, prompts: present };
    const worth = rows?.[index] ?? counts.reduce((sum, count) => sum + count, 0);
    return isShare ? widenShare(known, settings.confidence, worth) : known;
  });
}

function addUp(values: Float64Array, { count, placeOf }: Prompts): Float64Array {
  const sums = new Float64Array(count);
  for (const [index, value] of values.entries()) {
    const place = placeOf[index] ?? 0;
    sums[place] = (sums[place] ?? 0) + value;
  }
  return sums;
}

/** Swaps of a permutation test: as many as the number of prompts leaves time for. */
const MAX_SWAPS = 2e7;

/** Which columns are tied with the best, by a paired test over prompts and Holm's correction; none without a number. */
export function tiedColumns(
  columns: readonly Float64Array[],
  { prompts, better, settings }: { prompts: Prompts; better: 'higher' | 'lower'; settings: ResampleSettings },
): { readonly best: number; readonly tied: ReadonlySet<number> } | undefined {
  const permutations = Math.round(Math.min(10_000, Math.max(1000, MAX_SWAPS / Math.max(1, prompts.count))));
  const found = tiedWithBest(
    columns.map((column) => prompts.meansOf(column)),
    { ...settings, better, permutations },
  );
  return found && { best: found.best, tied: new Set(found.tied) };
}

/** Resamples for figures that are fitted to rows: fewer where there are so many rows that they would take minutes. */
export function settingsForRows(settings: ResampleSettings, rows: number): ResampleSettings {
  const MAX_FITTED_ROWS = 2e7;
  return {
    ...settings,
    resamples: Math.max(100, Math.min(settings.resamples, Math.floor(MAX_FITTED_ROWS / Math.max(1, rows)))),
  };
}
