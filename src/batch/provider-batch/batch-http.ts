import { createReadStream } from 'node:fs';
import { isErrorBody, isUsedUp, replyError } from '../../calls/index.ts';
import { isObject } from '../../util/is-object.ts';
import { parseJson } from '../../util/parse-json.ts';
import type { BatchOutcome, BatchRefusal, BatchTarget } from './batch-api.ts';

/** Pages of a list that are read at most. */
export const MAX_PAGES = 50;

/** Redirects in a row that are followed, within one origin: the key goes to no other. */
const MAX_REDIRECTS = 3;

/** Sends a request below the address of the API, or to a whole address. @throws APICallError */
export async function send(address: string, target: BatchTarget, init: RequestInit = {}): Promise<Response> {
  let url = address.startsWith('/') ? `${target.access.baseURL}${address}` : address;
  for (let redirects = 0; ; redirects += 1) {
    const response = await target.access.fetch(url, { ...init, redirect: 'manual', signal: target.abortSignal });
    if (response.ok) return response;
    const { status, headers } = response;
    const isOdd = status < 400;
    const next = isOdd && init.body === undefined ? URL.parse(headers.get('location') ?? '', url) : null;
    const body = await response.text();
    if (next === null || next.origin !== new URL(url).origin || redirects === MAX_REDIRECTS) {
      const shown = next === null ? body : `it redirects to ${next.origin}${next.pathname}`;
      throw replyError({
        url: withoutQuery(url),
        status: isOdd ? 502 : status,
        headers: Object.fromEntries(headers),
        body: shown,
      });
    }
    url = next.href;
  }
}

/** Whether an address is at the host of the API, where the key may be sent. */
export function isOfApi(address: string, { access }: BatchTarget): boolean {
  return URL.parse(address)?.origin === new URL(access.baseURL).origin;
}

/** A query may hold a key. */
function withoutQuery(url: string): string {
  return url.replace(/\?.*$/s, '');
}

/** A reply that is a JSON object. @throws APICallError */
export async function sendForJson(
  address: string,
  target: BatchTarget,
  init: RequestInit = {},
): Promise<Readonly<Record<string, unknown>>> {
  const response = await send(address, target, init);
  const text = await response.text();
  const json = parseJson(text);
  if (isObject(json)) return json;
  // A proxy or another server may answer with a page.
  throw oddReply(response, `no JSON: ${text.slice(0, 200)}`);
}

/** The id in a reply. @throws APICallError where it has none: whether anything was made is not known. */
export async function sendForId(
  address: string,
  target: BatchTarget,
  { init, path }: { init: RequestInit; path: readonly string[] },
): Promise<string> {
  const id = textOf(await sendForJson(address, target, init), ...path);
  if (id === '') throw oddReply({ url: address }, `a reply without ${path.join('.')}`);
  return id;
}

/** The status of an error reply; undefined for other errors. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;
}

/** The error for a reply that is none of the API's. */
export function oddReply({ url }: Pick<Response, 'url'>, reason: string): Error {
  return replyError({ url: withoutQuery(url), status: 502, headers: {}, body: reason });
}

/** A POST request whose body is a file that is not held as a whole, with what stands around it. */
export function fileBody(
  { path, bytes }: { path: string; bytes: number },
  {
    before = '',
    after = '',
    skip = 0,
    headers,
  }: {
    before?: string;
    after?: string;
    /** Bytes of the file that are left out at its beginning. @default 0 */
    skip?: number;
    headers: Readonly<Record<string, string>>;
  },
): RequestInit {
  const parts = async function* () {
    if (before !== '') yield Buffer.from(before);
    yield* createReadStream(path, { start: skip }) as AsyncIterable<Buffer>;
    if (after !== '') yield Buffer.from(after);
  };
  const length = Buffer.byteLength(before) + bytes - skip + Buffer.byteLength(after);
  return {
    method: 'POST',
    headers: { ...headers, 'content-length': String(length) },
    // The types of the platform know neither a body of parts nor the `duplex` that it wants.
    body: parts() as unknown as ReadableStream,
    duplex: 'half',
  } as RequestInit;
}

/** A POST request with JSON. */
export function jsonBody(body: unknown): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** The objects in the lines of a reply, which is not held as a whole; an empty one for a line that cannot be read. */
export async function* sendForLines(
  address: string,
  target: BatchTarget,
): AsyncGenerator<Readonly<Record<string, unknown>>, void> {
  const { body } = await send(address, target);
  if (body === null) return;
  for await (const line of linesOf(body)) {
    const text = line.replace(/^\uFEFF/, '').trim();
    if (text === '') continue;
    const json = parseJson(text);
    yield isObject(json) ? json : {};
  }
}

/** Lines end with a line feed alone: texts may have any other mark that ends a line. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  let pieces: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      yield Buffer.concat([...pieces, chunk.subarray(start, end)]).toString();
      pieces = [];
      start = end + 1;
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
  }
  if (pieces.length > 0) yield Buffer.concat(pieces).toString();
}

/** A field of an object of unknown form. */
export function fieldOf(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => (isObject(inner) ? inner[name] : undefined), value);
}

/** A text of an object of unknown form; '' where there is none. */
export function textOf(value: unknown, ...path: readonly string[]): string {
  const field = fieldOf(value, ...path);
  return typeof field === 'string' ? field : '';
}

/** A number of an object of unknown form, which may be written as a text; 0 where there is none. */
export function numberOf(value: unknown, ...path: readonly string[]): number {
  const number = Number(fieldOf(value, ...path) ?? 0);
  return Number.isFinite(number) ? number : 0;
}

/** The elements of a list in an object of unknown form. */
export function listOf(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const field = fieldOf(value, ...path);
  return Array.isArray(field) ? field : [];
}

/** What a reply to one request means: an answer, an error that is final, or none of both. */
export function outcomeOfReply(id: string, { status, body }: { status: number; body: unknown }): BatchOutcome {
  const text = JSON.stringify(body) ?? '';
  const isError = status >= 400 || isErrorBody(body);
  if (!isError && isObject(body)) return { id, reply: { status, body: text } };
  // An error may come in a reply of 200, and a batch may have a result that is empty.
  const error = replyError({ url: '', status: isError ? status : 502, headers: {}, body: text });
  if (isUsedUp(error)) return { id, unanswered: 'failed', message: error.message, stop: error };
  const isPassing = 'isRetryable' in error && error.isRetryable === true;
  return isPassing ? { id, unanswered: 'failed', message: error.message } : { id, reply: { status, body: text } };
}

/** What the error of a batch as a whole means, besides its message. */
export function stopOf(status: number, error: unknown): Error | undefined {
  const thrown = replyError({ url: '', status, headers: {}, body: JSON.stringify({ error }) });
  return isUsedUp(thrown) ? thrown : undefined;
}

/** Whether what a provider says means that a batch is too much for it, and the most tokens that it names. */
export function excessIn(text: string): Pick<BatchRefusal, 'excess' | 'limit'> {
  if (!TOO_MANY_TOKENS.test(text)) return TOO_LARGE.test(text) ? { excess: 'size' } : {};
  const limit = /limit: *([\d,]+)/i.exec(text)?.[1]?.replaceAll(',', '');
  return { excess: 'tokens', ...(limit === undefined ? {} : { limit: Number(limit) }) };
}

const TOO_MANY_TOKENS = /token_limit|\benqueued\b/i;

const TOO_LARGE =
  /\b(?:files?|batch(?:es)?|payload|(?:number of|total) requests)\b.{0,60}\b(?:too (?:large|big|long|many)|larger than|exceed\w*|maximum|limit)\b|\btoo many requests in\b/i;
