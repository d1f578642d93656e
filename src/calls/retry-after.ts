import { APICallError } from '@ai-sdk/provider';

/** Milliseconds for which a provider asks to be left alone (`retry-after-ms`, or `Retry-After` in seconds or as a date). */
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
