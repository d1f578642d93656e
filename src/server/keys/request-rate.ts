import type { KeyLimits } from './key-limits.ts';

/** The requests of a key in a window that slides: the limit holds for any stretch of time, not from minute to minute. */
export class RequestRate {
  /** When the last requests were taken, in milliseconds. */
  readonly #times: number[] = [];

  /** Takes a request, if the limit allows it. @returns milliseconds until it will; 0 where it was taken. */
  take({ requests, seconds }: NonNullable<KeyLimits['rate']>, now: number): number {
    const start = now - seconds * 1000;
    const old = this.#times.findIndex((time) => time > start);
    this.#times.splice(0, old === -1 ? this.#times.length : old);
    if (this.#times.length < requests) {
      this.#times.push(now);
      return 0;
    }
    // With a limit that was lowered there may be more than it allows.
    return (this.#times[this.#times.length - requests] ?? now) - start;
  }
}
