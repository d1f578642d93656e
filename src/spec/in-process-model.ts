import type { LanguageModelV4, LanguageModelV4Prompt } from '@ai-sdk/provider';
import { type LanguageModelMiddleware, wrapLanguageModel } from 'ai';
import type { ModelObject } from './model-choice.ts';

/** Options of {@link InProcessModel.scoreContinuations}. */
export interface ScoreContinuationsOptions {
  readonly prompt: LanguageModelV4Prompt;
  /** Beginning of the model's own answer, before the continuation. Default: none. */
  readonly answerPrefix?: string;
  /** What the model might say next; none empty. */
  readonly continuations: readonly string[];
  readonly abortSignal?: AbortSignal | undefined;
}

/** Result of {@link InProcessModel.scoreContinuations}. */
export interface ScoreContinuationsResult {
  /** Natural logarithm of the probability of each whole continuation, given the text before it; all <= 0. */
  readonly logProbabilities: readonly number[];
  /** Tokens of the prompt. */
  readonly inputTokens: number;
}

/**
 * A language model that runs in this process. Unlike an endpoint it gives the probability of a text and counts tokens
 * exactly.
 */
export interface InProcessModel extends LanguageModelV4 {
  /** Maximum tokens of input and output of one call together. */
  readonly contextTokens: number;
  /** Maximum calls at the same time; further ones wait. */
  readonly maxParallelCalls: number;
  /** Number of tokens of a text on its own, without the chat template. */
  countTokens(text: string): number;
  /**
   * Probability of each continuation, by the model's own distribution (temperature 1), not by sampling.
   * Calls of one model with the same beginning of their prompts evaluate it once.
   *
   * @throws ContextExceededError, TimeoutError, the signal's reason on abort.
   */
  scoreContinuations(options: ScoreContinuationsOptions): Promise<ScoreContinuationsResult>;
}

/** True for a model that can score continuations and count tokens. */
export function isInProcessModel(model: unknown): model is InProcessModel {
  return (
    typeof model === 'object' &&
    model !== null &&
    'scoreContinuations' in model &&
    'countTokens' in model &&
    'contextTokens' in model
  );
}

/**
 * The same model with middleware around its calls. A model in this process keeps its other methods.
 *
 * @param wrapScoring what to do around `scoreContinuations`, which middleware does not reach. Default: nothing.
 */
export function wrapModel(
  model: ModelObject,
  middleware: LanguageModelMiddleware | LanguageModelMiddleware[],
  wrapScoring: (model: InProcessModel) => InProcessModel['scoreContinuations'] = scoringOf,
): LanguageModelV4 {
  const wrapped = wrapLanguageModel({ model, middleware });
  if (!isInProcessModel(model)) return wrapped;
  const inProcess: InProcessModel = {
    ...wrapped,
    contextTokens: model.contextTokens,
    maxParallelCalls: model.maxParallelCalls,
    countTokens: (text) => model.countTokens(text),
    scoreContinuations: wrapScoring(model),
  };
  return inProcess;
}

function scoringOf(model: InProcessModel): InProcessModel['scoreContinuations'] {
  return (options) => model.scoreContinuations(options);
}
