import type { ProviderMetadata } from 'ai';
import { z } from 'zod';
import type { Verdict } from '../../spec/pair-ranker.ts';
import { VERDICTS } from './judge-prompt.ts';
import { toVerdictProbabilities, type VerdictProbabilities } from './verdict-logit.ts';

const likelyToken = z.object({ token: z.string(), logprob: z.number() });
const token = likelyToken.extend({ top_logprobs: z.array(likelyToken) });
/** The chat API of OpenAI tells one list, its Responses API one for each part of the answer. */
const tokens = z.union([z.array(token), z.array(z.array(token)).transform((parts) => parts.flat())]);

/**
 * Probability of each choice from the probabilities of the token that is its number, where the provider told them and
 * the reply begins with a number. A choice that is not among the likely tokens gets what they leave over, at most as
 * much as the least of them.
 */
export function verdictFromTokens(details: ProviderMetadata | undefined): VerdictProbabilities | undefined {
  const told = Object.values(details ?? {}).map((detail) => tokens.safeParse(detail['logprobs']).data);
  const said = told.find((list) => list !== undefined && list.length > 0);
  // What may stand before the number: white space, and the stars of bold.
  const first = said?.find(({ token: text }) => !/^[\s*"'`#(]*$/.test(text));
  if (first === undefined || numberOf(first.token) === undefined) return undefined;
  const known = new Map<Verdict, number>();
  for (const likely of first.top_logprobs) {
    const verdict = VERDICTS[(numberOf(likely.token) ?? 0) - 1];
    if (verdict !== undefined) known.set(verdict, (known.get(verdict) ?? 0) + Math.exp(likely.logprob));
  }
  if (known.size === 0) return undefined;
  const all = first.top_logprobs.map(({ logprob }) => Math.exp(logprob));
  const rest = Math.max(1e-9, 1 - all.reduce((sum, share) => sum + share, 0));
  const unknown = Math.min(rest / Math.max(1, VERDICTS.length - known.size), ...all);
  const logs = VERDICTS.map((verdict) => [verdict, Math.log(known.get(verdict) ?? unknown)] as const);
  return toVerdictProbabilities(Object.fromEntries(logs) as Record<Verdict, number>);
}

/** 1 to 4 where a token is that number, alone or with what belongs to it. */
function numberOf(text: string): number | undefined {
  const digit = /^[\s*"'`#(]*([1-4])[.):\s*"']*$/.exec(text)?.[1];
  return digit === undefined ? undefined : Number(digit);
}
