import { isAscii, isUtf8 } from 'node:buffer';
import type { PeekableBytes } from './peekable.ts';

/** Enough of a text to see in its zero bytes that it is UTF-16. */
const HEAD_BYTES = 64;

/** UTF-8 without a byte order mark, from UTF-8 or UTF-16 with or without one. */
export async function toUtf8(bytes: PeekableBytes): Promise<{
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Bytes that were left out at the beginning; undefined where the text was converted. */
  readonly skipped: number | undefined;
}> {
  const { head } = await bytes.peek((start) => start.length >= HEAD_BYTES || start.includes(0x0a));
  const encoding = utf16Of(head);
  if (encoding !== undefined) return { chunks: convert(bytes, encoding), skipped: undefined };
  const hasMark = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf;
  return hasMark ? { chunks: skip(bytes, 3), skipped: 3 } : { chunks: bytes, skipped: 0 };
}

function utf16Of(head: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  // Without a mark: the characters that files of this kind begin with have a zero byte each.
  if (head.length < 4) return undefined;
  const [a, b, c, d] = head;
  if (a !== 0 && b === 0 && c !== 0 && d === 0) return 'utf-16le';
  if (a === 0 && b !== 0 && c === 0 && d !== 0) return 'utf-16be';
  return undefined;
}

async function* convert(bytes: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<Uint8Array, void> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of bytes) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  yield Buffer.from(decoder.decode());
}

async function* skip(bytes: AsyncIterable<Uint8Array>, count: number): AsyncGenerator<Uint8Array, void> {
  let left = count;
  for await (const chunk of bytes) {
    yield chunk.subarray(Math.min(left, chunk.length));
    left -= Math.min(left, chunk.length);
  }
}

/**
 * Text that ought to be UTF-8. Where the first character beyond ASCII is none, the text is read as Windows-1252 from
 * there on, which is what Excel writes in most of Europe and America; `onFallback` is told once.
 */
export async function* decodeOrFallBack(
  bytes: AsyncIterable<Uint8Array>,
  onFallback: () => void,
): AsyncGenerator<string, void> {
  let decoder = new TextDecoder('utf-8');
  let isDecided = false;
  let rest = Buffer.alloc(0);
  for await (const chunk of bytes) {
    if (isDecided) {
      yield decoder.decode(chunk, { stream: true });
      continue;
    }
    rest = Buffer.concat([rest, chunk]);
    // A character may be cut at the end of the chunk: the last three bytes wait for what follows.
    if (isAscii(rest)) {
      yield rest.toString('latin1');
      rest = Buffer.alloc(0);
    } else if (rest.length > 3 && !isAscii(rest.subarray(0, -3))) {
      isDecided = true;
      if (!isUtf8(wholeCharacters(rest))) {
        decoder = new TextDecoder('windows-1252');
        onFallback();
      }
      yield decoder.decode(rest, { stream: true });
    }
  }
  if (isDecided) yield decoder.decode();
  else if (isUtf8(rest)) yield rest.toString('utf8');
  else {
    onFallback();
    yield new TextDecoder('windows-1252').decode(rest);
  }
}

/** Without the beginning of a character that is cut at the end. */
function wholeCharacters(bytes: Buffer): Buffer {
  for (let cut = 1; cut <= 3; cut++) {
    const byte = bytes.at(-cut) ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return bytes.subarray(0, bytes.length - cut);
  }
  return bytes;
}
