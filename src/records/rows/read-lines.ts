/** One line of the source, without its end. */
export interface RawLine {
  /** Counted from 1; blank lines count. */
  readonly number: number;
  /** Undefined where the line is longer than allowed; its content is then dropped, not kept. */
  readonly bytes: Uint8Array | undefined;
  /** Bytes of the source up to the end of this line. */
  readonly endOffset: number;
}

/** Longest line that is read. A file without line ends, such as a wrong one, must not fill the memory. */
export const MAX_LINE_BYTES = 64e6;

const LINE_FEED = 0x0a;

/**
 * Splits bytes into lines. Bytes, not text: a chunk may end in the middle of a character, and a line that is not UTF-8
 * must not spoil its neighbours. Takes the next chunk only when its lines are wanted.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array | string>,
  { maxLineBytes = MAX_LINE_BYTES }: { maxLineBytes?: number } = {},
): AsyncGenerator<RawLine, void> {
  let parts: Uint8Array[] = [];
  let length = 0;
  let number = 1;
  let offset = 0;
  const add = (part: Uint8Array) => {
    length += part.length;
    if (length <= maxLineBytes) parts.push(part);
    else parts = [];
  };
  const take = (): RawLine => {
    const line = { number, bytes: length > maxLineBytes ? undefined : Buffer.concat(parts), endOffset: offset };
    parts = [];
    length = 0;
    number += 1;
    return line;
  };
  for await (const given of chunks) {
    const chunk = typeof given === 'string' ? Buffer.from(given) : given;
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, start);
      if (end === -1) break;
      add(chunk.subarray(start, end));
      offset += end + 1 - start;
      start = end + 1;
      yield take();
    }
    add(chunk.subarray(start));
    offset += chunk.length - start;
  }
  if (length > 0) yield take();
}
