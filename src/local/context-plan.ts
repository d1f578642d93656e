/** Size of the context a model is given. */
export interface ContextPlan {
  /** Tokens for each call, input and output together. */
  readonly contextTokens: number;
  /** Calls at once. */
  readonly maxParallelCalls: number;
  /** Estimated bytes it takes. */
  readonly bytes: number;
}

/** What a call has where nothing else is asked for: ample for questions, judges and fusion. */
const DEFAULT_CONTEXT_TOKENS = 4096;
/** Below this a chat makes no sense. */
const LEAST_CONTEXT_TOKENS = 1024;
const DEFAULT_PARALLEL_CALLS = 4;
/** Part of the free memory that a context takes by itself; other programs and models want some too. */
const MEMORY_SHARE = 1 / 3;

/**
 * The largest context up to the defaults that takes no more than a third of the free memory: fewer calls at once
 * first, then fewer tokens. What the caller asked for is never changed.
 *
 * @returns the smallest there is where none is within a third; the caller judges whether there is room for it.
 */
export async function planContext({
  trainedTokens,
  contextTokens,
  maxParallelCalls,
  freeBytes,
  estimateBytes,
}: {
  /** Most tokens the model was trained on. */
  trainedTokens: number;
  /** As asked for; undefined = choose. */
  contextTokens: number | undefined;
  /** As asked for; undefined = choose. */
  maxParallelCalls: number | undefined;
  freeBytes: number;
  estimateBytes: (contextTokens: number, maxParallelCalls: number) => Promise<number>;
}): Promise<ContextPlan> {
  const most = contextTokens ?? Math.min(trainedTokens, DEFAULT_CONTEXT_TOKENS);
  const calls = maxParallelCalls ?? DEFAULT_PARALLEL_CALLS;
  const fewerCalls = maxParallelCalls === undefined ? [3, 2, 1] : [];
  const fewerTokens =
    contextTokens === undefined ? [most / 2, most / 4].filter((size) => size >= LEAST_CONTEXT_TOKENS) : [];
  const sizes = [
    { contextTokens: most, maxParallelCalls: calls },
    ...fewerCalls.map((count) => ({ contextTokens: most, maxParallelCalls: count })),
    ...fewerTokens.map((size) => ({ contextTokens: size, maxParallelCalls: maxParallelCalls ?? 1 })),
  ];
  let plan: ContextPlan = { contextTokens: most, maxParallelCalls: calls, bytes: 0 };
  for (const size of sizes) {
    plan = { ...size, bytes: await estimateBytes(size.contextTokens, size.maxParallelCalls) };
    if (plan.bytes <= freeBytes * MEMORY_SHARE) break;
  }
  return plan;
}
