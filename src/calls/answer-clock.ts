import { MAX_TIMER_MS } from '../util/deadline.ts';
import type { CallWatch } from './call.ts';

/**
 * Counts the time a call spends at its provider and calls `onTimeout` once it is too much. Waiting for a place, for a
 * provider that asked for a pause, or between two attempts does not count.
 */
export class AnswerClock implements CallWatch, Disposable {
  readonly #onTimeout: () => void;
  readonly #onStart: () => void;
  #remainingMs: number;
  #startedAt: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor({
    timeoutMs = Infinity,
    onTimeout,
    onStart,
  }: {
    timeoutMs: number | undefined;
    /** Called when the time has run out. */
    onTimeout: () => void;
    /** Called whenever the call begins to run. */
    onStart: () => void;
  }) {
    this.#remainingMs = timeoutMs;
    this.#onTimeout = onTimeout;
    this.#onStart = onStart;
  }

  started(): void {
    if (this.#startedAt !== undefined) return;
    this.#startedAt = performance.now();
    this.#onStart();
    if (this.#remainingMs > MAX_TIMER_MS) return;
    this.#timer = setTimeout(this.#onTimeout, Math.max(0, this.#remainingMs));
  }

  stopped(): void {
    if (this.#startedAt === undefined) return;
    clearTimeout(this.#timer);
    this.#remainingMs -= performance.now() - this.#startedAt;
    this.#startedAt = undefined;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
