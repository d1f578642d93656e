import { InvalidArgumentError } from '../error/index.ts';
import { type Resources, sharedResources } from '../registry/index.ts';
import { checkRankerCallSettings, type PairJudgement, type RankerCallSettings } from '../spec/pair-ranker.ts';
import { normalizePrompt, type PromptOptions } from '../spec/prompt.ts';
import type { RankerChoice } from '../spec/ranker-choice.ts';
import type { Task } from '../spec/task.ts';
import type { Usage } from '../spec/usage.ts';
import { comparePairs, type ComparisonCall } from './compare-pairs.ts';
import { checkAnswered, type RankerNotes, rankerNotes } from './comparison-summary.ts';
import { checkOrders, type CompareOrders } from './pair-comparison.ts';

/** How two things are compared; shared by `compare` and `compareConversations`. */
export interface CompareSettings extends RankerCallSettings {
  /**
   * `small`, a folder, `judge:MODEL`, `cascade:RANKER`, an object, or `{ judge }` with settings.
   *
   * @default 'small', the trained ranker of the package
   */
  readonly ranker?: RankerChoice | undefined;
  /**
   * Whether the pair is shown in both orders, which cancels a ranker's position bias, or in one. Positive always means
   * that `a` is better.
   *
   * @default 'both'
   */
  readonly orders?: CompareOrders | undefined;
  readonly abortSignal?: AbortSignal | undefined;
  /** @internal Owner of loaded models; default: shared by the process. */
  readonly resources?: Resources | undefined;
}

/** Options of {@link compare}. */
export interface CompareOptions extends PromptOptions, CompareSettings {
  /** The two candidates. */
  readonly a: string;
  readonly b: string;
}

/** Result of `compare` and `compareConversations`. */
export interface CompareResult extends RankerNotes {
  /** Log-odds that a is better; both orders combined as (f(a, b) - f(b, a)) / 2. NaN where the ranker had no opinion. */
  readonly logit: number;
  /** Probability that a is better, between 0 and 1. */
  readonly probability: number;
  /** `undefined` where the ranker had no opinion. */
  readonly winner: 'a' | 'b' | 'tie' | undefined;
  /** Both orders name the same winner. Undefined unless the pair was shown in both, with an opinion each time. */
  readonly consistent: boolean | undefined;
  /** The judgement with a shown first; undefined where it was not shown so, or a rule decided. */
  readonly forward: PairJudgement | undefined;
  /** The judgement with b shown first: a positive logit there speaks for b. */
  readonly reverse: PairJudgement | undefined;
  /** The rule that decided without the ranker: the texts are identical, or one is empty. */
  readonly rule: 'identical' | 'empty' | undefined;
  readonly usage: Usage;
}

/**
 * Compares two candidates.
 *
 * @throws InvalidArgumentError, RankerError, the signal's reason on abort.
 */
export async function compare(options: CompareOptions): Promise<CompareResult> {
  const { a, b } = options;
  const { task } = normalizePrompt(options);
  for (const [parameter, value] of Object.entries({ a, b })) {
    if (typeof value !== 'string') throw new InvalidArgumentError({ parameter, value, message: 'expected a text.' });
  }
  return compareTexts(await prepareComparison(options, task), a, b);
}

/** Checks the settings of a comparison, and loads its ranker. */
export async function prepareComparison(settings: CompareSettings, task: Task): Promise<ComparisonCall> {
  const { orders = 'both', timeoutMs, maxRetries, abortSignal, resources = sharedResources() } = settings;
  checkOrders(orders);
  checkRankerCallSettings(settings);
  abortSignal?.throwIfAborted();
  const ranker = await resources.resolveRanker(settings.ranker, { abortSignal });
  return { ranker, task, orders, timeoutMs, maxRetries, abortSignal };
}

/** Compares two texts, on checked input. */
export async function compareTexts(call: ComparisonCall, a: string, b: string): Promise<CompareResult> {
  const { comparisons, usage } = await comparePairs({ ...call, texts: [a, b], pairs: [[0, 1]] });
  checkAnswered(call.ranker, comparisons);
  const [comparison] = comparisons;
  if (comparison === undefined) throw new Error('comparePairs answers every pair');
  const { logit, probability, consistent, forward, reverse, rule } = comparison;
  return {
    logit,
    probability,
    winner: Number.isNaN(logit) ? undefined : logit > 0 ? 'a' : logit < 0 ? 'b' : 'tie',
    consistent,
    forward,
    reverse,
    rule,
    ...rankerNotes(call.ranker, comparisons),
    usage,
  };
}
