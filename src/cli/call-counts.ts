import type { Usage } from '../index.ts';

/** What a usage counts together: passes of rankers and calls to language models. */
export function callCounts({ calls, rankerPasses = 0 }: Usage): { rankerPasses: number; modelCalls: number } {
  return { rankerPasses, modelCalls: calls - rankerPasses };
}

/** The same where answers without a call count like others. */
export function withSavedCalls(usage: Usage): Usage {
  return { ...usage, calls: usage.calls + (usage.savedCalls ?? 0) };
}
