import { replyError } from '../../calls/index.ts';
import { isObject } from '../../util/is-object.ts';
import { parseJson } from '../../util/parse-json.ts';
import type { BatchTarget } from './batch-api.ts';

/** Pages of a list that are read at most. */
export const MAX_PAGES = 50;

/** Sends a request below the address of the API, or to a whole address. @throws APICallError */
export async function send(
  address: string,
  { access, abortSignal }: BatchTarget,
  init: RequestInit = {},
): Promise<Response> {
  const url = address.startsWith('/') ? `${access.baseURL}${address}` : address;
  const response = await access.fetch(url, { ...init, signal: abortSignal });
  if (response.ok) return response;
  const { status, headers } = response;
  throw replyError({
    url: url.replace(/\?.*$/s, ''),
    status,
    headers: Object.fromEntries(headers),
    body: await response.text(),
  });
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
  throw replyError({ url: response.url, status: 502, headers: {}, body: `no JSON: ${text.slice(0, 200)}` });
}

/** A POST request with JSON. */
export function jsonBody(body: unknown): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** The JSON objects of a reply of lines, which is not held as a whole. Lines that are no objects are left out. */
export async function* sendForLines(
  address: string,
  target: BatchTarget,
): AsyncGenerator<Readonly<Record<string, unknown>>, void> {
  const { body } = await send(address, target);
  if (body === null) return;
  for await (const line of linesOf(body)) {
    const json = parseJson(line);
    if (isObject(json)) yield json;
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

/** What an error reply to one request means: an answer, where trying again is of no use. */
export function isFinalReply(status: number, body: string): boolean {
  if (status < 400) return true;
  const error = replyError({ url: '', status, headers: {}, body });
  return !('isRetryable' in error && error.isRetryable === true);
}
