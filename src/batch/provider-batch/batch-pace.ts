/** How patient a run is with providers. Tests are less so. */
export interface BatchPace {
  /** Milliseconds before the first look at a batch; each further wait is half as long again, until something happens. */
  readonly firstPollMs: number;
  readonly maxPollMs: number;
  /** Milliseconds before each look for a batch that may have been made: a list may be late. */
  readonly searchMs: readonly number[];
}

/** The pace of a run. */
export const USUAL_PACE: BatchPace = {
  firstPollMs: 1000,
  maxPollMs: 60_000,
  searchMs: [0, 1000, 2000, 4000, 8000, 15_000, 30_000, 30_000],
};

/** Failures in a row of requests about batches that may pass by themselves: with the longest waits, half an hour. */
export const MAX_FAILURES = 30;

/** Looks in a row at which a provider does not know a batch, or does not have its results: they may be late. */
export const MAX_UNKNOWN = 5;

/** How often results that are not complete are read. */
export const MAX_READS = 8;

/** How often a request is submitted at most. */
export const MAX_TRIES = 20;

/** How often in a row it may be in a batch that is refused as a whole. */
export const MAX_REFUSALS = 3;
