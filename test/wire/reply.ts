import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a server sends back. */
export interface Reply {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Each is written on its own. */
  readonly chunks: readonly Uint8Array[];
  /** Milliseconds after each chunk. @default 0, but never two chunks in one write */
  readonly pauseMs?: number;
  /**
   * What comes last: the proper end, a reset of the connection, or nothing until the client leaves. `refuse` and
   * `silence` are a reset and nothing in place of the whole reply. @default 'end'
   */
  readonly ending?: 'end' | 'cut' | 'hang' | 'refuse' | 'silence';
}

/**
 * A reply from `__fixtures__/NAME.http`: status line, headers, an empty line, and the body as it is.
 */
export function fixture(name: string): Reply {
  const known = fixtures.get(name) ?? readFixture(name);
  fixtures.set(name, known);
  return known;
}

const fixtures = new Map<string, Reply>();

function readFixture(name: string): Reply {
  const bytes = readFileSync(join(import.meta.dirname, '__fixtures__', `${name}.http`));
  return parseReply(bytes);
}

/** What a `.http` file has under its first line, which is left to the caller. */
export function parseMessage(bytes: Buffer): {
  readonly start: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
} {
  const end = bytes.indexOf('\n\n');
  const [start = '', ...lines] = bytes.subarray(0, end).toString().split('\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return { start, headers: Object.fromEntries(headers), body: bytes.subarray(end + 2) };
}

export function parseReply(bytes: Buffer): Reply {
  const { start, headers, body } = parseMessage(bytes);
  const [, status, ...statusText] = start.split(' ');
  return { status: Number(status), statusText: statusText.join(' '), headers, chunks: [body] };
}

/** The same reply in pieces of so many bytes, which fall in the middle of lines and of characters. */
export function inPieces(reply: Reply, size: number): Reply {
  const body = Buffer.concat(reply.chunks);
  const chunks = Array.from({ length: Math.ceil(body.length / size) }, (_, index) =>
    body.subarray(index * size, (index + 1) * size),
  );
  return { ...reply, chunks };
}

/** The same reply as far as `share` of its body, between 0 and 1, and then an ending. */
export function upTo(reply: Reply, share: number, ending: 'end' | 'cut' | 'hang'): Reply {
  const body = Buffer.concat(reply.chunks);
  return { ...reply, chunks: [body.subarray(0, Math.floor(body.length * share))], ending };
}

/** The same reply with other headers. */
export function withHeaders(reply: Reply, headers: Readonly<Record<string, string>>): Reply {
  return { ...reply, headers: { ...reply.headers, ...headers } };
}
