/** What the work on one record may use. */
export interface ItemContext {
  /** The record's own id, or its number from 1. */
  readonly id: string | number;
  /** Names the record in every run: at most 64 of `A-Za-z0-9_-`. */
  readonly key: string;
  /** Aborts with the run, and as soon as it is left for any reason. */
  readonly abortSignal: AbortSignal;
}
