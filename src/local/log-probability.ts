import type { Token } from 'node-llama-cpp';

/**
 * Natural logarithm of a token's probability by the softmax: `logit - maxLogit - ln(sum of exp(logit - maxLogit))`.
 *
 * @param logits of the token and of the likeliest one, at least.
 * @param totalWeight the sum, over all tokens of the vocabulary.
 */
export function logProbability(logits: ReadonlyMap<Token, number>, totalWeight: number, token: Token): number {
  const logit = logits.get(token);
  if (logit === undefined) return -Infinity;
  return Math.min(0, logit - Math.max(...logits.values()) - Math.log(totalWeight));
}
