import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import type { Generation } from './generate.ts';

/** Tokens of a call, counted exactly: input with the chat template, output without the end of the turn. */
export function toUsage(inputTokens: number, { outputTokens, reusedTokens }: Generation): LanguageModelV4Usage {
  return {
    inputTokens: {
      total: inputTokens,
      noCache: inputTokens - reusedTokens,
      cacheRead: reusedTokens,
      cacheWrite: undefined,
    },
    outputTokens: { total: outputTokens, text: outputTokens, reasoning: undefined },
  };
}
