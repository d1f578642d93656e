import { RankerError } from '../error/index.ts';
import type { PairRanker } from '../spec/pair-ranker.ts';
import type { PairComparison } from './pair-comparison.ts';

/** Part of every result of a ranker. */
export interface RankerNotes {
  readonly ranker: string;
  /** A warning of the ranker about its results. */
  readonly warning: string | undefined;
  /** True where a text was shortened to fit the ranker. */
  readonly truncated: boolean;
  /** True where next to nothing of a text is in the ranker's vocabulary: what it says of that text means little. */
  readonly unreadable: boolean;
}

/** What several comparisons show about the ranker. */
export interface ComparisonSummary extends RankerNotes {
  /**
   * How verdicts changed with the order shown; undefined if no pair was shown in both orders, and for a ranker that
   * reads one text at a time.
   */
  readonly positionBias: PositionBias | undefined;
  /** True if a judge called both candidates bad in every comparison. */
  readonly lowQuality: boolean;
}

/** How much a ranker depends on the order in which it is shown a pair, measured on pairs shown in both orders. */
export interface PositionBias {
  /** Pairs with an opinion in both orders. */
  readonly pairs: number;
  /** Pairs whose winner changed with the order. */
  readonly flipped: number;
  /** The position that won more of those; undefined if neither did. */
  readonly favoured: 'first' | 'second' | undefined;
}

export function rankerNotes(
  { name, warning }: Pick<PairRanker, 'name' | 'warning'>,
  comparisons: readonly PairComparison[],
): RankerNotes {
  const judgements = judgementsOf(comparisons);
  const unreadable = judgements.some((judgement) => judgement.unreadable === true);
  const hidden = judgements.some(({ attachmentsHidden }) => attachmentsHidden === true);
  const warnings = [
    ...(warning === undefined ? [] : [warning]),
    ...(unreadable ? [`Next to nothing of a text is in the vocabulary of ${name}, so its score means little.`] : []),
    ...(hidden ? [`${name} was not shown the images and files of the task: it read only their names.`] : []),
  ];
  return {
    ranker: name,
    warning: warnings.length === 0 ? undefined : warnings.join(' '),
    truncated: judgements.some(({ truncated }) => truncated === true),
    unreadable,
  };
}

export function summarizeComparisons(
  ranker: Pick<PairRanker, 'name' | 'warning' | 'pointwise'>,
  comparisons: readonly PairComparison[],
): ComparisonSummary {
  const verdicts = judgementsOf(comparisons).flatMap(({ verdict }) => verdict ?? []);
  return {
    ...rankerNotes(ranker, comparisons),
    positionBias: ranker.pointwise === true ? undefined : measurePositionBias(comparisons),
    lowQuality: verdicts.length > 0 && verdicts.every((verdict) => verdict === 'both-bad'),
  };
}

/**
 * A call that fails leaves its pair unknown; if every call failed, nothing is known.
 *
 * @throws RankerError with the reason of the first.
 */
export function checkAnswered(ranker: Pick<PairRanker, 'name'>, comparisons: readonly PairComparison[]): void {
  const judgements = judgementsOf(comparisons);
  const [first] = judgements;
  if (first?.failure === undefined || judgements.some(({ failure }) => failure === undefined)) return;
  throw new RankerError({ ranker: ranker.name, reason: first.failure });
}

function measurePositionBias(comparisons: readonly PairComparison[]): PositionBias | undefined {
  const both = comparisons.flatMap(({ forward, reverse }) =>
    forward === undefined || reverse === undefined || Number.isNaN(forward.logit + reverse.logit)
      ? []
      : [{ forward: Math.sign(forward.logit), reverse: Math.sign(reverse.logit) }],
  );
  if (both.length === 0) return undefined;
  // Each logit speaks for what was shown first, so a winner by position has the same sign in both orders.
  const flips = both.filter(({ forward, reverse }) => forward !== 0 && forward === reverse);
  const first = flips.filter(({ forward }) => forward > 0).length;
  const second = flips.length - first;
  return {
    pairs: both.length,
    flipped: flips.length,
    favoured: first > second ? 'first' : second > first ? 'second' : undefined,
  };
}

function judgementsOf(comparisons: readonly PairComparison[]) {
  return comparisons.flatMap(({ forward, reverse }) =>
    [forward, reverse].filter((judgement) => judgement !== undefined),
  );
}
