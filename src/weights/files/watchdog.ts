/** A clock over work that goes on in steps: it aborts `signal` unless the next step comes in time. */
export interface Watchdog extends Disposable {
  /** Aborts when the caller's signal does, or when a step did not come in time. */
  readonly signal: AbortSignal;
  /** From now on each step may take this many milliseconds; starts the clock. */
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
      timer = setTimeout(() => controller.abort(createError()), timeoutMs);
    },
    feed() {
      timer?.refresh();
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
    },
  };
}
