import { checkNumber, RETRIES, TIMEOUT_MS } from '../util/check-number.ts';
import type { CallBudget } from './call-budget.ts';
import type { Task } from './task.ts';
import type { Usage } from './usage.ts';

/** Two candidates in the order in which the ranker sees them. */
export interface Pair {
  readonly task: Task;
  readonly left: string;
  readonly right: string;
}

/** The four choices of a judge (LLM-Blender paper, appendix on GPT-Rank). */
export type Verdict = 'left' | 'right' | 'both-good' | 'both-bad';

/** The judgement of a ranker on one {@link Pair}, in the order it was given. */
export interface PairJudgement {
  /** Log-odds that left is better: positive = left, 0 = undecided. Finite, or NaN if the ranker has no opinion. */
  readonly logit: number;
  /** The most probable of the four choices, from judges. */
  readonly verdict?: Verdict;
  /** Probability of each of the four choices, summing to 1, from judges that report them. */
  readonly verdictProbabilities?: Readonly<Record<Verdict, number>>;
  /** What the judge wrote, from judges that write. Untrusted. */
  readonly rawText?: string;
  /** True where a text was shortened to fit the ranker. */
  readonly truncated?: boolean;
  /** True where the ranker read a text mark in place of an image or file of the task. */
  readonly attachmentsHidden?: boolean;
  /** True where next to nothing of a text is in the ranker's vocabulary, so that the judgement means little. */
  readonly unreadable?: boolean;
  /** Why there is no opinion, if a call failed: one sentence, without keys. */
  readonly failure?: string;
}

/**
 * How a judge calls its language model. Ignored by rankers that call none, and by models in this process that score the
 * choices.
 */
export interface RankerCallSettings {
  /** Milliseconds for each reply of a judge, not counting the time in the queue; above 0. @default 120_000 */
  readonly timeoutMs?: number | undefined;
  /** How often to retry a call of a judge after a temporary failure; an integer of at least 0. @default 2 */
  readonly maxRetries?: number | undefined;
}

/** @throws InvalidArgumentError */
export function checkRankerCallSettings({ timeoutMs, maxRetries }: RankerCallSettings): void {
  checkNumber('timeoutMs', timeoutMs, TIMEOUT_MS);
  checkNumber('maxRetries', maxRetries, RETRIES);
}

/** Options of {@link PairRanker.doCompare}. */
export interface PairRankerCompareOptions extends RankerCallSettings {
  /** Any number of pairs, of one task or several. The result does not depend on what else is in the batch. */
  readonly pairs: readonly Pair[];
  readonly abortSignal?: AbortSignal | undefined;
  /** Limits for calls to language models: each reserves its cost before it is made. */
  readonly budget?: CallBudget | undefined;
  /** Called as each pair is done, with its index in `pairs`. Must not throw. */
  readonly onJudgement?: ((index: number, judgement: PairJudgement) => void) | undefined;
}

/** Result of {@link PairRanker.doCompare}. */
export interface PairRankerCompareResult {
  /** One for each pair, in the same order. */
  readonly judgements: readonly PairJudgement[];
  readonly usage: Usage;
}

/**
 * Compares candidates two at a time. Batch first: one call for all pairs is what makes a cross-encoder fast.
 * Both orders, identical texts and the aggregation to a ranking belong to `compare` and `rank`, not to the ranker.
 */
export interface PairRanker {
  readonly specificationVersion: 'v1';
  /** As it would be written on the command line, such as `judge:local/smollm2-135m-instruct`. */
  readonly name: string;
  /** A warning to show with every result of this ranker. */
  readonly warning?: string;
  /**
   * True if each logit is the difference of two scores, one for each text, so that all pairs of N candidates cost N
   * calls.
   *
   * @default false
   */
  readonly pointwise?: boolean;
  /**
   * A cheaper ranker that compares all pairs first. Functions that rank then use this ranker only for pairs that can
   * still change the result.
   */
  readonly prefilter?: PairRanker;
  /**
   * True if it reads `task.attachments`, the images and files of the task. Others read the marks in the text, and the
   * result warns of it.
   *
   * @default false
   */
  readonly readsAttachments?: boolean;
  /** @throws the signal's reason on abort. */
  doCompare(options: PairRankerCompareOptions): PromiseLike<PairRankerCompareResult>;
}
