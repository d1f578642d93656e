/** The length of the window, in milliseconds. */
const WINDOW_MS = 60_000;

/** An amount that was taken; corrected later where more is known. */
export interface RateEntry {
  readonly at: number;
  amount: number;
}

/**
 * An amount within any minute, by a sliding window. A bucket that refills would let twice the limit through in its
 * first minute, and could not be told afterwards what an answer really took.
 */
export class RateWindow {
  readonly #perMinute: number;
  #entries: RateEntry[] = [];

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Milliseconds until the amount fits; 0 = now. More than the limit waits for an empty window. */
  waitMs(amount: number, now: number): number {
    this.#entries = this.#entries.filter(({ at }) => at > now - WINDOW_MS);
    const room = this.#perMinute - Math.min(amount, this.#perMinute);
    let taken = this.#entries.reduce((sum, entry) => sum + entry.amount, 0);
    if (taken <= room) return 0;
    const last = this.#entries.find((entry) => (taken -= entry.amount) <= room);
    return last === undefined ? 0 : last.at + WINDOW_MS - now;
  }

  take(amount: number, now: number): RateEntry {
    const entry = { at: now, amount };
    this.#entries.push(entry);
    return entry;
  }
}
