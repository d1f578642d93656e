import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import type { Exchange, RawHeaders } from './exchange.ts';

/** Headers whose values say how a server answers, and nothing about whom. Those of all others become x's. */
const PUBLIC_HEADERS =
  /^(?:accept|anthropic-version|cache-control|content-(?:encoding|language|type)|date|openai-(?:processing-ms|version)|retry-after(?:-ms)?|server|user-agent|via|x-powered-by|x-ratelimit-[\w-]+|x-should-retry)$/i;

/** Parameters of a query that are no secrets. */
const PUBLIC_PARAMETERS = /^(?:alt|api-version|version|stream)$/i;

/** Shorter texts are no secrets, and masking them would hide much else. */
const MIN_LENGTH = 4;

/** Of each match, its first group is kept and the rest becomes x's. */
const PRIVATE: readonly RegExp[] = [
  // Fields of JSON that name an account, a request or a person.
  /("(?:(?:\w+_)?ids?|\w*[a-z]Id|user(?:_?name)?|e?mail|account|org(?:anization)?|project|(?:api|access|auth|session|secret)[_-]?(?:key|token)|system_fingerprint|\w*signature|encrypted_content)"\s*:\s*")[^"\\]+/gi,
  /\b((?:bearer|basic)\s+)[\w.~+/-]{8,}=*/gi,
  /\b((?:api[-_]?key|(?:access[-_]?)?token|authorization)["']?\s*[=:]\s*["']?)[\w.~+/-]{12,}=*/gi,
  /()\b(?:(?:sk|xai|pk)-[\w-]{8,}|AIza[\w-]{20,}|hf_\w{12,}|gsk_\w{12,}|gh[pousr]_\w{12,})/g,
  /()\b(?:req|request|org|proj|user|acct|msg|chatcmpl|cmpl|resp|gen|run)[-_](?=[A-Za-z0-9-]*\d)[A-Za-z0-9-]{6,}/g,
  /()\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
  /()[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g,
  /()\b\d{1,3}(?:\.\d{1,3}){3}\b/g,
  /(:\/\/)[^\s/@:"]+:[^\s/@"]+(?=@)/g,
];

/** A number has to stay one, or the JSON could not be read. */
const NUMBER_ID = /("(?:\w*_id|\w*[a-z]Id|user|account)"\s*:\s*)(\d+)/g;

/** An exchange without keys, accounts, ids and addresses of people. `texts` are further ones to mask, such as keys. */
export function maskExchange({ request, reply }: Exchange, texts: readonly string[]): Exchange {
  const mask = (bytes: Uint8Array) => maskBytes(bytes, texts);
  const { head, ending } = reply;
  const { chunks, headers } = head === undefined ? { chunks: [], headers: [] } : decoded(head.headers, reply.chunks);
  return {
    request: {
      ...request,
      path: maskPath(request.path, texts),
      headers: maskHeaders(request.headers, texts),
      body: mask(request.body),
    },
    reply: {
      head: head === undefined ? undefined : { ...head, headers: maskHeaders(headers, texts) },
      chunks: splitLike(mask(Buffer.concat(chunks)), chunks),
      ending,
    },
  };
}

/**
 * The same bytes with an x in the place of every byte that is private. The length stays, and with it the borders of the
 * pieces in which a body came.
 */
export function maskBytes(bytes: Uint8Array, texts: readonly string[]): Buffer {
  // One character for each byte.
  const masked = maskText(Buffer.from(bytes).toString('latin1'), texts);
  return Buffer.from(masked, 'latin1');
}

function maskText(text: string, texts: readonly string[]): string {
  const known = texts
    .flatMap((secret) => [secret, inJson(secret), inAsciiJson(secret), encodeURIComponent(secret)])
    .filter((secret) => secret.length >= MIN_LENGTH)
    .map((secret) => Buffer.from(secret).toString('latin1'));
  // The longest first: one may be a part of another.
  const sorted = known.toSorted((first, second) => second.length - first.length);
  const withoutKnown = sorted.reduce((rest, secret) => rest.replaceAll(secret, 'x'.repeat(secret.length)), text);
  return PRIVATE.reduce(
    (rest, pattern) =>
      rest.replace(pattern, (match: string, kept: string) => kept + 'x'.repeat(match.length - kept.length)),
    withoutKnown.replace(NUMBER_ID, (_, kept: string, digits: string) => kept + '1'.repeat(digits.length)),
  );
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** As servers in Python write it. */
function inAsciiJson(text: string): string {
  return inJson(text).replaceAll(
    /[\u0080-\uFFFF]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function maskHeaders(headers: RawHeaders, texts: readonly string[]): RawHeaders {
  return headers.map(([name, value]) => [
    name,
    PUBLIC_HEADERS.test(name) ? maskText(value, texts) : 'x'.repeat(value.length),
  ]);
}

/** Ids in the path, such as that of an account, are long words of letters and digits. */
function maskPath(path: string, texts: readonly string[]): string {
  const { pathname, searchParams } = new URL(path, 'http://x');
  const segments = pathname
    .split('/')
    .map((part) => (/^[0-9a-f-]{16,}$/i.test(part) ? 'x'.repeat(part.length) : maskText(part, texts)));
  const query = [...searchParams].map(
    ([name, value]) => `${name}=${PUBLIC_PARAMETERS.test(name) ? maskText(value, texts) : 'x'.repeat(value.length)}`,
  );
  return segments.join('/') + (query.length === 0 ? '' : `?${query.join('&')}`);
}

const DECODERS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
};

/** A body that was compressed although nobody asked for that is kept as one piece that can be read. */
function decoded(
  headers: RawHeaders,
  chunks: readonly Uint8Array[],
): { readonly headers: RawHeaders; readonly chunks: readonly Uint8Array[] } {
  const encoding = headers.find(([name]) => /^content-encoding$/i.test(name))?.[1] ?? '';
  const decode = DECODERS[encoding.trim().toLowerCase()];
  if (decode === undefined) return { headers, chunks };
  try {
    return {
      headers: headers.filter(([name]) => !/^content-encoding$/i.test(name)),
      chunks: [decode(Buffer.concat(chunks))],
    };
  } catch {
    return { headers, chunks };
  }
}

function splitLike(bytes: Buffer, chunks: readonly Uint8Array[]): readonly Uint8Array[] {
  let start = 0;
  return chunks.map(({ length }) => bytes.subarray(start, (start += length)));
}
