import type { BlendComparison, RankingState, TurnState } from '../api/types.ts';
import { answered } from './progress.ts';

/** A place in the ranking, as far as it is known. */
export interface Standing {
  readonly id: string;
  /** Undefined before anything of it is known. */
  readonly rank: number | undefined;
  /** Strength with its interval, in log-odds against an average candidate; undefined until the ranking has ended. */
  readonly strength: { readonly strength: number; readonly low: number; readonly high: number } | undefined;
  /** Mean probability of winning in the pairs that are compared; undefined without any. */
  readonly winning: number | undefined;
}

/** Probability that `row` is better than `column`; undefined if they are not compared or there is no opinion. */
export function probabilityOf(comparison: BlendComparison | undefined, row: string): number | undefined {
  if (comparison === undefined || Number.isNaN(comparison.probability)) return undefined;
  return comparison.left === row ? comparison.probability : 1 - comparison.probability;
}

/** The comparison of two candidates; the latest of several. */
export function comparisonOf(
  ranking: RankingState | undefined,
  one: string,
  other: string,
): BlendComparison | undefined {
  return ranking?.comparisons.findLast(
    ({ left, right }) => (left === one && right === other) || (left === other && right === one),
  );
}

/**
 * Probability that `row` is better than `column`: from their comparison, else by the rule that decided without one, such as
 * that of identical texts. Undefined where neither is there.
 */
export function cellProbability(ranking: RankingState, row: string, column: string): number | undefined {
  const compared = probabilityOf(comparisonOf(ranking, row, column), row);
  if (compared !== undefined || ranking.candidates === undefined) return compared;
  const index = (id: string) => ranking.candidates?.findIndex((candidate) => candidate.id === id) ?? -1;
  const logit = ranking.explanation?.matrix[index(row)]?.[index(column)];
  return logit === undefined || Number.isNaN(logit) ? undefined : 1 / (1 + Math.exp(-logit));
}

/** What is ranked, best first: by the ranking once it has ended, before that by the pairs that are compared. */
export function standings(turn: TurnState): readonly Standing[] {
  const { ranking } = turn;
  if (ranking === undefined) {
    return answered(turn).map(({ id }) => ({ id, rank: undefined, strength: undefined, winning: undefined }));
  }
  const winning = (id: string) => meanWinning(ranking, id);
  if (ranking.candidates !== undefined) {
    return ranking.candidates.map(({ id, rank }, index) => ({
      id,
      rank,
      strength: ranking.explanation?.strengths[index],
      winning: winning(id),
    }));
  }
  const rows = ranking.from.map((id) => ({ id, rank: undefined, strength: undefined, winning: winning(id) }));
  return rows.toSorted((one, other) => (other.winning ?? 0.5) - (one.winning ?? 0.5));
}

function meanWinning(ranking: RankingState, id: string): number | undefined {
  const won = ranking.comparisons
    .filter(({ left, right }) => left === id || right === id)
    .map((comparison) => probabilityOf(comparison, id))
    .filter((probability) => probability !== undefined);
  return won.length === 0 ? undefined : won.reduce((sum, one) => sum + one, 0) / won.length;
}
