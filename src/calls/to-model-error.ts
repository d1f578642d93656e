import { StreamProviderError } from 'ai';
import { definedOnly } from '../util/defined-only.ts';

/** Statuses of HTTP that stand for the types of errors that providers name without one. */
const STATUS_OF_TYPE: ReadonlyMap<string, number> = new Map([
  ['invalid_request_error', 400],
  ['authentication_error', 401],
  ['permission_error', 403],
  ['not_found_error', 404],
  ['rate_limit_error', 429],
  ['rate_limit_exceeded', 429],
  ['api_error', 500],
  ['server_error', 500],
  ['internal_server_error', 500],
  ['timeout_error', 504],
  ['overloaded_error', 529],
]);

/** What a model threw, or sent as an error in its stream, as an `Error`: packages pass on what a server wrote as it is. */
export function toModelError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  const [details, outer] = recordsOf(thrown);
  const type = text(details['type']) ?? text(outer['type']);
  const code = text(details['code']) ?? text(outer['code']);
  const statusCode = statusIn(thrown);
  const explicit = [details, outer].map((from) => from['isRetryable']).find((value) => typeof value === 'boolean');
  return new StreamProviderError({
    message: reasonIn(thrown) ?? 'the provider gave no reason',
    ...definedOnly({ type, code, statusCode }),
    isRetryable: explicit ?? isRetryableStatus(statusCode),
    data: thrown,
  });
}

/** The HTTP status that what a server wrote states, or that its type or code stands for. */
export function statusIn(value: unknown): number | undefined {
  const records = recordsOf(value);
  const stated = records.flatMap((from) => [from['statusCode'], from['status_code'], from['status'], from['code']]);
  const names = records.flatMap((from) => [text(from['type']), text(from['code'])]);
  return (
    stated.map(Number).find((status) => status >= 400 && status < 600) ??
    names.map((name) => STATUS_OF_TYPE.get(name ?? '')).find((status) => status !== undefined)
  );
}

/** True for a status after which the same request may well succeed. */
export function isRetryableStatus(status: number | undefined): boolean {
  return status !== undefined && (status === 408 || status === 409 || status === 429 || status >= 500);
}

/** The error that an object holds, and the object itself. */
function recordsOf(value: unknown): readonly [Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>] {
  const outer = asRecord(value) ?? {};
  return [asRecord(asRecord(outer['response'])?.['error']) ?? asRecord(outer['error']) ?? outer, outer];
}

/**
 * The reason in what a server wrote, in the forms that servers give it: a text, `error` (text or object), `message`,
 * `detail`, or a list of these.
 */
export function reasonIn(value: unknown): string | undefined {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) {
    const reasons = value.map(reasonIn).filter((reason) => reason !== undefined);
    return reasons.length === 0 ? undefined : reasons.join('; ');
  }
  const record = asRecord(value);
  if (record === undefined) return undefined;
  return (
    reasonIn(record['error']) ??
    text(record['message']) ??
    reasonIn(record['detail']) ??
    text(record['msg']) ??
    reasonIn(record['errors']) ??
    reasonIn(asRecord(record['response'])?.['error'])
  );
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
