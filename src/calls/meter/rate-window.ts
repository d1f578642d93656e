/** The length of the window, in milliseconds. */
const WINDOW_MS = 60_000;

/** An amount that was taken. */
export interface RateEntry {
  /** Corrects the amount once it is known what was really taken. */
  correct(amount: number): void;
}

interface Taken {
  readonly at: number;
  amount: number;
  /** Whether its amount is part of the sum. */
  isCounted: boolean;
}

const UNLIMITED_ENTRY: RateEntry = { correct: () => {} };

/**
 * An amount within any minute, by a sliding window. A bucket that refills would let twice the limit through in its
 * first minute, and could not be corrected afterwards. Without a limit nothing is remembered; with one, every operation
 * takes constant time, averaged over the entries.
 */
export class RateWindow {
  readonly #perMinute: number;
  /** Oldest first; those before `#first` have left the window. */
  #entries: Taken[] = [];
  #first = 0;
  #sum = 0;

  constructor(perMinute = Infinity) {
    this.#perMinute = perMinute;
  }

  /** Milliseconds until the amount fits; 0 = now. More than the limit waits for an empty window. */
  waitMs(amount: number, now: number): number {
    if (this.#perMinute === Infinity) return 0;
    this.#expire(now);
    const room = this.#perMinute - Math.min(amount, this.#perMinute);
    let sum = this.#sum;
    if (sum <= room) return 0;
    for (let index = this.#first; index < this.#entries.length; index += 1) {
      const entry = this.#entries[index];
      if (entry === undefined) break;
      sum -= entry.amount;
      if (sum <= room) return entry.at + WINDOW_MS - now;
    }
    return 0;
  }

  take(amount: number, now: number): RateEntry {
    if (this.#perMinute === Infinity) return UNLIMITED_ENTRY;
    const entry: Taken = { at: now, amount, isCounted: true };
    this.#entries.push(entry);
    this.#sum += amount;
    return {
      correct: (actual) => {
        if (!entry.isCounted) return;
        this.#sum += actual - entry.amount;
        entry.amount = actual;
      },
    };
  }

  #expire(now: number): void {
    let entry = this.#entries[this.#first];
    while (entry !== undefined && entry.at <= now - WINDOW_MS) {
      this.#sum -= entry.amount;
      entry.isCounted = false;
      this.#first += 1;
      entry = this.#entries[this.#first];
    }
    // The dead beginning is cut off once it is the larger part, so that cutting costs little for each entry.
    if (this.#first > 64 && this.#first > this.#entries.length / 2) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
  }
}
