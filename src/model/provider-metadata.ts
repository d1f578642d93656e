import type { JSONObject, LanguageModelV4Usage, SharedV4ProviderMetadata } from '@ai-sdk/provider';
import type { BlendResult } from '../blend/index.ts';
import type { Usage } from '../spec/usage.ts';

/** Under this key stand the options for a blend in `providerOptions`, and what it says of its answer in `providerMetadata`. */
export const PROVIDER_KEY = 'llmBlender';

/** Whose answer it is; `tool-calls` where the fuser calls tools and there is no answer yet. */
export type ModelDecision = BlendResult['decision'] | 'tool-calls';

/** What a blend says of its answer, in `providerMetadata.llmBlender`. */
export interface BlendMetadata extends Pick<
  BlendResult,
  | 'decisionReason'
  | 'candidates'
  | 'fused'
  | 'failures'
  | 'ranker'
  | 'truncated'
  | 'stopped'
  | 'usage'
  | 'cost'
  | 'timings'
> {
  readonly decision: ModelDecision;
}

/** The metadata of an answer, as JSON. */
export function toProviderMetadata(
  result: BlendResult,
  { callsTools }: { callsTools: boolean },
): SharedV4ProviderMetadata {
  const { decisionReason, candidates, fused, failures, ranker, truncated, stopped, usage, cost, timings } = result;
  const decided: Pick<BlendMetadata, 'decision' | 'decisionReason'> = callsTools
    ? { decision: 'tool-calls', decisionReason: 'The fuser calls tools.' }
    : { decision: result.decision, decisionReason };
  const metadata: BlendMetadata = {
    ...decided,
    candidates,
    fused,
    failures,
    ranker,
    truncated,
    stopped,
    usage,
    cost,
    timings,
  };
  return { [PROVIDER_KEY]: JSON.parse(JSON.stringify(metadata)) as JSONObject };
}

/** Tokens of all calls together, as the AI SDK counts them. */
export function toModelUsage(usage: Usage | undefined): LanguageModelV4Usage {
  return {
    inputTokens: { total: usage?.inputTokens, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: usage?.outputTokens, text: undefined, reasoning: undefined },
    ...(usage === undefined ? {} : { raw: { ...usage } }),
  };
}
