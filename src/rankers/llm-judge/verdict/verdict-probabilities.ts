import type { ProviderMetadata } from 'ai';
import { z } from 'zod';
import type { PairJudgement, Verdict } from '../../../spec/pair-ranker.ts';

/** The four choices in the order of their numbers. */
export const VERDICTS = ['left', 'right', 'both-good', 'both-bad'] as const satisfies readonly Verdict[];

/** Probability of each of the four choices, summing to 1. */
export type VerdictProbabilities = Readonly<Record<Verdict, number>>;

/** Normalises log probabilities of {@link VERDICTS}, in their order (softmax), safe against underflow. */
export function toVerdictProbabilities(logProbabilities: readonly number[]): VerdictProbabilities {
  const highest = Math.max(...logProbabilities);
  const weights = VERDICTS.map((_, index) => Math.exp((logProbabilities[index] ?? -Infinity) - highest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const [left = 0, right = 0, bothGood = 0, bothBad = 0] = weights.map((weight) => weight / sum);
  return { left, right, 'both-good': bothGood, 'both-bad': bothBad };
}

/** Keeps log-odds finite (within about 27) where a probability is too small for a number. */
const MIN_PROBABILITY = 1e-12;

/**
 * Log-odds that left is better. Both ties count half for each side, so a judge that mostly sees a tie stays near 0
 * whatever the ratio of the rest.
 */
export function verdictLogit(probabilities: VerdictProbabilities): number {
  const tie = (probabilities['both-good'] + probabilities['both-bad']) / 2;
  return Math.log(probabilities.left + tie + MIN_PROBABILITY) - Math.log(probabilities.right + tie + MIN_PROBABILITY);
}

/** The judgement by probabilities: the likeliest choice, among equals the first. */
export function fromProbabilities(verdictProbabilities: VerdictProbabilities): PairJudgement {
  const verdict = VERDICTS.reduce((best, other) =>
    verdictProbabilities[other] > verdictProbabilities[best] ? other : best,
  );
  return { logit: verdictLogit(verdictProbabilities), verdict, verdictProbabilities };
}

/**
 * Probability of a verdict in words, which say nothing about how sure the judge is. Nominal: what matters is that it is
 * finite and the same for every pair.
 */
const WORD_PROBABILITY = 0.9;

/** The judgement by a verdict in words: ln 9 for left, -ln 9 for right, 0 for both ties. */
export function fromWords(verdict: Verdict): PairJudgement {
  const odds = Math.log(WORD_PROBABILITY / (1 - WORD_PROBABILITY));
  return { logit: verdict === 'left' ? odds : verdict === 'right' ? -odds : 0, verdict };
}

const likelyToken = z.object({ token: z.string(), logprob: z.number() });
const token = likelyToken.extend({ top_logprobs: z.array(likelyToken) });
/** The chat API of OpenAI returns one list, its Responses API one for each part of the answer. */
const tokens = z.union([z.array(token), z.array(z.array(token)).transform((parts) => parts.flat())]);

/** True where the provider returned probabilities of tokens, in whatever form. */
export function hasTokenProbabilities(details: ProviderMetadata | undefined): boolean {
  return Object.values(details ?? {}).some(({ logprobs }) => Array.isArray(logprobs) && logprobs.length > 0);
}

/** What a judge said, and thought before it, with what the provider reports of both. */
interface JudgeReply {
  readonly text: string;
  readonly reasoning: string | undefined;
  readonly details: ProviderMetadata | undefined;
}

/** Index of the token with which the answer begins: providers also report the tokens of a thought before it. */
function answerStart(reply: readonly { readonly token: string }[], answer: string): number {
  const start = reply
    .map(({ token: text }) => text)
    .join('')
    .lastIndexOf(answer);
  if (start === -1 || answer === '') return reply.length;
  let end = 0;
  return reply.findIndex(({ token: text }) => (end += text.length) > start);
}

/**
 * Probability of each choice from the probabilities of the token that is its number, where the provider returned them
 * and the reply begins with a number. A choice that is not among the likely tokens gets what they leave over, at most as
 * much as the least of them.
 */
export function tokenProbabilities({ text: said, reasoning, details }: JudgeReply): VerdictProbabilities | undefined {
  const returned = Object.values(details ?? {}).map((detail) => tokens.safeParse(detail['logprobs']).data);
  const all = returned.find((list) => list !== undefined && list.length > 0);
  const reply = reasoning === undefined ? all : all?.slice(answerStart(all, said.trim()));
  // What may stand before the number: white space, and the stars of bold.
  const first = reply?.find(({ token: text }) => !/^[\s*"'`#(]*$/.test(text));
  if (first === undefined || numberOf(first.token) === undefined) return undefined;
  const known = new Map<Verdict, number>();
  for (const likely of first.top_logprobs) {
    const verdict = VERDICTS[(numberOf(likely.token) ?? 0) - 1];
    if (verdict !== undefined) known.set(verdict, (known.get(verdict) ?? 0) + Math.exp(likely.logprob));
  }
  if (known.size === 0) return undefined;
  const shares = first.top_logprobs.map(({ logprob }) => Math.exp(logprob));
  const rest = Math.max(1e-9, 1 - shares.reduce((sum, share) => sum + share, 0));
  const unknown = Math.min(rest / Math.max(1, VERDICTS.length - known.size), ...shares);
  return toVerdictProbabilities(VERDICTS.map((verdict) => Math.log(known.get(verdict) ?? unknown)));
}

/** 1 to 4 where a token is that number, alone or with what belongs to it. */
function numberOf(text: string): number | undefined {
  const digit = /^[\s*"'`#(]*([1-4])[.):\s*"']*$/.exec(text)?.[1];
  return digit === undefined ? undefined : Number(digit);
}
