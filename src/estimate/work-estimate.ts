/** Two limits of a number. */
export interface EstimateRange {
  readonly atLeast: number;
  readonly atMost: number;
}

/** What calls are made for. */
export type EstimatedPhase = 'generate' | 'rank' | 'analyse' | 'fuse' | 'check';

/** Calls to one model for one purpose. */
export interface EstimatedCalls {
  readonly phase: EstimatedPhase;
  /** The model; several where it is not known which of them each call goes to. */
  readonly models: readonly string[];
  readonly calls: EstimateRange;
  /** Tokens of all prompts. */
  readonly inputTokens: EstimateRange;
  /** Tokens of all replies, thoughts included. */
  readonly outputTokens: EstimateRange;
  /** US dollars; undefined where a price is not known. */
  readonly cost: EstimateRange | undefined;
  /** The models whose price is not known. */
  readonly unknownPrices: readonly string[];
}

/**
 * What a piece of work takes of language models, without asking one. The least is for work that goes well and is soon
 * settled, with short answers; the most for answers as long as they may be, and replies of judges that have to be asked
 * for again. Repeated calls after temporary failures are not counted, nor what answers in the cache save, nor what
 * rankers, fusers and prompts of your own do.
 */
export interface WorkEstimate {
  readonly calls: EstimateRange;
  readonly inputTokens: EstimateRange;
  readonly outputTokens: EstimateRange;
  /** US dollars, without the models of `unknownPrices`. */
  readonly cost: EstimateRange;
  /** Models whose price is not known. */
  readonly unknownPrices: readonly string[];
  /** The parts of it, in the order of the work. */
  readonly parts: readonly EstimatedCalls[];
}

export const NOTHING: EstimateRange = { atLeast: 0, atMost: 0 };

export function exactly(value: number): EstimateRange {
  return { atLeast: value, atMost: value };
}

export function add(...ranges: readonly EstimateRange[]): EstimateRange {
  return ranges.reduce(
    (sum, { atLeast, atMost }) => ({ atLeast: sum.atLeast + atLeast, atMost: sum.atMost + atMost }),
    NOTHING,
  );
}

/** Each limit times the same limit of the other. */
export function times(range: EstimateRange, factor: EstimateRange): EstimateRange {
  return { atLeast: range.atLeast * factor.atLeast, atMost: range.atMost * factor.atMost };
}

export function capped(range: EstimateRange, limit = Infinity): EstimateRange {
  return { atLeast: Math.min(range.atLeast, limit), atMost: Math.min(range.atMost, limit) };
}

/** Sums parts. What is for the same purpose and model becomes one. */
export function toEstimate(given: readonly EstimatedCalls[]): WorkEstimate {
  const parts = mergeParts(given);
  return {
    calls: add(...parts.map(({ calls }) => calls)),
    inputTokens: add(...parts.map(({ inputTokens }) => inputTokens)),
    outputTokens: add(...parts.map(({ outputTokens }) => outputTokens)),
    cost: add(...parts.map(({ cost }) => cost ?? NOTHING)),
    unknownPrices: [...new Set(parts.flatMap(({ unknownPrices }) => unknownPrices))],
    parts,
  };
}

/**
 * Sums estimates, such as those of the lines of a file.
 *
 * @example
 * const prompts = ['Why is the sky blue?', 'Why is grass green?'];
 * const { cost } = addEstimates(await Promise.all(prompts.map((prompt) => estimateBlend({ prompt }))));
 */
export function addEstimates(estimates: readonly WorkEstimate[]): WorkEstimate {
  const whole = toEstimate(estimates.flatMap(({ parts }) => parts));
  // A limit of a blend makes its sum less than that of its parts.
  return {
    ...whole,
    calls: add(...estimates.map(({ calls }) => calls)),
    cost: add(...estimates.map(({ cost }) => cost)),
  };
}

function mergeParts(parts: readonly EstimatedCalls[]): readonly EstimatedCalls[] {
  const merged = new Map<string, EstimatedCalls>();
  for (const part of parts) {
    const key = JSON.stringify([part.phase, part.models]);
    const earlier = merged.get(key);
    merged.set(key, earlier === undefined ? part : addParts(earlier, part));
  }
  return [...merged.values()];
}

function addParts(one: EstimatedCalls, other: EstimatedCalls): EstimatedCalls {
  return {
    ...one,
    calls: add(one.calls, other.calls),
    inputTokens: add(one.inputTokens, other.inputTokens),
    outputTokens: add(one.outputTokens, other.outputTokens),
    cost: one.cost && other.cost && add(one.cost, other.cost),
  };
}
