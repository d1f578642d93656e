import { checkOrders, comparePairs, type CompareOrders, EMPTY_LOGIT, type PairComparison } from '../compare/index.ts';
import { InvalidArgumentError } from '../error/index.ts';
import { type Resources, sharedResources } from '../registry/index.ts';
import { type CandidateTexts, candidateTexts } from '../spec/candidate-texts.ts';
import type { PairRanker } from '../spec/pair-ranker.ts';
import { normalizePrompt, type PromptOptions } from '../spec/prompt.ts';
import type { Task } from '../spec/task.ts';
import { addUsage, NO_USAGE, type Usage } from '../spec/usage.ts';
import { type AggregationFunction, type AggregationName, resolveAggregation } from './aggregate/resolve-aggregation.ts';
import { distinctTexts } from './distinct-texts.ts';
import { toLogitMatrix } from './logit-matrix.ts';
import { resolveSchedule, type Strategy } from './schedule/resolve-schedule.ts';
import { leastSquares } from './aggregate/least-squares.ts';
import { toOrder, toRanks } from './to-ranks.ts';

/** How candidates are ranked; shared by every verb that ranks. */
export interface RankSettings {
  /** `small`, a folder, `judge:MODEL`, or an object. @default 'small', the trained ranker of the package */
  readonly ranker?: PairRanker | string | undefined;
  /** Which pairs are asked. @default 'full' */
  readonly strategy?: Strategy | undefined;
  /** How comparisons become scores. @default 'max-logits' for `full`, 'least-squares' for `bubble` */
  readonly aggregation?: AggregationName | AggregationFunction | undefined;
  /** Whether each pair is shown in both orders, which cancels a ranker's liking for a position. @default 'both' */
  readonly orders?: CompareOrders | undefined;
  /** Seed of the order in which `bubble` meets the candidates, an integer. @default 0 */
  readonly rankSeed?: number | undefined;
}

/** How far a ranking has come, in pairs. */
export interface RankProgress {
  readonly done: number;
  /** The most pairs it will ask. */
  readonly total: number;
}

/** Options of {@link rank}. */
export interface RankOptions extends PromptOptions, RankSettings {
  /** Any number of answers to the question, at least one. */
  readonly candidates: CandidateTexts;
  readonly abortSignal?: AbortSignal | undefined;
  /** Told of each pair once it is done. */
  readonly onComparison?: ((comparison: PairComparison, progress: RankProgress) => void) | undefined;
  /** @internal Owner of loaded models; default: shared by the process. */
  readonly resources?: Resources | undefined;
}

/** Result of {@link rank}. Indices count the candidates as given, from 0. */
export interface RankResult {
  /** `ranks[i]` of candidate i: 1 = best, ties share the smallest. */
  readonly ranks: readonly number[];
  /** `scores[i]` of candidate i, higher = better; the scale is that of the aggregation. */
  readonly scores: readonly number[];
  /** Indices, best first; among ties the order given. */
  readonly order: readonly number[];
  /** Index of the best; among ties the first given. */
  readonly best: number;
  /** The pairs that were asked. Identical candidates are asked once, under the first index of each text. */
  readonly comparisons: readonly PairComparison[];
  readonly ranker: string;
  /** A caution of the ranker about its own results. */
  readonly caution: string | undefined;
  /** True where a text was shortened to fit the ranker. */
  readonly truncated: boolean;
  readonly usage: Usage;
  readonly timings: { readonly totalMs: number };
}

/**
 * Ranks candidates by comparing them in pairs. The result does not depend on their order.
 *
 * @throws InvalidArgumentError, RankerError, the signal's reason on abort.
 */
export async function rank(options: RankOptions): Promise<RankResult> {
  const { candidates, abortSignal, resources = sharedResources() } = options;
  const { task } = normalizePrompt(options);
  const texts = candidateTexts(candidates);
  checkRankSettings(options);
  abortSignal?.throwIfAborted();
  const ranker = await resources.resolveRanker(options.ranker, { abortSignal });
  return rankTexts({ ...options, ranker, task, texts });
}

/**
 * Indices of texts, best first, by comparisons of some of their pairs (least squares); among equals, and where nothing
 * is known, the order given.
 */
export function rankByComparisons(texts: readonly string[], comparisons: readonly PairComparison[]): readonly number[] {
  const strengths = leastSquares(toLogitMatrix(texts.length, comparisons));
  // Comparisons name the first of identical texts.
  return toOrder(toRanks(texts.map((text) => strengths[texts.indexOf(text)] ?? 0)));
}

/** Checks what an aggregation, perhaps the caller's own, has made of the matrix. @throws InvalidArgumentError */
function checkScores(scores: readonly number[], size: number): readonly number[] {
  if (scores.length === size && scores.every(Number.isFinite)) return scores;
  throw new InvalidArgumentError({
    parameter: 'aggregation',
    value: scores,
    message: `it must return ${size} finite scores, one for each different candidate.`,
  });
}

/** Checks the names among the settings. @throws InvalidArgumentError */
export function checkRankSettings({
  strategy = 'full',
  aggregation = 'max-logits',
  orders = 'both',
  rankSeed = 0,
}: RankSettings): void {
  resolveSchedule(strategy);
  resolveAggregation(aggregation);
  checkOrders(orders);
  if (!Number.isInteger(rankSeed)) {
    throw new InvalidArgumentError({ parameter: 'rankSeed', value: rankSeed, message: 'expected an integer.' });
  }
}

/** The ranking itself, on checked input. */
export async function rankTexts({
  ranker,
  task,
  texts,
  strategy = 'full',
  aggregation,
  orders = 'both',
  rankSeed = 0,
  abortSignal,
  onComparison,
}: Omit<RankSettings, 'ranker'> & {
  ranker: PairRanker;
  task: Task;
  texts: readonly string[];
  abortSignal?: AbortSignal | undefined;
  onComparison?: RankOptions['onComparison'];
}): Promise<RankResult> {
  const start = performance.now();
  const schedule = resolveSchedule(strategy);
  const aggregate = resolveAggregation(aggregation ?? schedule.aggregation);
  const distinct = distinctTexts(texts, rankSeed);
  const asked: PairComparison[] = [];
  const total = schedule.mostPairs(distinct.texts.length);
  let done = 0;
  let usage: Usage = NO_USAGE;

  const pairs = schedule.pairs(distinct.texts.length);
  let batch = pairs.next();
  while (!batch.done) {
    const result = await comparePairs({
      ranker,
      task,
      texts: distinct.texts,
      pairs: batch.value,
      orders,
      abortSignal,
      onComparison: (comparison) => {
        done += 1;
        return onComparison?.(distinct.toGiven(comparison), { done, total });
      },
    });
    asked.push(...result.comparisons);
    usage = addUsage(usage, result.usage);
    batch = pairs.next(result.comparisons);
  }

  const distinctScores = checkScores(aggregate(toLogitMatrix(distinct.texts.length, asked)), distinct.texts.length);
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
    comparisons: asked.map(distinct.toGiven),
    ranker: ranker.name,
    caution: ranker.caution,
    truncated: asked.some(({ forward, reverse }) => forward?.truncated === true || reverse?.truncated === true),
    usage,
    timings: { totalMs: performance.now() - start },
  };
}
