import {
  checkAnswered,
  type ComparisonCall,
  EMPTY_LOGIT,
  type PairComparison,
  summarizeComparisons,
} from '../compare/index.ts';
import { InvalidArgumentError } from '../error/index.ts';
import { type Resources, sharedResources } from '../registry/index.ts';
import type { PairRanker } from '../spec/pair-ranker.ts';
import { normalizePrompt, type PromptOptions } from '../spec/prompt.ts';
import { type AggregationFunction, resolveAggregation } from './aggregate/resolve-aggregation.ts';
import { type ComparedPairs, compareBySchedule } from './compare-by-schedule.ts';
import { distinctTexts } from './distinct-texts.ts';
import { toLogitMatrix } from './logit-matrix.ts';
import { assessGoal } from './posterior/assess-goal.ts';
import { expectedScores } from './posterior/expected-scores.ts';
import { fitStrengths } from './posterior/strength-posterior.ts';
import { explainComparisons, explainStop } from './rank-explanation.ts';
import { type RankProgress, type RankResult, toRanking } from './ranking.ts';
import { checkRankSettings, type RankSettings, resolveGoal } from './rank-settings.ts';
import { resolveSchedule, type StrategyName } from './schedule/resolve-schedule.ts';

/** What the ranking is for. */
export interface RankHints {
  /** Only the best candidate matters. */
  readonly onlyBest?: boolean;
  /** The candidates, where they are known: a ranker that ships is loaded only where two of them differ. */
  readonly texts?: readonly string[];
}

/**
 * Checks the options of a ranking and loads its ranker, before anything is spent.
 *
 * @throws InvalidArgumentError, ModelNotFoundError, the signal's reason on abort.
 */
export async function prepareRanking<
  OPTIONS extends PromptOptions &
    RankSettings & { abortSignal?: AbortSignal | undefined; resources?: Resources | undefined },
>(options: OPTIONS, hints: RankHints) {
  const { abortSignal, resources = sharedResources() } = options;
  const { task } = normalizePrompt(options);
  checkRankSettings(options);
  abortSignal?.throwIfAborted();
  const isCompared = hints.texts === undefined || distinctTexts(hints.texts, 0).texts.length > 1;
  const ranker =
    (isCompared ? undefined : resources.describeRanker(options.ranker)) ??
    (await resources.resolveRanker(options.ranker, { abortSignal }));
  return { ...options, task, ranker, strategy: options.strategy ?? defaultStrategy(kindOf(ranker), hints) };
}

/**
 * The strategy where none is named: all pairs, unless only the best is wanted of a ranker for which that is more
 * expensive, or a prefilter makes most of them needless (`docs/decisions/0005-the-default-strategy.md`).
 */
export function defaultStrategy(
  { hasPrefilter, isPointwise }: { hasPrefilter: boolean; isPointwise: boolean },
  { onlyBest }: RankHints,
): StrategyName {
  return hasPrefilter || (onlyBest === true && !isPointwise) ? 'adaptive' : 'full';
}

function kindOf({ prefilter, pointwise = false }: PairRanker): Parameters<typeof defaultStrategy>[0] {
  return { hasPrefilter: prefilter !== undefined, isPointwise: pointwise };
}

/** Options of {@link rankTexts}, checked. */
interface RankTextsOptions extends Omit<RankSettings, 'ranker'>, ComparisonCall {
  readonly texts: readonly string[];
  readonly onComparison?: ((comparison: PairComparison, progress: RankProgress) => void) | undefined;
}

/** The ranking itself, on checked input. */
export async function rankTexts(options: RankTextsOptions): Promise<RankResult> {
  const start = performance.now();
  const { ranker, aggregation, onComparison } = options;
  const {
    strategy = defaultStrategy(kindOf(ranker), {}),
    confidence: requiredConfidence = 0.95,
    maxPairs = Infinity,
  } = options;
  const schedule = resolveSchedule(strategy);
  const goal = resolveGoal(options);
  const distinct = distinctTexts(options.texts, options.rankSeed ?? 0);
  const size = distinct.texts.length;
  const total = Math.min(schedule.maxPairs(size), maxPairs);
  let done = 0;
  const compared = await compareBySchedule({
    ...options,
    schedule,
    settings: { goal, confidence: requiredConfidence },
    maxPairs,
    texts: distinct.texts,
    onComparison: (comparison) => {
      done += 1;
      return onComparison?.(distinct.toGiven(comparison), { done, total });
    },
  });

  const { comparisons, prefilter, usage } = compared;
  checkAnswered(ranker, comparisons);
  const posterior = fitStrengths({ size, comparisons, prefilter });
  // The prefilter's logits of pairs that were not compared are an expectation as well.
  const used = aggregation ?? (prefilter === undefined ? schedule.aggregation : 'expected-logits');
  const distinctScores = used === 'expected-logits' ? expectedScores(posterior) : aggregate(used, size, compared);
  const confidence = compared.stopped === 'all-pairs' ? 1 : assessGoal(posterior, goal, distinctScores).confidence;
  // Blank candidates are never compared: below all others by as much as an empty text loses a comparison.
  const blankScore = distinctScores.length === 0 ? 0 : Math.min(...distinctScores) - EMPTY_LOGIT;
  const scores = distinct.indexOf.map((index) =>
    index === undefined ? blankScore : (distinctScores[index] ?? blankScore),
  );
  const ranking = toRanking(scores);
  return {
    ...ranking,
    comparisons: comparisons.map(distinct.toGiven),
    explanation: {
      strategy,
      aggregation: typeof used === 'function' ? 'custom' : used,
      goal: goal.kind,
      ...explainComparisons({ distinct, comparisons, posterior, order: ranking.order }),
      batches: compared.batches.map((batch) => batch.map(distinct.toGivenPair)),
      stopped: compared.stopped,
      stopReason: explainStop({
        stopped: compared.stopped,
        goal,
        pairs: comparisons.length,
        size,
        confidence,
        requiredConfidence,
      }),
      confidence,
      rankers: compared.rankers,
    },
    ...summarizeComparisons(ranker, comparisons),
    usage,
    timings: { totalMs: performance.now() - start },
  };
}

/**
 * Scores of the different candidates by their comparisons.
 *
 * @throws InvalidArgumentError for a bad result of the caller's own function.
 */
function aggregate(
  aggregation: Parameters<typeof resolveAggregation>[0] | AggregationFunction,
  size: number,
  { comparisons }: ComparedPairs,
): readonly number[] {
  const scores = resolveAggregation(aggregation)(toLogitMatrix(size, comparisons));
  if (scores.length === size && scores.every(Number.isFinite)) return scores;
  throw new InvalidArgumentError({
    parameter: 'aggregation',
    value: scores,
    message: `it must return ${size} finite scores, one for each different candidate.`,
  });
}
