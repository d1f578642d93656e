/** Size of the context of a model. */
export interface ContextPlan {
  /** Tokens for each call, input and output together. */
  readonly contextTokens: number;
  /** Calls at once. */
  readonly maxParallelCalls: number;
  /** Estimated bytes it takes. */
  readonly bytes: number;
}

/** Tokens of a call by default: ample for questions, judges and fusion. */
const DEFAULT_CONTEXT_TOKENS = 4096;
/** Less is of no use for a chat. */
const MIN_CONTEXT_TOKENS = 1024;
const DEFAULT_PARALLEL_CALLS = 4;
/** Part of the free memory that a context takes by default: other programs and models need some too. */
const MEMORY_SHARE = 1 / 3;

/**
 * The largest context up to the defaults that takes no more than a third of the free memory: fewer calls at once
 * first, then fewer tokens. What the caller asked for is never changed.
 *
 * @returns the smallest there is where none is within a third; the caller checks whether there is room for it.
 */
export async function planContext({
  trainedTokens,
  contextTokens,
  maxParallelCalls,
  freeBytes,
  estimateBytes,
}: {
  /** Tokens the model was trained on. */
  trainedTokens: number;
  /** As asked for; undefined = choose. */
  contextTokens: number | undefined;
  /** As asked for; undefined = choose. */
  maxParallelCalls: number | undefined;
  freeBytes: number;
  estimateBytes: (contextTokens: number, maxParallelCalls: number) => Promise<number>;
}): Promise<ContextPlan> {
  const max = contextTokens ?? Math.min(trainedTokens, DEFAULT_CONTEXT_TOKENS);
  const calls = maxParallelCalls ?? DEFAULT_PARALLEL_CALLS;
  const fewerCalls = maxParallelCalls === undefined ? [3, 2, 1] : [];
  const fewerTokens =
    contextTokens === undefined ? [max / 2, max / 4].filter((size) => size >= MIN_CONTEXT_TOKENS) : [];
  const sizes = [
    { contextTokens: max, maxParallelCalls: calls },
    ...fewerCalls.map((count) => ({ contextTokens: max, maxParallelCalls: count })),
    ...fewerTokens.map((size) => ({ contextTokens: size, maxParallelCalls: maxParallelCalls ?? 1 })),
  ];
  let plan: ContextPlan = { contextTokens: max, maxParallelCalls: calls, bytes: 0 };
  for (const size of sizes) {
    plan = { ...size, bytes: await estimateBytes(size.contextTokens, size.maxParallelCalls) };
    if (plan.bytes <= freeBytes * MEMORY_SHARE) break;
  }
  return plan;
}

/** Why a model cannot be loaded into the memory that is free. */
export function tooLittleMemory(neededBytes: number, freeBytes: number): string {
  return `it needs about ${gigabytes(neededBytes)} of memory and ${gigabytes(freeBytes)} are free. Close other programs, or choose a smaller model or a shorter context.`;
}

function gigabytes(bytes: number): string {
  return `${(Math.max(0, bytes) / 1e9).toFixed(1)} GB`;
}
