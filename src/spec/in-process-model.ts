import type { LanguageModelV4, LanguageModelV4Prompt } from '@ai-sdk/provider';

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

/** A language model of this process that is addressed by tokens, without its chat template. */
export interface TokenScorer {
  /** Maximum tokens of a prompt. */
  readonly contextTokens: number;
  /** The tokens of a text, in which no mark is read. */
  tokenize(text: string): readonly number[];
  /** The token of a mark such as `<|im_end|>`. @throws InvalidArgumentError where the vocabulary has none. */
  markToken(text: string): number;
  /**
   * Natural logarithm of the probability of each token of `next` to come after the prompt. The same to the last bit,
   * whatever was scored before.
   *
   * @throws ContextExceededError, TimeoutError, the signal's reason on abort.
   */
  scoreTokens(options: {
    /** At least one token. */
    readonly prompt: readonly number[];
    readonly next: readonly number[];
    readonly abortSignal?: AbortSignal | undefined;
  }): Promise<readonly number[]>;
}
