import type { CallGate, CallPlace, GateLimits } from '../../spec/call-gate.ts';
import { type RateEntry, RateWindow } from './rate-window.ts';

/** A call that waits for its place. */
interface Waiter {
  readonly tokens: number;
  start(taken: RateEntry): void;
}

/**
 * Lets the calls to one provider start, in the order in which they came, as its limits allow. Calls in flight are
 * halved when the provider refuses one for there being too many, and grow back by one for each full round of calls that
 * succeed (additive increase, multiplicative decrease, as in TCP).
 */
export class ProviderGate implements CallGate {
  readonly #maxConcurrency: number;
  readonly #requests: RateWindow;
  readonly #tokens: RateWindow;
  /** First come, first served. */
  readonly #waiting = new Set<Waiter>();
  #concurrency: number;
  #running = 0;
  /** Successes since the concurrency last changed. */
  #successes = 0;
  /** Counts the halvings: a call that started before the last one says nothing new. */
  #halvings = 0;
  #pausedUntil = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor({ concurrency, requestsPerMinute, tokensPerMinute }: GateLimits) {
    this.#maxConcurrency = concurrency;
    this.#concurrency = concurrency;
    this.#requests = new RateWindow(requestsPerMinute);
    this.#tokens = new RateWindow(tokensPerMinute);
  }

  /** Calls that may be in flight at once for now. */
  get concurrency(): number {
    return this.#concurrency;
  }

  async enter({ tokens, abortSignal }: Parameters<CallGate['enter']>[0]): Promise<CallPlace> {
    abortSignal?.throwIfAborted();
    const isFree = this.#waiting.size === 0 && this.#waitMs(tokens) <= 0;
    return this.#place(isFree ? this.#take(tokens) : await this.#wait(tokens, abortSignal));
  }

  pause(milliseconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, Date.now() + milliseconds);
  }

  #place(taken: RateEntry): CallPlace {
    const halvings = this.#halvings;
    let isHeld = true;
    return {
      leave: ({ tokens, isRateLimited = false } = {}) => {
        if (!isHeld) return;
        isHeld = false;
        if (tokens !== undefined) taken.correct(tokens);
        this.#running -= 1;
        if (!isRateLimited) this.#grow();
        else if (halvings === this.#halvings) this.#halve();
        this.#startSoon();
      },
    };
  }

  #halve(): void {
    this.#halvings += 1;
    this.#successes = 0;
    this.#concurrency = Math.max(1, Math.floor(this.#concurrency / 2));
  }

  #grow(): void {
    if (this.#concurrency === this.#maxConcurrency) return;
    this.#successes += 1;
    if (this.#successes < this.#concurrency) return;
    this.#successes = 0;
    this.#concurrency += 1;
  }

  async #wait(tokens: number, abortSignal: AbortSignal | undefined): Promise<RateEntry> {
    const { promise, resolve, reject } = Promise.withResolvers<RateEntry>();
    const waiter = { tokens, start: resolve };
    const onAbort = () => {
      // A waiter that has started is no longer in the queue, and has its place.
      if (this.#waiting.delete(waiter)) reject(abortSignal?.reason as Error);
      this.#startSoon();
    };
    this.#waiting.add(waiter);
    abortSignal?.addEventListener('abort', onAbort, { once: true });
    try {
      this.#startWaiting();
      return await promise;
    } finally {
      abortSignal?.removeEventListener('abort', onAbort);
    }
  }

  /** Not at once, since what ended one call, such as an abort, may be about to end those that wait as well. */
  #startSoon(): void {
    if (this.#waiting.size > 0) queueMicrotask(() => this.#startWaiting());
  }

  /** Starts those at the head of the queue that may start now; a timer wakes it where only time is missing. */
  #startWaiting(): void {
    clearTimeout(this.#timer);
    for (const waiter of this.#waiting) {
      const waitMs = this.#waitMs(waiter.tokens);
      if (waitMs > 0) {
        if (waitMs < Infinity) this.#timer = setTimeout(() => this.#startWaiting(), waitMs);
        return;
      }
      this.#waiting.delete(waiter);
      waiter.start(this.#take(waiter.tokens));
    }
  }

  #take(tokens: number): RateEntry {
    const now = Date.now();
    this.#running += 1;
    this.#requests.take(1, now);
    return this.#tokens.take(tokens, now);
  }

  /** Milliseconds until a call may start; Infinity where another has to end first. */
  #waitMs(tokens: number): number {
    if (this.#running >= this.#concurrency) return Infinity;
    const now = Date.now();
    return Math.max(this.#pausedUntil - now, this.#requests.waitMs(1, now), this.#tokens.waitMs(tokens, now));
  }
}
