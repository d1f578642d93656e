import { checkNumber, COUNT } from '../../util/check-number.ts';
import {
  type Interval,
  meanIntervals,
  type PromptValues,
  type ResampleOptions,
  shareIntervals,
} from '../../statistics/index.ts';

/** Ranks of one method's answers. */
export interface RankSummary {
  /** Mean rank: the paper's GPT-Rank where the ranks are of `gptRanks`. Lower is better; undefined without a rank. */
  readonly meanRank: Interval | undefined;
  /** Share of examples where the rank is at most k, by k. Tied answers share a rank, so methods may sum to more than 1. */
  readonly top: Readonly<Record<number, Interval | undefined>>;
}

/**
 * Mean rank and top-k shares of several methods.
 *
 * @param ranks for each method the rank of its answer to each example, from 1; NaN where there is none.
 * @param options.ks @default [1, 2, 3]
 * @throws InvalidArgumentError for a k below 1, and where methods have different numbers of examples.
 */
export function summarizeRanks(
  ranks: readonly PromptValues[],
  options: ResampleOptions & { readonly ks?: readonly number[] | undefined } = {},
): readonly RankSummary[] {
  const { ks = [1, 2, 3], ...resampling } = options;
  for (const k of ks) checkNumber('ks', k, COUNT);
  const means = meanIntervals(ranks, { ...resampling, range: [1, Infinity] });
  const shares = ks.map((k) =>
    shareIntervals(
      ranks.map((column) => isWithin(column, k)),
      resampling,
    ),
  );
  return means.map((meanRank, method) => ({
    meanRank,
    top: Object.fromEntries(ks.map((k, index) => [k, shares[index]?.[method]])),
  }));
}

function isWithin(ranks: PromptValues, k: number): readonly number[] {
  return Array.from(ranks, (rank) => (Number.isNaN(rank) ? Number.NaN : Number(rank <= k)));
}
