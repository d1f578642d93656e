/** A clock that aborts `signal` with an error of the caller's making, unless it is disposed first. */
export interface Deadline extends Disposable {
  /** Aborts when the caller's signal does, or when the time has run out. */
  readonly signal: AbortSignal | undefined;
}

/** About 24.8 days: a longer timer would fire at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Starts a clock over a piece of work: `using deadline = startDeadline({ … })`.
 * Without `timeoutMs` it only passes the caller's signal on.
 */
export function startDeadline(options: {
  /** Milliseconds until the signal aborts; undefined or infinite = never. */
  timeoutMs: number | undefined;
  /** Makes the abort reason when time runs out. */
  createError: () => Error;
  abortSignal?: AbortSignal | undefined;
}): Deadline {
  const { timeoutMs, createError, abortSignal } = options;
  if (timeoutMs === undefined || timeoutMs > MAX_TIMER_MS) return { signal: abortSignal, [Symbol.dispose]: () => {} };
  const watchdog = createWatchdog(abortSignal);
  watchdog.expect(timeoutMs, createError);
  return watchdog;
}

/** A clock over work that goes on in steps: it aborts `signal` unless the next step comes in time. */
export interface Watchdog extends Disposable {
  /** Aborts when the caller's signal does, or when a step did not come in time. */
  readonly signal: AbortSignal;
  /** From now on each step may take this many milliseconds, infinite ones included; starts the clock. */
  expect(timeoutMs: number, createError: () => Error): void;
  /** A step has come: the clock starts again. */
  feed(): void;
}

/** Starts nothing until `expect` is called: `using watchdog = createWatchdog(signal)`. */
export function createWatchdog(abortSignal: AbortSignal | undefined): Watchdog {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  return {
    signal: abortSignal === undefined ? controller.signal : AbortSignal.any([abortSignal, controller.signal]),
    expect(timeoutMs, createError) {
      clearTimeout(timer);
      timer = timeoutMs > MAX_TIMER_MS ? undefined : setTimeout(() => controller.abort(createError()), timeoutMs);
    },
    feed() {
      timer?.refresh();
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
    },
  };
}
