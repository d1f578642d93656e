import { InvalidArgumentError } from '../error/index.ts';
import { type Resources, sharedResources } from '../registry/index.ts';
import type { PairJudgement, PairRanker } from '../spec/pair-ranker.ts';
import { normalizePrompt, type PromptOptions } from '../spec/prompt.ts';
import type { Usage } from '../spec/usage.ts';
import { comparePairs } from './compare-pairs.ts';
import type { CompareOrders } from './pair-comparison.ts';

/** Options of {@link compare}. */
export interface CompareOptions extends PromptOptions {
  /** The two candidates. */
  readonly a: string;
  readonly b: string;
  /** `small`, a folder, `judge:MODEL`, `cascade:RANKER`, or an object. @default 'small', the trained ranker of the package */
  readonly ranker?: PairRanker | string | undefined;
  /** Whether the pair is shown in both orders, which cancels a ranker's liking for a position. @default 'both' */
  readonly orders?: CompareOrders | undefined;
  readonly abortSignal?: AbortSignal | undefined;
  /** @internal Owner of loaded models; default: shared by the process. */
  readonly resources?: Resources | undefined;
}

/** Result of {@link compare}. */
export interface CompareResult {
  /** Log-odds that a is better; both orders combined as (f(a, b) - f(b, a)) / 2. NaN where the ranker had no opinion. */
  readonly logit: number;
  /** Probability that a is better, between 0 and 1. */
  readonly probability: number;
  /** `undefined` where the ranker had no opinion. */
  readonly winner: 'a' | 'b' | 'tie' | undefined;
  /** Both orders name the same winner. Undefined unless both were asked and had an opinion. */
  readonly consistent: boolean | undefined;
  /** The judgement with a shown first; undefined where a rule decided. */
  readonly forward: PairJudgement | undefined;
  /** The judgement with b shown first: a positive logit there speaks for b. */
  readonly reverse: PairJudgement | undefined;
  /** Why no ranker was asked: the texts are identical, or one is empty. */
  readonly rule: 'identical' | 'empty' | undefined;
  /** True where a text was shortened to fit the ranker. */
  readonly truncated: boolean;
  readonly ranker: string;
  /** A caution of the ranker about its own results. */
  readonly caution: string | undefined;
  readonly usage: Usage;
}

/**
 * Compares two candidates.
 *
 * @throws InvalidArgumentError, RankerError, the signal's reason on abort.
 */
export async function compare(options: CompareOptions): Promise<CompareResult> {
  const { a, b, orders = 'both', abortSignal, resources = sharedResources() } = options;
  const { task } = normalizePrompt(options);
  for (const [parameter, value] of Object.entries({ a, b })) {
    if (typeof value !== 'string') throw new InvalidArgumentError({ parameter, value, message: 'expected a text.' });
  }
  const ranker = await resources.resolveRanker(options.ranker, { abortSignal });
  const { comparisons, usage } = await comparePairs({
    ranker,
    task,
    texts: [a, b],
    pairs: [[0, 1]],
    orders,
    abortSignal,
  });
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
    caution: ranker.caution,
    usage,
  };
}
