import pMap from 'p-map';
import { checkNumber, COUNT } from '../util/check-number.ts';
import {
  aFunction,
  aList,
  aSignal,
  anything,
  checkOptions,
  type OptionKinds,
  required,
} from '../util/check-options.ts';
import { errorMessage } from '../util/error-message.ts';
import { LinkedAbort } from '../util/linked-abort.ts';
import { notify } from '../util/notify.ts';
import { raceAbort } from '../util/race-abort.ts';

/** Prompts in work at a time. Their calls wait for their places at the providers in any case. */
const DEFAULT_CONCURRENCY = 8;

/** What became of one prompt: the result, or the error that it ended with. */
export type PromptOutcome<RESULT> =
  | { readonly result: RESULT; readonly error?: undefined }
  | { readonly result?: undefined; readonly error: Error };

/** How far {@link mapPrompts} is, after one more prompt. */
export interface PromptProgress<PROMPT, RESULT> {
  readonly prompt: PROMPT;
  /** The place of the prompt in `prompts`, from 0. */
  readonly index: number;
  readonly outcome: PromptOutcome<RESULT>;
  /** Prompts that have ended, failed ones included. */
  readonly done: number;
  readonly failed: number;
  readonly total: number;
}

/** Options of {@link mapPrompts}. */
export interface MapPromptsOptions<PROMPT, RESULT> {
  /** Texts, or records of any kind that `run` knows. */
  readonly prompts: readonly PROMPT[];
  /** What to do with a prompt. Hand `abortSignal` on, so that an abort ends its calls too. */
  readonly run: (
    prompt: PROMPT,
    call: {
      /** The place of the prompt in `prompts`, from 0. */
      readonly index: number;
      readonly abortSignal: AbortSignal;
    },
  ) => RESULT | PromiseLike<RESULT>;
  /** Prompts in work at a time. @default 8 */
  readonly concurrency?: number | undefined;
  readonly abortSignal?: AbortSignal | undefined;
  /** Called after each prompt, in the order in which they end. */
  readonly onProgress?: ((progress: PromptProgress<PROMPT, RESULT>) => void) | undefined;
}

const KINDS = {
  prompts: required(aList),
  run: required(aFunction),
  concurrency: anything,
  abortSignal: aSignal,
  onProgress: aFunction,
} satisfies OptionKinds<MapPromptsOptions<unknown, unknown>>;

/**
 * Does the same with many prompts, several at a time. A prompt that fails leaves the others alone: the outcomes, in the
 * order of `prompts`, have either a `result` or an `error` each.
 *
 * @throws InvalidArgumentError; on abort the signal's reason, at once. What had ended by then was reported to `onProgress`.
 * @example
 * const outcomes = await mapPrompts({
 *   prompts: ['Why is the sky blue?', 'Why is grass green?'],
 *   run: (prompt, { abortSignal }) => blend({ prompt, abortSignal }),
 *   concurrency: 4,
 * });
 * for (const { result, error } of outcomes) console.log(result?.text ?? error?.message);
 */
export async function mapPrompts<PROMPT, RESULT>(
  options: MapPromptsOptions<PROMPT, RESULT>,
): Promise<readonly PromptOutcome<RESULT>[]> {
  checkOptions('mapPrompts', options, KINDS);
  const { prompts, run, concurrency = DEFAULT_CONCURRENCY, abortSignal, onProgress } = options;
  checkNumber('concurrency', concurrency, COUNT);
  abortSignal?.throwIfAborted();
  using linked = new LinkedAbort(abortSignal);
  const { signal } = linked;
  let [done, failed] = [0, 0];
  const outcomeOf = async (prompt: PROMPT, index: number): Promise<PromptOutcome<RESULT>> => {
    try {
      return { result: await run(prompt, { index, abortSignal: signal }) };
    } catch (error) {
      return { error: error instanceof Error ? error : new Error(errorMessage(error), { cause: error }) };
    }
  };
  const mapped = pMap(
    prompts,
    async (prompt, index) => {
      signal.throwIfAborted();
      const outcome = await outcomeOf(prompt, index);
      // What an abort ended is no failure of the prompt.
      signal.throwIfAborted();
      done += 1;
      if (outcome.error !== undefined) failed += 1;
      notify(onProgress, { prompt, index, outcome, done, failed, total: prompts.length });
      return outcome;
    },
    { concurrency },
  );
  return await raceAbort(mapped, signal);
}
