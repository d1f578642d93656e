/** Tokens and calls spent. `undefined` means that the provider did not report it, never zero. */
export interface Usage {
  /**
   * Calls to a model: one request to a language model, a repeated or failed one included, one judgement by
   * probability, or one forward pass of a cross-encoder.
   */
  readonly calls: number;
  /** Answers that took no call: they came from the cache, or from an identical request in flight. Absent = none. */
  readonly savedCalls?: number | undefined;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  /** Price in US dollars; 0 only where the call is known to be free, as for models in this process. */
  readonly cost: number | undefined;
}

/** Usage of one call, as far as known. */
export type CallUsage = Pick<Usage, 'inputTokens' | 'outputTokens' | 'cost'>;

/** Usage where the provider reported none. */
export const UNKNOWN_USAGE: CallUsage = { inputTokens: undefined, outputTokens: undefined, cost: undefined };

/** Nothing spent. */
export const NO_USAGE: Usage = { calls: 0, inputTokens: 0, outputTokens: 0, cost: 0 };

/** Sum of several usages; a sum with an unknown part is unknown. */
export function addUsage(...parts: readonly Usage[]): Usage {
  const savedCalls = parts.reduce((sum, part) => sum + (part.savedCalls ?? 0), 0);
  const sum = parts.reduce(
    (total, part) => ({
      calls: total.calls + part.calls,
      inputTokens: add(total.inputTokens, part.inputTokens),
      outputTokens: add(total.outputTokens, part.outputTokens),
      cost: add(total.cost, part.cost),
    }),
    NO_USAGE,
  );
  return savedCalls === 0 ? sum : { ...sum, savedCalls };
}

function add(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined || right === undefined ? undefined : left + right;
}
