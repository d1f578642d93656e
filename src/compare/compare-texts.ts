import type { PairJudgement, PairRanker, RankerCallSettings } from '../spec/pair-ranker.ts';
import type { Task } from '../spec/task.ts';
import type { Usage } from '../spec/usage.ts';
import { comparePairs } from './compare-pairs.ts';
import { checkAnswered } from './judged-quality.ts';
import type { CompareOrders } from './pair-comparison.ts';

/** Result of `compare` and `compareConversations`. */
export interface CompareResult {
  /** Log-odds that a is better; both orders combined as (f(a, b) - f(b, a)) / 2. NaN where the ranker had no opinion. */
  readonly logit: number;
  /** Probability that a is better, between 0 and 1. */
  readonly probability: number;
  /** `undefined` where the ranker had no opinion. */
  readonly winner: 'a' | 'b' | 'tie' | undefined;
  /** Both orders name the same winner. Undefined unless both were asked and had an opinion. */
  readonly consistent: boolean | undefined;
  /** The judgement with a shown first; undefined where that was not asked, or a rule decided. */
  readonly forward: PairJudgement | undefined;
  /** The judgement with b shown first: a positive logit there speaks for b. */
  readonly reverse: PairJudgement | undefined;
  /** Why no ranker was asked: the texts are identical, or one is empty. */
  readonly rule: 'identical' | 'empty' | undefined;
  /** True where a text was shortened to fit the ranker. */
  readonly truncated: boolean;
  readonly ranker: string;
  /** A warning of the ranker about its own results. */
  readonly warning: string | undefined;
  readonly usage: Usage;
}

/** Compares two texts, on checked input. */
export async function compareTexts({
  ranker,
  task,
  a,
  b,
  orders,
  timeoutMs,
  maxRetries,
  abortSignal,
}: RankerCallSettings & {
  ranker: PairRanker;
  task: Task;
  a: string;
  b: string;
  orders: CompareOrders;
  abortSignal: AbortSignal | undefined;
}): Promise<CompareResult> {
  const { comparisons, usage } = await comparePairs({
    ranker,
    task,
    texts: [a, b],
    pairs: [[0, 1]],
    orders,
    timeoutMs,
    maxRetries,
    abortSignal,
  });
  checkAnswered(ranker, comparisons);
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
    truncated: forward?.truncated === true || reverse?.truncated === true,
    ranker: ranker.name,
    warning: ranker.warning,
    usage,
  };
}
