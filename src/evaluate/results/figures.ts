import {
  type FigureRange,
  type Interval,
  meanIntervals,
  type PromptIndex,
  type Ratio,
  ratioIntervals,
  type ResampleSettings,
  shareInterval,
  shareIntervals,
  sumByPrompt,
  tiedWithBest,
} from '../../statistics/index.ts';

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

  /** How many prompts are as wanted. */
  placesWith(isWanted: (place: number) => boolean): number {
    return Array.from({ length: this.count }, (_, place) => place).filter(isWanted).length;
  }

  /** As statistics take it. */
  get index(): PromptIndex {
    return { prompts: this.count, promptOf: this.placeOf };
  }
}

/** One number for each case, NaN where there is none, and of how many rows it is the mean. */
export interface CaseColumn {
  readonly values: Float64Array;
  /** @default 1 each */
  readonly weights?: Float64Array | undefined;
}

/** Options of figures over cases. */
interface RatioOptions {
  readonly prompts: Prompts;
  /** Whether the numbers are between 0 and 1 and the mean is a share. */
  readonly isShare: boolean;
  /** For each column of shares, of how many wins and losses its numbers are means. @default one a case */
  readonly rows?: readonly number[] | undefined;
  /** What other numbers can be. @default any */
  readonly range?: FigureRange | undefined;
  readonly settings: ResampleSettings;
}

/** The mean of each column over its cases, with intervals over whole prompts. NaN stands for no value. */
export function meanFigures(
  columns: readonly Float64Array[],
  { prompts, isShare, rows, range, settings }: RatioOptions,
): readonly (Interval | undefined)[] {
  if (prompts.areDistinct) {
    return isShare ? shareIntervals(columns, { ...settings, rows }) : meanIntervals(columns, { ...settings, range });
  }
  return ratioFigures(
    columns.map((column) => ({
      sums: column.map((value) => (Number.isNaN(value) ? 0 : value)),
      counts: column.map((value) => (Number.isNaN(value) ? 0 : 1)),
    })),
    { prompts, isShare, rows, range, settings },
  );
}

/** The sum over all cases by the count over all cases, with intervals over whole prompts. */
export function ratioFigures(
  /** For each case. */
  ratios: readonly Ratio[],
  { prompts, isShare, rows, range, settings }: RatioOptions,
): readonly (Interval | undefined)[] {
  const byPrompt = ratios.map((ratio) => perPrompt(ratio, prompts));
  return isShare
    ? byPrompt.map((ratio, index) => shareInterval(ratio, { ...settings, rows: rows?.[index] }))
    : ratioIntervals(byPrompt, { ...settings, range });
}

/** Sums and counts of cases, summed over the cases of each prompt. */
export function perPrompt({ sums, counts }: Ratio, { index }: Prompts): Ratio {
  return {
    sums: sumByPrompt(index, (row) => sums[row] ?? 0),
    counts: sumByPrompt(index, (row) => counts[row] ?? 0),
  };
}

/** Swaps of a permutation test: as many as the number of prompts leaves time for. */
const MAX_SWAPS = 2e7;

/** Which columns are tied with the best, by a paired test over prompts and Holm's correction; none without a number. */
export function tiedColumns(
  columns: readonly CaseColumn[],
  { prompts, better, settings }: { prompts: Prompts; better: 'higher' | 'lower'; settings: ResampleSettings },
): { readonly best: number; readonly tied: ReadonlySet<number> } | undefined {
  const permutations = Math.round(Math.min(10_000, Math.max(1000, MAX_SWAPS / Math.max(1, prompts.count))));
  const found = tiedWithBest(
    columns.map(({ values }) => values),
    {
      ...settings,
      index: prompts.index,
      weights: columns.map(({ weights }) => weights),
      better,
      permutations,
    },
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
