import type { PairJudgement, PairRanker, RankerCallSettings } from '../spec/pair-ranker.ts';
import type { Task } from '../spec/task.ts';
import type { Usage } from '../spec/usage.ts';
import { comparePairs } from './compare-pairs.ts';
import { checkAnswered, type RankerNotes, rankerNotes } from './comparison-summary.ts';
import type { CompareOrders } from './pair-comparison.ts';

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
    ...rankerNotes(ranker, comparisons),
    usage,
  };
}
