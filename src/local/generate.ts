import type { LlamaContextSequence, LlamaGrammarEvaluationState, LlamaModel, Token } from 'node-llama-cpp';
import { createAnswerText } from './answer-text.ts';
import type { BatchRounds } from './batch-rounds.ts';
import { evaluatePrompt } from './evaluate-prompt.ts';
import type { TokenizedPrompt } from './prompt-tokenizer.ts';
import { type Sampling, toNativeSampling } from './sampling.ts';

/** Why a generation ended. */
export type StopCause = 'end-of-turn' | 'stop-sequence' | 'max-tokens';

/** What one generation did. */
export interface Generation {
  readonly cause: StopCause;
  /** Tokens of the answer, without the one that ends the turn. */
  readonly outputTokens: number;
  /** Tokens of the prompt that were there from an earlier call. */
  readonly reusedTokens: number;
}

/** Options of {@link generate}. */
export interface GenerateOptions {
  readonly model: Pick<LlamaModel, 'detokenize' | 'isEogToken'>;
  /** Marks of thoughts that are control tokens, with their texts. */
  readonly marks: ReadonlyMap<Token, string>;
  readonly sequence: LlamaContextSequence;
  readonly rounds: BatchRounds;
  readonly prompt: TokenizedPrompt;
  readonly sampling: Sampling;
  /** Maximum number of tokens to write, at least 1. Prompt and answer together fit into the context. */
  readonly maxTokens: number;
  readonly stopSequences: readonly string[];
  /** Allows only some texts. Can be used for one generation. */
  readonly grammar?: LlamaGrammarEvaluationState | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with each piece of text; none empty. */
  readonly onDelta: (delta: string) => void;
  /** Called once the first token is there, also where it has no text. */
  readonly onFirstToken: () => void;
}

/**
 * Writes an answer, token by token. Leaves the sequence with prompt and answer in it.
 *
 * @throws the signal's reason on abort, after the token under way.
 */
export async function generate(options: GenerateOptions): Promise<Generation> {
  const { model, sequence, rounds, prompt, sampling, maxTokens, grammar, signal, onDelta, onFirstToken } = options;
  const { lastChunk, reusedTokens } = await evaluatePrompt({ sequence, tokens: prompt.tokens, rounds, signal });
  const generated: Token[] = [];
  const iterator = sequence.evaluate(lastChunk, {
    ...toNativeSampling(sampling, generated, maxTokens),
    ...(grammar !== undefined && { grammarEvaluationState: grammar }),
    yieldEogToken: true,
  });
  const { marks, stopSequences } = options;
  const text = createAnswerText({ model, marks, before: prompt.answerTokens, stopSequences, onDelta });
  try {
    for (;;) {
      const first = generated.length === 0;
      const step = { tokens: first ? lastChunk.length : 1, alone: first || sampling.repeatable, signal };
      const { value: token } = await rounds.run(() => iterator.next(), step);
      signal?.throwIfAborted();
      if (first) onFirstToken();
      if (typeof token !== 'number' || model.isEogToken(token)) {
        text.end();
        return { cause: 'end-of-turn', outputTokens: generated.length, reusedTokens };
      }
      generated.push(token);
      if (text.push(token)) return { cause: 'stop-sequence', outputTokens: generated.length, reusedTokens };
      if (generated.length < maxTokens) continue;
      text.end();
      return { cause: 'max-tokens', outputTokens: generated.length, reusedTokens };
    }
  } finally {
    await iterator.return();
  }
}
