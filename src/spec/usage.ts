/** Tokens and calls spent. `undefined` means that the provider did not say, never zero. */
export interface Usage {
  /** Calls to a model: one generation, one judge reply, or one forward pass of a cross-encoder. */
  readonly calls: number;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  /** Price in US dollars; 0 only where it is known to be free, as for models in this process. */
  readonly cost: number | undefined;
}

/** Nothing spent. */
export const NO_USAGE: Usage = { calls: 0, inputTokens: 0, outputTokens: 0, cost: 0 };

/** Sum of several usages; a sum with an unknown part is unknown. */
export function addUsage(...parts: readonly Usage[]): Usage {
  return parts.reduce(
    (sum, part) => ({
      calls: sum.calls + part.calls,
      inputTokens: add(sum.inputTokens, part.inputTokens),
      outputTokens: add(sum.outputTokens, part.outputTokens),
      cost: add(sum.cost, part.cost),
    }),
    NO_USAGE,
  );
}

function add(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined || right === undefined ? undefined : left + right;
}
