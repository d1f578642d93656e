import { STATUS_CODES } from 'node:http';
import { APICallError } from '@ai-sdk/provider';
import { redactKnownSecrets } from '../../util/known-secrets.ts';
import { isObject, objectIn, textIn } from './reply-fields.ts';

/** Most UTF-16 units of a body that is no JSON. */
const MAX_REASON = 500;

/** An error reply, or an error inside of a stream, as the error that the AI SDK's own packages throw. */
export function replyError({
  url,
  status,
  headers,
  body,
}: {
  readonly url: string;
  /** Of the reply; 200 for an error inside of a stream or in place of an answer. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}): APICallError {
  // Error pages quote requests, and land in messages.
  const text = redactKnownSecrets(body);
  const json = parseJson(text);
  const stated = status >= 400 ? status : statusIn(json);
  return new APICallError({
    message: reasonIn(json) ?? plainReason(text, headers) ?? STATUS_CODES[status] ?? `HTTP status ${status}`,
    url,
    requestBodyValues: undefined,
    ...(stated === undefined ? {} : { statusCode: stated }),
    responseHeaders: { ...headers },
    responseBody: text,
    isRetryable: stated === undefined ? isPassingType(json) : isPassingStatus(stated),
  });
}

/** A reply that is neither an answer nor an error. */
export function noAnswerError({
  url,
  headers,
  body,
  expected,
}: {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What it should be, such as "a stream". */
  readonly expected: string;
}): APICallError {
  return new APICallError({
    message: `it is ${headers['content-type'] ?? 'of no content type'}, not ${expected}`,
    url,
    requestBodyValues: undefined,
    statusCode: 200,
    responseHeaders: { ...headers },
    responseBody: redactKnownSecrets(body),
    isRetryable: false,
  });
}

/** A short text; a page is for people to look at. */
function plainReason(text: string, headers: Readonly<Record<string, string>>): string | undefined {
  if (/html/i.test(headers['content-type'] ?? '') || text.trimStart().startsWith('<')) return undefined;
  return text.trim().slice(0, MAX_REASON) || undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** True for a body that says that something went wrong, whatever its status. */
export function isErrorBody(json: unknown): boolean {
  if (!isObject(json)) return false;
  if (json['object'] === 'error') return true;
  const { error } = json;
  return (typeof error === 'string' && error !== '') || isObject(error) || (Array.isArray(error) && error.length > 0);
}

/** The server's own reason, in the forms that servers give it: `error` (text or object), `detail`, `message`, lists of these. */
export function reasonIn(json: unknown): string | undefined {
  if (typeof json === 'string') return json === '' ? undefined : json;
  if (Array.isArray(json)) {
    const reasons = json.map(reasonIn).filter((reason) => reason !== undefined);
    return reasons.length === 0 ? undefined : reasons.join('; ');
  }
  if (!isObject(json)) return undefined;
  return (
    reasonIn(json['error']) ??
    textIn(json, 'message') ??
    reasonIn(json['detail']) ??
    textIn(json, 'msg') ??
    reasonIn(json['errors'])
  );
}

/** The HTTP status that an error inside of a reply states, as gateways do. */
function statusIn(json: unknown): number | undefined {
  const error = isObject(json) && isObject(json['error']) ? json['error'] : objectOr(json);
  const found = [error['status'], error['status_code'], error['code']].map(Number);
  return found.find((value) => Number.isInteger(value) && value >= 400 && value < 600);
}

function objectOr(json: unknown): Readonly<Record<string, unknown>> {
  return isObject(json) ? json : {};
}

/** Statuses after which the same request may well succeed. */
function isPassingStatus(status: number): boolean {
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

/** The same by the type or code of an error without a status. */
function isPassingType(json: unknown): boolean {
  const error = objectIn(json, 'error');
  return [textIn(error, 'type'), textIn(error, 'code')].some(
    (name) => name !== undefined && /server_error|internal|overloaded|rate_limit|unavailable|timeout/i.test(name),
  );
}
