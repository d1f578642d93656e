import { STATUS_CODES } from 'node:http';
import { APICallError } from '@ai-sdk/provider';
import { isRetryableStatus, reasonIn, statusIn, toModelError } from '../../calls/index.ts';
import { redactKnownSecrets } from '../../util/known-secrets.ts';
import { parseJson } from '../../util/parse-json.ts';
import { isObject } from './reply-fields.ts';

/** Most UTF-16 units of a body that is no JSON. */
const MAX_REASON = 500;

/** An error reply, or an error inside of a stream, as the errors that the AI SDK throws. */
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
}): Error {
  // Error pages quote requests, and land in messages.
  const text = redactKnownSecrets(body);
  const json = parseJson(text);
  const statusCode = status >= 400 ? status : statusIn(json);
  // Without a status it would pass for an endpoint that does not answer.
  if (statusCode === undefined) return toModelError(json ?? text);
  return new APICallError({
    message: reasonIn(json) ?? plainReason(text, headers) ?? STATUS_CODES[status] ?? `HTTP status ${status}`,
    url,
    requestBodyValues: undefined,
    statusCode,
    responseHeaders: { ...headers },
    responseBody: text,
    isRetryable: isRetryableStatus(statusCode),
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

/** True for a body that says that something went wrong, whatever its status. */
export function isErrorBody(json: unknown): boolean {
  if (!isObject(json)) return false;
  if (json['object'] === 'error') return true;
  const { error } = json;
  return (typeof error === 'string' && error !== '') || isObject(error) || (Array.isArray(error) && error.length > 0);
}
