import {
  checkAnswered,
  EMPTY_LOGIT,
  isLowQuality,
  measurePositionBias,
  type PairComparison,
} from '../compare/index.ts';
import { InvalidArgumentError } from '../error/index.ts';
import type { CallBudget } from '../spec/call-budget.ts';
import type { PairRanker } from '../spec/pair-ranker.ts';
import type { Task } from '../spec/task.ts';
import { type AggregationFunction, resolveAggregation } from './aggregate/resolve-aggregation.ts';
import { type AskedPairs, askPairs } from './ask-pairs.ts';
import { distinctTexts } from './distinct-texts.ts';
import { toLogitMatrix } from './logit-matrix.ts';
import { assessGoal } from './posterior/assess-goal.ts';
import { expectedScores } from './posterior/expected-scores.ts';
import { fitStrengths } from './posterior/strength-posterior.ts';
import { explainComparisons, explainStop } from './rank-explanation.ts';
import type { RankProgress, RankResult } from './rank-result.ts';
import { type RankSettings, resolveGoal } from './rank-settings.ts';
import { resolveSchedule, type Strategy } from './schedule/resolve-schedule.ts';
import { toOrder, toRanks } from './to-ranks.ts';

/**
 * The strategy where none is named: all pairs, unless only the best is wanted of a ranker for which that is more expensive, or a
 * prefilter makes most of them needless (`docs/decisions/0005-the-default-strategy.md`).
 */
export function defaultStrategy(
  { prefilter, pointwise }: PairRanker,
  { onlyBest }: { onlyBest?: boolean | undefined },
): Strategy {
  return prefilter !== undefined || (onlyBest === true && pointwise !== true) ? 'adaptive' : 'full';
}

/** The ranking itself, on checked input. */
export async function rankTexts({
  ranker,
  task,
  texts,
  strategy = defaultStrategy(ranker, {}),
  aggregation,
  goal: goalName = 'best',
  topK,
  confidence: enough = 0.95,
  maxPairs = Infinity,
  orders = 'both',
  rankSeed = 0,
  timeoutMs,
  maxRetries,
  budget,
  abortSignal,
  onComparison,
}: Omit<RankSettings, 'ranker'> & {
  ranker: PairRanker;
  task: Task;
  texts: readonly string[];
  budget?: CallBudget | undefined;
  abortSignal?: AbortSignal | undefined;
  onComparison?: ((comparison: PairComparison, progress: RankProgress) => void) | undefined;
}): Promise<RankResult> {
  const start = performance.now();
  const schedule = resolveSchedule(strategy);
  const goal = resolveGoal({ goal: goalName, topK });
  const distinct = distinctTexts(texts, rankSeed);
  const size = distinct.texts.length;
  const total = Math.min(schedule.maxPairs(size), maxPairs);
  let done = 0;
  const asked = await askPairs({
    schedule,
    settings: { goal, confidence: enough },
    maxPairs,
    ranker,
    task,
    texts: distinct.texts,
    orders,
    timeoutMs,
    maxRetries,
    budget,
    abortSignal,
    onComparison: (comparison) => {
      done += 1;
      return onComparison?.(distinct.toGiven(comparison), { done, total });
    },
  });

  const { comparisons, prefilter, usage } = asked;
  checkAnswered(ranker, comparisons);
  const posterior = fitStrengths({ size, comparisons, prefilter });
  // What a prefilter says of pairs that were not asked is an expectation as well.
  const used = aggregation ?? (prefilter === undefined ? schedule.aggregation : 'expected-logits');
  const distinctScores = used === 'expected-logits' ? expectedScores(posterior) : aggregate(used, size, asked);
  const confidence = asked.stopped === 'all-pairs' ? 1 : assessGoal(posterior, goal, distinctScores).confidence;
  // Blank candidates are never compared: below all others by as much as an empty text loses a comparison.
  const blankScore = distinctScores.length === 0 ? 0 : Math.min(...distinctScores) - EMPTY_LOGIT;
  const scores = distinct.indexOf.map((index) =>
    index === undefined ? blankScore : (distinctScores[index] ?? blankScore),
  );
  const ranks = toRanks(scores);
  const order = toOrder(ranks);
  return {
    ranks,
    scores,
    order,
    best: order[0] ?? 0,
    comparisons: comparisons.map(distinct.toGiven),
    explanation: {
      strategy,
      aggregation: typeof used === 'function' ? 'custom' : used,
      goal: goal.kind,
      ...explainComparisons({ distinct, comparisons, posterior }),
      batches: asked.batches.map((batch) => batch.map(distinct.toGivenPair)),
      stopped: asked.stopped,
      stopReason: explainStop({ stopped: asked.stopped, goal, pairs: comparisons.length, size, confidence, enough }),
      confidence,
      rankers: asked.efforts,
    },
    ranker: ranker.name,
    warning: ranker.warning,
    positionBias: measurePositionBias(comparisons),
    lowQuality: isLowQuality(comparisons),
    truncated: comparisons.some(({ forward, reverse }) => forward?.truncated === true || reverse?.truncated === true),
    usage,
    timings: { totalMs: performance.now() - start },
  };
}

/** Scores of the different candidates by what was asked. @throws InvalidArgumentError where the caller's own function gives nonsense. */
function aggregate(
  aggregation: Parameters<typeof resolveAggregation>[0] | AggregationFunction,
  size: number,
  { comparisons }: AskedPairs,
): readonly number[] {
  const scores = resolveAggregation(aggregation)(toLogitMatrix(size, comparisons));
  if (scores.length === size && scores.every(Number.isFinite)) return scores;
  throw new InvalidArgumentError({
    parameter: 'aggregation',
    value: scores,
    message: `it must return ${size} finite scores, one for each different candidate.`,
  });
}
