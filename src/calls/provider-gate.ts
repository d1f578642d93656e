import PQueue from 'p-queue';
import { raceAbort } from '../util/race-abort.ts';
import { RateWindow } from './rate-window.ts';

/** A call's place at its provider. */
export interface ProviderPlace {
  /** Frees the place; `tokens` says what the call really took, where that is known. */
  leave(tokens?: number): void;
}

/** Lets the calls to one provider start, in the order of their coming, as its limits allow. */
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

/** With the global timer, whose clock tests turn by hand. */
async function sleep(milliseconds: number, abortSignal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  try {
    await raceAbort(promise, abortSignal);
  } finally {
    clearTimeout(timer);
  }
}
