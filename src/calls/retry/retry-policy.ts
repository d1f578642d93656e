import { APICallError } from '@ai-sdk/provider';
import { BlenderError, RETRYABLE_KINDS } from '../../error/index.ts';
import { callErrorKind } from '../call-failures.ts';

/** Codes of a connection that broke, or could not be made for a moment. */
const NETWORK_CODES = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/** Longest wait that a provider may ask for. A call that would have to wait longer fails at once. */
const MAX_WAIT_MS = 60_000;

/** First wait where the provider names none; each further one is twice as long. */
const FIRST_WAIT_MS = 1000;

/** Longest wait of our own choice. */
const MAX_BACK_OFF_MS = 30_000;

/** Most that is added to the wait a provider asks for, so that waiting calls do not all come back at once. */
const MAX_JITTER_MS = 1000;

/** True for a failure that may pass: as the provider's package states, else by its kind. Some errors inside a stream state nothing. */
export function isRetryable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if (BlenderError.isInstance(error)) return false;
  if ('isRetryable' in error && typeof error.isRetryable === 'boolean') return error.isRetryable;
  return isNetworkError(error) || RETRYABLE_KINDS.has(callErrorKind(error));
}

function isNetworkError(error: object): boolean {
  if ('code' in error && typeof error.code === 'string' && NETWORK_CODES.has(error.code)) return true;
  // Fetch of Node says so in the cause of a TypeError.
  return 'cause' in error && typeof error.cause === 'object' && error.cause !== null && isNetworkError(error.cause);
}

/**
 * Milliseconds to wait before the next attempt: what the provider asks for and a little more, else exponential back-off
 * of which half is random. Undefined where the provider asks for too long.
 */
export function retryDelayMs(
  error: unknown,
  { attempt, random = Math.random }: { /** Attempts made so far, from 1. */ attempt: number; random?: () => number },
): number | undefined {
  const waitMs = retryAfterMs(error);
  if (waitMs !== undefined) {
    return waitMs > MAX_WAIT_MS ? undefined : waitMs + random() * Math.min(MAX_JITTER_MS, 50 + waitMs / 4);
  }
  const backOff = Math.min(MAX_BACK_OFF_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
  return backOff * (0.5 + random() / 2);
}

/** Milliseconds for which all calls to a provider pause after an error; undefined where it concerns one call only. */
export function providerPauseMs(error: unknown): number | undefined {
  const pause = retryAfterMs(error) ?? (findApiCallError(error)?.statusCode === 429 ? FIRST_WAIT_MS : undefined);
  // No call waits for an hour: it fails by itself.
  return pause === undefined || pause > MAX_WAIT_MS ? undefined : pause;
}

/** Milliseconds that a provider asks to wait (`retry-after-ms`, or `Retry-After` in seconds or as a date). */
export function retryAfterMs(error: unknown, now: number = Date.now()): number | undefined {
  const headers = findApiCallError(error)?.responseHeaders ?? {};
  const milliseconds = parseNumber(headers['retry-after-ms']);
  if (milliseconds !== undefined) return milliseconds;
  const text = headers['retry-after'];
  const seconds = parseNumber(text);
  if (seconds !== undefined) return seconds * 1000;
  // A date has the name of a month; `Date.parse` would make one of a bare number as well.
  const date = text === undefined || !/[a-z]{3}/i.test(text) ? Number.NaN : Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The provider's own error, also where a gateway has wrapped it. */
export function findApiCallError(error: unknown): APICallError | undefined {
  if (APICallError.isInstance(error)) return error;
  const cause = error instanceof Error ? error.cause : undefined;
  return APICallError.isInstance(cause) ? cause : undefined;
}

function parseNumber(text: string | undefined): number | undefined {
  const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}
