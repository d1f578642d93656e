/** Tokens and calls spent. `undefined` means that the provider did not report it, never zero. */
export interface Usage {
  /**
   * Calls to a model: requests to a language model including retries and failed ones, judgements by probability, and
   * forward passes of a trained ranker or cross-encoder.
   */
  readonly calls: number;
  /**
   * How many of the calls were not to a language model: forward passes of a trained ranker or a cross-encoder, calls of a
   * scoring function. Absent = none.
   */
  readonly rankerPasses?: number | undefined;
  /** Answers without a call: from the cache, or shared with an identical request. Absent = none. */
  readonly savedCalls?: number | undefined;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  /** Price in US dollars; 0 only if the call is known to be free, as for models in this process. */
  readonly cost: number | undefined;
}

/** Usage of one call, as far as known. */
export interface CallUsage extends Pick<Usage, 'inputTokens' | 'outputTokens' | 'cost'> {
  /** True for an answer from the journal of a job: an earlier run has made the call, and paid it. @default false */
  readonly isKept?: boolean | undefined;
}

/** Usage when the provider reported none. */
export const UNKNOWN_USAGE: CallUsage = { inputTokens: undefined, outputTokens: undefined, cost: undefined };

/** Nothing spent. */
export const NO_USAGE: Usage = { calls: 0, inputTokens: 0, outputTokens: 0, cost: 0 };

/** Sum of several usages; a sum with an unknown part is unknown. */
export function addUsage(...parts: readonly Usage[]): Usage {
  const sumOf = (key: 'rankerPasses' | 'savedCalls') => parts.reduce((total, part) => total + (part[key] ?? 0), 0);
  const [rankerPasses, savedCalls] = [sumOf('rankerPasses'), sumOf('savedCalls')];
  const sum = parts.reduce(
    (total, part) => ({
      calls: total.calls + part.calls,
      inputTokens: add(total.inputTokens, part.inputTokens),
      outputTokens: add(total.outputTokens, part.outputTokens),
      cost: add(total.cost, part.cost),
    }),
    NO_USAGE,
  );
  return { ...sum, ...(rankerPasses === 0 ? {} : { rankerPasses }), ...(savedCalls === 0 ? {} : { savedCalls }) };
}

function add(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined || right === undefined ? undefined : left + right;
}
