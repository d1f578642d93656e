import type { AggregationName, PairComparison, PairRanker, Strategy } from '../../src/index.ts';
import { resolveAggregation } from '../../src/rank/aggregate/resolve-aggregation.ts';
import { rankTexts } from '../../src/rank/index.ts';
import { toLogitMatrix } from '../../src/rank/logit-matrix.ts';
import { assessGoal } from '../../src/rank/posterior/assess-goal.ts';
import { fitStrengths } from '../../src/rank/posterior/strength-posterior.ts';
import type { Judgements } from './judges.ts';

/** A judge whose answers are known, as a ranker. Its texts are the indices of the candidates. */
export function knownRanker(judgements: Judgements, prefilter?: PairRanker): PairRanker {
  return {
    specificationVersion: 'v1',
    name: 'known',
    ...(prefilter === undefined ? {} : { prefilter }),
    doCompare: async ({ pairs }) => ({
      judgements: pairs.map(({ left, right }) => ({ logit: judgements[Number(left)]?.[Number(right)] ?? 0 })),
      usage: { calls: pairs.length, inputTokens: 0, outputTokens: 0, cost: 0 },
    }),
  };
}

/** As far as `adaptive` is followed: hardly anybody asks for more. */
export const MAX_CONFIDENCE = 0.99;

/** The pairs that a strategy asks, in order, and the counts after each batch. */
export interface Trajectory {
  readonly size: number;
  readonly comparisons: readonly PairComparison[];
  readonly batchEnds: readonly number[];
}

/**
 * Follows a strategy to its end. Confidence and `maxPairs` change when `adaptive` ends and never what it asks before, so
 * the beginnings of one walk are all its shorter runs; those of `full` are balanced random selections.
 */
export async function followStrategy(judgements: Judgements, strategy: Strategy, seed: number): Promise<Trajectory> {
  const { comparisons, explanation } = await rankTexts({
    ranker: knownRanker(judgements),
    task: { instruction: 'q', input: '' },
    texts: judgements.map((_, index) => String(index)),
    strategy,
    confidence: MAX_CONFIDENCE,
    rankSeed: seed,
  });
  let asked = 0;
  return {
    size: judgements.length,
    comparisons,
    batchEnds: explanation.batches.map((batch) => (asked += batch.length)),
  };
}

/** Scores by the first `count` pairs. */
function scoresAfter(
  { size, comparisons }: Trajectory,
  count: number,
  aggregation: AggregationName,
): readonly number[] {
  return resolveAggregation(aggregation)(toLogitMatrix(size, comparisons.slice(0, count)));
}

/** Indices of those that share the best score by the first `count` pairs. */
export function bestAfter(walk: Trajectory, count: number, aggregation: AggregationName): readonly number[] {
  const scores = scoresAfter(walk, count, aggregation);
  const highest = Math.max(...scores);
  return scores.flatMap((score, index) => (score >= highest - 1e-9 ? [index] : []));
}

/** The stated probability, after `count` pairs, that all pairs would name the same best. */
export function confidenceAfter(walk: Trajectory, count: number): number {
  const { size, comparisons } = walk;
  if (count >= (size * (size - 1)) / 2) return 1;
  const posterior = fitStrengths({ size, comparisons: comparisons.slice(0, count) });
  return assessGoal(posterior, { kind: 'best' }, scoresAfter(walk, count, 'expected-logits')).confidence;
}
