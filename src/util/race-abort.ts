/**
 * Settles with `promise`, or rejects with `signal.reason` the moment the signal aborts, whichever is first.
 * The promise itself is not stopped by this: hand it the same signal. Its late rejection is never unhandled.
 */
export async function raceAbort<VALUE>(promise: PromiseLike<VALUE>, signal: AbortSignal | undefined): Promise<VALUE> {
  if (signal === undefined) return promise;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    // The loser of the race may still reject, which must not count as unhandled.
    aborted.catch(() => {});
    Promise.resolve(promise).catch(() => {});
  }
}
