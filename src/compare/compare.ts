import { InvalidArgumentError } from '../error/index.ts';
import { type Resources, sharedResources } from '../registry/index.ts';
import { checkRankerCallSettings, type RankerCallSettings } from '../spec/pair-ranker.ts';
import { normalizePrompt, type PromptOptions } from '../spec/prompt.ts';
import type { RankerChoice } from '../spec/ranker-choice.ts';
import { type CompareResult, compareTexts } from './compare-texts.ts';
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

/**
 * Compares two candidates.
 *
 * @throws InvalidArgumentError, RankerError, the signal's reason on abort.
 */
export async function compare(options: CompareOptions): Promise<CompareResult> {
  const { a, b, orders = 'both', timeoutMs, maxRetries, abortSignal, resources = sharedResources() } = options;
  const { task } = normalizePrompt(options);
  for (const [parameter, value] of Object.entries({ a, b })) {
    if (typeof value !== 'string') throw new InvalidArgumentError({ parameter, value, message: 'expected a text.' });
  }
  checkOrders(orders);
  checkRankerCallSettings(options);
  const ranker = await resources.resolveRanker(options.ranker, { abortSignal });
  return compareTexts({ ranker, task, a, b, orders, timeoutMs, maxRetries, abortSignal });
}
