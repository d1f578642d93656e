import { InvalidArgumentError } from '../../error/index.ts';
import type { Outcome } from '../../statistics/index.ts';

/** A judgement of two candidates of one example, by their places from 0. */
export interface CandidateVerdict {
  readonly left: number;
  readonly right: number;
  /** `tie` is the paper's "Same good", `both-bad` its "Same bad". */
  readonly outcome: Outcome;
}

/** The candidates of one example, in their order. */
export interface GptRanks {
  /** Twice the wins less the losses. */
  readonly scores: readonly number[];
  /** From 1 = best; equal scores share the better rank, as in 1, 1, 3. */
  readonly ranks: readonly number[];
  /** Pairs without a verdict. The paper leaves out examples where there are any. */
  readonly missingPairs: number;
}

/**
 * GPT-Rank of the paper: candidates ranked by wins less losses. Ties of either kind change no score, as both sides get
 * the same.
 *
 * @throws InvalidArgumentError for a verdict about a candidate that there is not, or about one candidate.
 *
 * @example
 * gptRanks(3, [{ left: 0, right: 1, outcome: 'left' }]).ranks; // [1, 3, 2]
 */
export function gptRanks(candidates: number, verdicts: readonly CandidateVerdict[]): GptRanks {
  const scores = Array.from({ length: candidates }, () => 0);
  const seen = new Set<number>();
  const add = (candidate: number, points: number) => {
    scores[candidate] = (scores[candidate] ?? 0) + points;
  };
  for (const { left, right, outcome } of verdicts) {
    for (const place of [left, right]) {
      if (Number.isInteger(place) && place >= 0 && place < candidates && left !== right) continue;
      throw new InvalidArgumentError({
        parameter: 'verdicts',
        value: place,
        message: `expected two different places between 0 and ${candidates - 1}.`,
      });
    }
    seen.add(Math.min(left, right) * candidates + Math.max(left, right));
    const points = outcome === 'left' ? 2 : outcome === 'right' ? -2 : 0;
    add(left, points);
    add(right, -points);
  }
  return {
    scores: scores.map((score) => score + 0),
    ranks: ranksOf(scores),
    missingPairs: Math.max(0, (candidates * (candidates - 1)) / 2 - seen.size),
  };
}

/**
 * Ranks from 1 = best, where equal scores share the better rank, as in 1, 1, 3. A candidate without a score (NaN) has no
 * rank (NaN).
 *
 * @param better which scores are better. @default higher
 */
export function ranksOf(scores: readonly number[], better: 'higher' | 'lower' = 'higher'): readonly number[] {
  const sign = better === 'higher' ? 1 : -1;
  return scores.map((own) =>
    Number.isNaN(own) ? Number.NaN : 1 + scores.filter((other) => sign * other > sign * own).length,
  );
}
