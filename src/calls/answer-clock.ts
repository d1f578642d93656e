import { MAX_TIMER_MS } from '../util/deadline.ts';
import type { CallWatch } from './call-scope.ts';

/**
 * Counts the time a call spends at its provider and aborts `signal` once it is too much. Waiting for a place, for a
 * provider that asked for a pause, or between two attempts does not count.
 */
export class AnswerClock implements CallWatch, Disposable {
  readonly #controller = new AbortController();
  readonly #createError: () => Error;
  readonly #onStart: () => void;
  #remainingMs: number;
  #startedAt: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor({
    timeoutMs = Infinity,
    createError,
    onStart,
  }: {
    timeoutMs: number | undefined;
    /** Makes the abort reason when time runs out. */
    createError: () => Error;
    /** Called whenever the call begins to run. */
    onStart: () => void;
  }) {
    this.#remainingMs = timeoutMs;
    this.#createError = createError;
    this.#onStart = onStart;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  started(): void {
    if (this.#startedAt !== undefined) return;
    this.#startedAt = performance.now();
    this.#onStart();
    if (this.#remainingMs > MAX_TIMER_MS) return;
    this.#timer = setTimeout(() => this.#controller.abort(this.#createError()), Math.max(0, this.#remainingMs));
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
