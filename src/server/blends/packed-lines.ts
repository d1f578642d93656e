import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip, gzip } from 'node:zlib';

/** Lines of text, packed: those of a session repeat themselves, and take a small part of their size. */
export interface PackedLines {
  /** That they take, packed. */
  readonly bytes: number;
  readonly size: number;
  /** The lines after the first `after`, unpacked as they are read. */
  read(after: number): AsyncGenerator<string>;
}

/** Packs lines, which have their line ends. */
export async function packLines(lines: readonly string[]): Promise<PackedLines> {
  const packed = await promisify(gzip)(lines.join(''));
  return {
    bytes: packed.byteLength,
    size: lines.length,
    read: (after) => unpackLines(packed, after),
  };
}

async function* unpackLines(packed: Buffer, after: number): AsyncGenerator<string> {
  const text = Readable.from([packed]).pipe(createGunzip()).setEncoding('utf8');
  let number = 0;
  let rest = '';
  for await (const chunk of text as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      number += 1;
      if (number > after) yield `${line}\n`;
    }
  }
}
