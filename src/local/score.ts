import type { ControlledEvaluateInputItem, LlamaContextSequence, Token } from 'node-llama-cpp';
import type { BatchRounds } from './batch-rounds.ts';
import { evaluatePrompt } from './evaluate-prompt.ts';
import type { TokenizedPrompt } from './prompt-tokenizer.ts';

/** A node of the tree of continuations: what may come next, and how likely the tokens up to here are. */
interface Node {
  readonly next: Map<Token, Node>;
  logProbability: number;
}

/**
 * Log probability of each of the prompt's answers, by the chain rule over their tokens. Answers that begin alike
 * share the work for their beginnings. Leaves the sequence with the prompt and more in it.
 *
 * Each token after the prompt is evaluated by itself, so that an answer's probability does not depend on which
 * others are asked for.
 *
 * @throws the signal's reason on abort, after the step under way.
 */
export async function score(options: {
  sequence: LlamaContextSequence;
  rounds: BatchRounds;
  prompt: Pick<TokenizedPrompt, 'tokens' | 'answers'>;
  signal?: AbortSignal | undefined;
  /** Called once the prompt is evaluated. */
  onFirstToken: () => void;
}): Promise<number[]> {
  const { sequence, rounds, prompt, signal, onFirstToken } = options;
  const { tokens, answers } = prompt;
  const root: Node = { next: new Map(), logProbability: 0 };
  const ends = answers.map((answer) => answer.reduce(step, root));
  await evaluatePrompt({ sequence, tokens, rounds, signal });

  async function visit(node: Node, path: readonly Token[]): Promise<void> {
    if (path.length > tokens.length) await sequence.adaptStateToTokens(path.slice(0, -1), false);
    const input = path.slice(sequence.nextTokenIndex);
    const distribution = await rounds.run(() => evaluate(sequence, input, [...node.next.keys()]), {
      tokens: input.length,
      alone: true,
      signal,
    });
    signal?.throwIfAborted();
    if (node === root) {
      onFirstToken();
      // Only models that cannot go back to every position do something here.
      await sequence.takeCheckpoint();
    }
    for (const [token, child] of node.next) {
      child.logProbability = node.logProbability + distribution(token);
      if (child.next.size > 0) await visit(child, [...path, token]);
    }
  }

  await visit(root, tokens);
  return ends.map((end) => end.logProbability);
}

function step(node: Node, token: Token): Node {
  const next = node.next.get(token) ?? { next: new Map(), logProbability: 0 };
  node.next.set(token, next);
  return next;
}

/** Evaluates tokens and returns the log probability of each wanted token to come next. */
async function evaluate(
  sequence: LlamaContextSequence,
  tokens: readonly Token[],
  wanted: readonly Token[],
): Promise<(token: Token) => number> {
  const generateNext = {
    // Greedy, so that the selected token is the likeliest: `includeMax` does not include it in 3.22.
    options: { temperature: 0 },
    logits: { filter: { tokens: wanted, includeSelected: true } },
    totalLogitWeight: true,
  };
  const input = tokens.map((token, index): ControlledEvaluateInputItem => {
    return index === tokens.length - 1 ? [token, { generateNext }] : token;
  });
  const outputs = await sequence.controlledEvaluate(input);
  const { logits, totalLogitWeight } = outputs.at(-1)?.next ?? {};
  if (logits === undefined || totalLogitWeight === undefined) throw new Error('The runtime gave no logits.');
  return (token) => logProbability(logits, totalLogitWeight, token);
}

/**
 * Natural logarithm of a token's probability by the softmax: `logit - maxLogit - ln(sum of exp(logit - maxLogit))`.
 *
 * @param logits of the token and of the likeliest one, at least.
 * @param totalWeight the sum, over all tokens of the vocabulary.
 */
function logProbability(logits: ReadonlyMap<Token, number>, totalWeight: number, token: Token): number {
  const logit = logits.get(token);
  if (logit === undefined) return -Infinity;
  return Math.min(0, logit - Math.max(...logits.values()) - Math.log(totalWeight));
}
