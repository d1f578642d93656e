import { pipeline, Readable, type Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { errorMessage } from '../../util/error-message.ts';
import type { PeekableBytes } from './peekable.ts';

/** Longest of the byte sequences that a format begins with. */
const MAGIC_BYTES = 8;

/** Where tar archives have their mark, which is not at the beginning. */
const TAR = { at: 257, mark: 'ustar' };

/** What can be unpacked, by its first bytes in hexadecimal. */
const COMPRESSIONS: Readonly<Record<string, { readonly name: string; readonly create: () => Transform }>> = {
  '1f8b': { name: 'gzip', create: createGunzip },
  '28b52ffd': { name: 'Zstandard', create: createZstdDecompress },
};

/** What people bring and cannot be read, by its first bytes in hexadecimal, with what to do. */
const UNREADABLE: Readonly<Record<string, string>> = {
  '504b0304': 'it is a zip archive or an Excel workbook. Unpack it, or save the sheet as CSV (UTF-8).',
  d0cf11e0: 'it is an old Excel workbook. Save the sheet as CSV (UTF-8).',
  '425a68': 'it is compressed with bzip2. Unpack it first (bunzip2), or compress it with gzip.',
  fd377a585a00: 'it is compressed with xz. Unpack it first (unxz), or compress it with gzip.',
  '377abcaf271c': 'it is a 7-Zip archive. Unpack it first.',
  '4152524f5731': 'it is an Arrow file. Save it as Parquet or JSONL (datasets: to_parquet, to_json).',
  '25504446': 'it is a PDF.',
  '53514c69746520': 'it is an SQLite database. Export a table as CSV.',
  '894844460d0a': 'it is an HDF5 file. Save it as Parquet or JSONL.',
  '4f626a01': 'it is an Avro file. Save it as Parquet or JSONL.',
};

/** How Parquet files begin. */
const PARQUET = 'PAR1';

/** What the first bytes of a source say about it. */
export type Magic =
  | { readonly kind: 'text' }
  | { readonly kind: 'parquet' }
  | { readonly kind: 'compressed'; readonly unpack: () => AsyncIterable<Uint8Array> }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Recognises compression and binary formats by their first bytes, whatever the file is called. */
export async function readMagic(bytes: PeekableBytes): Promise<Magic> {
  const { head } = await bytes.peek((first) => first.length >= TAR.at + MAGIC_BYTES || first.includes(0x0a));
  const start = Buffer.from(head.subarray(0, MAGIC_BYTES));
  if (start.toString('latin1').startsWith(PARQUET)) return { kind: 'parquet' };
  if (Buffer.from(head).toString('latin1', TAR.at).startsWith(TAR.mark)) {
    return { kind: 'unreadable', reason: 'it is a tar archive. Unpack it first.' };
  }
  const hex = start.toString('hex');
  const compression = Object.entries(COMPRESSIONS).find(([magic]) => hex.startsWith(magic))?.[1];
  if (compression !== undefined) return { kind: 'compressed', unpack: () => unpack(bytes, compression) };
  const reason = Object.entries(UNREADABLE).find(([magic]) => hex.startsWith(magic))?.[1];
  return reason === undefined ? { kind: 'text' } : { kind: 'unreadable', reason };
}

async function* unpack(
  bytes: AsyncIterable<Uint8Array>,
  { name, create }: { name: string; create: () => Transform },
): AsyncGenerator<Uint8Array, void> {
  let sourceError: unknown;
  const source = Readable.from(noteError(bytes, (error) => (sourceError = error)));
  // The error of any part reaches the last one, which is read here.
  const unpacked: AsyncIterable<Uint8Array> = pipeline(source, create(), () => {});
  try {
    yield* unpacked;
  } catch (error) {
    if (sourceError !== undefined) throw sourceError;
    throw new UnpackError(`it cannot be unpacked as ${name}: ${errorMessage(error)}. Is the file complete?`);
  }
}

/** The compressed data are damaged or cut off. */
export class UnpackError extends Error {}

async function* noteError(chunks: AsyncIterable<Uint8Array>, note: (error: unknown) => void) {
  try {
    yield* chunks;
  } catch (error) {
    note(error);
    throw error;
  }
}
