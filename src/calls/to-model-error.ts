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
  const outer = asRecord(thrown) ?? {};
  const details = asRecord(asRecord(outer['response'])?.['error']) ?? asRecord(outer['error']) ?? outer;
  const type = text(details['type']) ?? text(outer['type']);
  const code = text(details['code']) ?? text(outer['code']);
  const stated = [details, outer].flatMap((from) => [
    from['statusCode'],
    from['status_code'],
    from['status'],
    from['code'],
  ]);
  const statusCode =
    stated.map(Number).find((status) => status >= 400 && status < 600) ??
    STATUS_OF_TYPE.get(type ?? '') ??
    STATUS_OF_TYPE.get(code ?? '');
  const explicit = [details, outer].map((from) => from['isRetryable']).find((value) => typeof value === 'boolean');
  return new StreamProviderError({
    message: reasonIn(thrown) ?? 'the provider gave no reason',
    ...definedOnly({ type, code, statusCode }),
    isRetryable: explicit ?? (statusCode !== undefined && isPassing(statusCode)),
    data: thrown,
  });
}

/** Statuses after which the same request may well succeed. */
function isPassing(status: number): boolean {
  return status === 408 || status === 409 || status === 429 || status >= 500;
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
