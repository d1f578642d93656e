import { STATUS_CODES } from 'node:http';
import { APICallError, TypeValidationError } from '@ai-sdk/provider';
import { StreamProviderError } from 'ai';
import { definedOnly } from '../util/defined-only.ts';
import { redactKnownSecrets } from '../util/known-secrets.ts';
import { parseJson } from '../util/parse-json.ts';
import {
  isErrorBody,
  namesIn,
  plainName,
  reasonIn,
  statusIn,
  statusOfNames,
  THROTTLED,
  USED_UP,
  waitIn,
} from './error-body.ts';

/** Most UTF-16 units of a body that is no JSON. */
const MAX_REASON = 500;

/** Errors that already have what the server wrote. */
const fromServer = new WeakSet<Error>();

/**
 * What a model threw, or sent as an error in its stream, as an `Error` with the server's own reason, whether the package
 * of its provider knows the form of the error or not.
 */
export function toModelError(thrown: unknown): Error {
  if (!(thrown instanceof Error)) return bodyError(thrown);
  // What a package could not read may be an error in another form, and one package may wrap the error of another.
  const causes = causesOf(thrown);
  const known = causes.find((error) => fromServer.has(error));
  if (known !== undefined) return known;
  // A gateway answers for a provider that it did not reach.
  const unreached = causes.slice(1).find((error) => APICallError.isInstance(error) && error.statusCode === undefined);
  if (unreached !== undefined) return unreached;
  const reply = causes.find((error) => APICallError.isInstance(error) && error.responseBody !== undefined);
  if (APICallError.isInstance(reply)) return readReply(reply) ?? thrown;
  const unread = causes.find((error) => TypeValidationError.isInstance(error));
  return TypeValidationError.isInstance(unread) && isErrorBody(unread.value) ? bodyError(unread.value) : thrown;
}

/** An error, and what caused it. */
function causesOf(error: unknown): readonly Error[] {
  return error instanceof Error ? [error, ...causesOf(error.cause)] : [];
}

/** The error in a reply that a package could not or only partly read; undefined where the reply is none. */
function readReply({ url, statusCode = 200, responseHeaders = {}, responseBody, data }: APICallError) {
  // Some packages put the parsed body there.
  const body = typeof responseBody === 'string' ? responseBody : (JSON.stringify(responseBody) ?? '');
  if (statusCode < 400 && !isErrorBody(parseJson(body))) return undefined;
  return replyError({ url, status: statusCode, headers: responseHeaders, body, data });
}

/** An error reply, or an error inside of a stream, as the errors that the AI SDK throws. */
export function replyError({
  url,
  status,
  headers,
  body,
  data,
}: {
  readonly url: string;
  /** Of the reply; 200 for an error inside of a stream or in place of an answer. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What a package made of the body. */
  readonly data?: unknown;
}): Error {
  // Error pages quote requests, and land in messages.
  const text = redactKnownSecrets(body);
  const json = parseJson(text);
  const statusCode = status >= 400 ? status : statusIn(json ?? text);
  // Without a status it would pass for an endpoint that does not answer.
  if (statusCode === undefined) return bodyError(json ?? text);
  const message =
    reasonIn(json) ?? plainReason(text, headers) ?? STATUS_CODES[statusCode] ?? `HTTP status ${statusCode}`;
  const isRetryable = maySucceedLater(statusCode, { names: namesIn(json), message });
  const waitMs = isRetryable && headers['retry-after'] === undefined ? waitIn(text) : undefined;
  return marked(
    new APICallError({
      message,
      url,
      requestBodyValues: undefined,
      statusCode,
      responseHeaders: { ...(waitMs === undefined ? {} : { 'retry-after-ms': String(waitMs) }), ...headers },
      responseBody: text,
      isRetryable,
      data,
    }),
  );
}

/** What a server wrote, without a reply around it. */
function bodyError(thrown: unknown): Error {
  const statusCode = statusIn(thrown);
  const message = reasonIn(thrown) ?? 'the provider gave no reason';
  const isRetryable = statedRetry(thrown) ?? maySucceedLater(statusCode, { names: namesIn(thrown), message });
  return marked(new StreamProviderError({ message, ...definedOnly({ statusCode }), isRetryable, data: thrown }));
}

/** What a package says itself, of an error that is no `Error`. */
function statedRetry(thrown: unknown): boolean | undefined {
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  if ('isRetryable' in thrown && typeof thrown.isRetryable === 'boolean') return thrown.isRetryable;
  return 'error' in thrown ? statedRetry(thrown.error) : undefined;
}

function marked(error: Error): Error {
  fromServer.add(error);
  return error;
}

/** True where the same request may well succeed later. */
function maySucceedLater(
  status: number | undefined,
  { names, message }: { names: readonly string[]; message: string },
): boolean {
  if (status === undefined || names.some((name) => USED_UP.has(plainName(name)))) return false;
  // AWS answers 400 where it throttles.
  const isThrottled = status === 400 && (isRetryableStatus(statusOfNames(names)) || THROTTLED.test(message));
  return isRetryableStatus(status) || isThrottled;
}

function isRetryableStatus(status: number | undefined): boolean {
  return status !== undefined && (RETRYABLE_STATUSES.has(status) || status >= 500) && status !== 501;
}

/** 498 is Groq's for no capacity. */
const RETRYABLE_STATUSES = new Set([408, 409, 425, 429, 498]);

/** A short text, or what a page for people says, or one of XML. */
function plainReason(text: string, headers: Readonly<Record<string, string>>): string | undefined {
  // Empty JSON says nothing.
  if (/^\s*(?:null|\{\s*\}|\[\s*\])\s*$/.test(text)) return undefined;
  const isPage = /html/i.test(headers['content-type'] ?? '') || text.trimStart().startsWith('<');
  if (!isPage) return text.trim().slice(0, MAX_REASON) || undefined;
  const found = PAGE_REASONS.map((pattern) => pattern.exec(text)?.[1]?.trim()).find(Boolean);
  return found?.slice(0, MAX_REASON);
}

/** A title or heading begins with the status. */
const PAGE_REASONS = [
  /<message>([^<]*)/i,
  /<pre>([^<]*)/i,
  /<title[^>]*>\s*(?:\d{3}\s+)?([^<]*)/i,
  /<h1[^>]*>\s*(?:\d{3}\s+)?([^<]*)/i,
];
