import PQueue from 'p-queue';
import { raceAbort } from '../util/race-abort.ts';

/** A call's place at its provider. */
export interface ProviderPlace {
  /** Frees the place; `tokens` says what the call really took, where that is known. */
  leave(tokens?: number): void;
}

/** Lets the calls to one provider start, first come, first served, as its limits allow. */
export class ProviderGate {
  readonly #places: PQueue;
  /** Those who have a place and wait for the rates, one at a time. */
  readonly #door = new PQueue({ concurrency: 1 });
  readonly #requests: RateWindow;
  readonly #tokens: RateWindow;
  #pausedUntil = 0;

  constructor({
    concurrency,
    requestsPerMinute = Infinity,
    tokensPerMinute = Infinity,
  }: {
    concurrency: number;
    requestsPerMinute?: number | undefined;
    tokensPerMinute?: number | undefined;
  }) {
    this.#places = new PQueue({ concurrency });
    this.#requests = new RateWindow(requestsPerMinute);
    this.#tokens = new RateWindow(tokensPerMinute);
  }

  /** @throws the signal's reason on abort, which also frees a place already held. */
  enter({ tokens, abortSignal }: { tokens: number; abortSignal?: AbortSignal | undefined }): Promise<ProviderPlace> {
    const entered = Promise.withResolvers<ProviderPlace>();
    const left = Promise.withResolvers<void>();
    const options = abortSignal === undefined ? {} : { signal: abortSignal };
    const stay = this.#places.add(async () => {
      const entry = await this.#door.add(() => this.#takeRates(tokens, abortSignal), options);
      entered.resolve({
        leave: (actual = entry.amount) => {
          entry.amount = actual;
          left.resolve();
        },
      });
      await left.promise;
    }, options);
    stay.catch(entered.reject);
    return entered.promise;
  }

  /** Lets nothing start for a while. Of several pauses the one that ends last counts. */
  pause(milliseconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, Date.now() + milliseconds);
  }

  async #takeRates(tokens: number, abortSignal: AbortSignal | undefined) {
    for (;;) {
      const now = Date.now();
      const waitMs = Math.max(this.#pausedUntil - now, this.#requests.waitMs(1, now), this.#tokens.waitMs(tokens, now));
      if (waitMs <= 0) {
        this.#requests.take(1, now);
        return this.#tokens.take(tokens, now);
      }
      await sleep(waitMs, abortSignal);
    }
  }
}

/** With the global timer, which tests can fake. */
async function sleep(milliseconds: number, abortSignal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  try {
    await raceAbort(promise, abortSignal);
  } finally {
    clearTimeout(timer);
  }
}

/** The length of the window, in milliseconds. */
const WINDOW_MS = 60_000;

/** An amount that was taken; corrected later where more is known. */
interface RateEntry {
  readonly at: number;
  amount: number;
}

/**
 * An amount within any minute, by a sliding window. A bucket that refills would let twice the limit through in its
 * first minute, and could not be corrected afterwards by what an answer really took.
 */
class RateWindow {
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
