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
export function startDeadline({
  timeoutMs,
  createError,
  abortSignal,
}: {
  /** Milliseconds until the signal aborts; undefined or infinite = never. */
  timeoutMs: number | undefined;
  /** Makes the abort reason when time runs out. */
  createError: () => Error;
  abortSignal?: AbortSignal | undefined;
}): Deadline {
  if (timeoutMs === undefined || timeoutMs > MAX_TIMER_MS) return { signal: abortSignal, [Symbol.dispose]: () => {} };
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(createError()), timeoutMs);
  const signal = abortSignal === undefined ? controller.signal : AbortSignal.any([abortSignal, controller.signal]);
  return { signal, [Symbol.dispose]: () => clearTimeout(timer) };
}
