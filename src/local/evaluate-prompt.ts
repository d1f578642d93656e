import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import type { BatchRounds } from './batch-rounds.ts';
import { sharedLength } from './prompt-tokenizer.ts';

/**
 * Tokens of a prompt that are evaluated at once. Native work on a chunk cannot be stopped, so an abort waits for one
 * at most (about 0.15 to 0.3 s for 135 million parameters on 2 cores). Larger chunks gain little: measured 410, 435,
 * 445 and 465 tokens a second for 32, 64, 128 and 256.
 */
export const CHUNK_TOKENS = 64;

/** What a sequence needs to be to take a prompt. */
export type PromptSequence = Pick<
  LlamaContextSequence,
  'contextTokens' | 'nextTokenIndex' | 'adaptStateToTokens' | 'evaluateWithoutGeneratingNewTokens' | 'clearHistory'
>;

/**
 * Evaluates a prompt except for its last chunk, which it returns: the caller evaluates it and reads what comes
 * next. What the sequence holds of the prompt already is not evaluated again.
 *
 * The chunks lie at fixed places, and only whole ones are used again. So each is always evaluated in the same shape
 * after the same state, and the result is the same to the last bit, whatever was evaluated before (see
 * `batch-rounds.ts` for why that matters).
 *
 * @throws the signal's reason on abort, after the chunk under way.
 */
export async function evaluatePrompt({
  sequence,
  tokens,
  rounds,
  signal,
}: {
  sequence: PromptSequence;
  /** At least one. */
  tokens: readonly Token[];
  rounds: BatchRounds;
  signal?: AbortSignal | undefined;
}): Promise<{ lastChunk: Token[]; reusedTokens: number }> {
  const lastChunkStart = floorToChunk(tokens.length - 1);
  const reusable = Math.min(lastChunkStart, floorToChunk(sharedLength(sequence.contextTokens, tokens)));
  await sequence.adaptStateToTokens(tokens.slice(0, reusable), false);
  // May be less than asked for: models with a recurrent state cannot go back to every position.
  const reusedTokens = sequence.nextTokenIndex;
  for (let start = reusedTokens; start < lastChunkStart; start = sequence.nextTokenIndex) {
    const chunk = tokens.slice(start, floorToChunk(start) + CHUNK_TOKENS);
    const evaluate = () => sequence.evaluateWithoutGeneratingNewTokens(chunk);
    await rounds.run(evaluate, { tokens: chunk.length, alone: true, signal });
  }
  return { lastChunk: tokens.slice(sequence.nextTokenIndex), reusedTokens };
}

/**
 * Leaves in the sequence only what a later prompt may use again: the whole chunks of this prompt. What was generated
 * goes, since it was evaluated token by token, which gives a slightly different state.
 */
export async function keepWholeChunks(sequence: PromptSequence, tokens: readonly Token[]): Promise<void> {
  const whole = Math.min(floorToChunk(tokens.length), floorToChunk(sharedLength(sequence.contextTokens, tokens)));
  try {
    await sequence.adaptStateToTokens(tokens.slice(0, whole), false);
  } catch {
    await sequence.clearHistory();
  }
}

/** How many tokens of a prompt the sequence need not evaluate again. */
export function reusableTokens(sequence: Pick<PromptSequence, 'contextTokens'>, tokens: readonly Token[]): number {
  return floorToChunk(Math.min(tokens.length - 1, sharedLength(sequence.contextTokens, tokens)));
}

function floorToChunk(count: number): number {
  return Math.floor(Math.max(0, count) / CHUNK_TOKENS) * CHUNK_TOKENS;
}
