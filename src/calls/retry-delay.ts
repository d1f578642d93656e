import { retryAfterMs } from './retry-after.ts';

/** Longest wait that a provider may ask for. A call that would have to wait longer fails at once. */
export const LONGEST_WAIT_MS = 60_000;

/** First wait where the provider names none; each further one is twice as long. */
const FIRST_WAIT_MS = 1000;

/** Longest wait of our own choice. */
const LONGEST_BACK_OFF_MS = 30_000;

/** Most that is added to the wait a provider asks for, so that waiting calls do not all come back at once. */
const MAX_JITTER_MS = 1000;

/**
 * Milliseconds to wait before the next attempt: what the provider asks for and a little more, else exponential back-off
 * of which half is chance. Undefined where the provider asks for too long.
 */
export function retryDelayMs(
  error: unknown,
  { attempt, random = Math.random }: { /** Attempts made so far, from 1. */ attempt: number; random?: () => number },
): number | undefined {
  const asked = retryAfterMs(error);
  if (asked !== undefined) {
    return asked > LONGEST_WAIT_MS ? undefined : asked + random() * Math.min(MAX_JITTER_MS, 50 + asked / 4);
  }
  const backOff = Math.min(LONGEST_BACK_OFF_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
  return backOff * (0.5 + random() / 2);
}

/** Milliseconds for which all calls to a provider pause after an error: undefined where it concerns one call only. */
export function providerPauseMs(error: unknown, statusCode: number | undefined): number | undefined {
  const asked = retryAfterMs(error);
  const pause = asked ?? (statusCode === 429 ? FIRST_WAIT_MS : undefined);
  // Nobody is made to wait for an hour: a call to such a provider fails by itself.
  return pause === undefined || pause > LONGEST_WAIT_MS ? undefined : pause;
}
