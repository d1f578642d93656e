import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { AsyncBuffer, Compressors, SchemaTree } from 'hyparquet';
import { errorMessage } from '../../util/error-message.ts';
import { importOptional } from '../../util/import-optional.ts';
import type { ByteRanges } from '../bytes/byte-ranges.ts';
import type { Row } from './row.ts';

/** Rows that are decoded at once, at least … */
const BATCH = 1000;
/** … and the parts that a row group is decoded in, at most: each begins at the beginning of the group. */
const PARTS = 8;

const COMPRESSORS: Compressors = {
  GZIP: (bytes) => gunzipSync(bytes),
  BROTLI: (bytes) => brotliDecompressSync(bytes),
  ZSTD: (bytes) => zstdDecompressSync(bytes),
};

/**
 * The rows of a Parquet file. A file on disk or elsewhere is read by row groups; what comes through a pipe is collected,
 * since the table of contents stands at the end.
 *
 * @throws MissingDependencyError without hyparquet; what a source elsewhere fails with.
 */
export async function* readParquet(
  chunks: AsyncIterable<Uint8Array>,
  { path, ranges }: { readonly path?: string | undefined; readonly ranges?: ByteRanges | undefined },
): AsyncGenerator<Row, void> {
  const hyparquet = await importOptional(() => import('hyparquet'), {
    dependency: 'hyparquet',
    feature: 'Reading Parquet files',
    command: 'npm install hyparquet',
  });
  let number = 0;
  const remote = ranges === undefined ? undefined : new GroupBuffer(ranges);
  try {
    const file = remote ?? (path === undefined ? await collect(chunks) : await hyparquet.asyncBufferFromFile(path));
    const metadata = await hyparquet.parquetMetadataAsync(file);
    const bytesPerRow = file.byteLength / Math.max(1, Number(metadata.num_rows));
    const columns = textColumns(hyparquet.parquetSchema(metadata));
    let groupStart = 0;
    for (const { num_rows } of metadata.row_groups) {
      const groupEnd = groupStart + Number(num_rows);
      const batch = Math.max(BATCH, Math.ceil(Number(num_rows) / PARTS));
      for (let rowStart = groupStart; rowStart < groupEnd; rowStart += batch) {
        const read = { rowStart, rowEnd: Math.min(groupEnd, rowStart + batch), columns, compressors: COMPRESSORS };
        for (const value of await hyparquet.parquetReadObjects({ file, metadata, ...read })) {
          number += 1;
          yield { number, endOffset: Math.round(number * bytesPerRow), value: plain(value) };
        }
      }
      remote?.forget();
      groupStart = groupEnd;
    }
  } catch (error) {
    // What cannot be fetched is no fault of the file.
    if (remote?.error !== undefined) throw remote.error;
    const message = errorMessage(error);
    const help = message.includes('codec') ? '. Write it with snappy, gzip or zstd' : '';
    yield { number: number + 1, problem: `it cannot be read as Parquet: ${message}${help}.` };
  }
}

/** The columns at the top that can hold questions and answers: pictures and sounds, as `datasets` keeps them, cannot. */
function textColumns({ children }: SchemaTree): string[] {
  const isMedia = ({ children: fields }: SchemaTree) =>
    fields.length === 2 && fields.every(({ element }) => element.name === 'bytes' || element.name === 'path');
  return children.filter((column) => !isMedia(column)).map(({ element }) => element.name);
}

/** A file elsewhere. Pieces of a row group are kept until it is done, as it is decoded in several parts. */
class GroupBuffer implements AsyncBuffer {
  readonly byteLength: number;
  /** Why a piece could not be read. */
  error: unknown;
  readonly #ranges: ByteRanges;
  readonly #pieces = new Map<string, Promise<ArrayBuffer>>();

  constructor(ranges: ByteRanges) {
    this.#ranges = ranges;
    this.byteLength = ranges.bytes;
  }

  slice(start: number, end: number = this.byteLength): Promise<ArrayBuffer> {
    const key = `${start}-${end}`;
    let piece = this.#pieces.get(key);
    if (piece === undefined) {
      piece = this.#fetch(start, end);
      this.#pieces.set(key, piece);
    }
    return piece;
  }

  forget(): void {
    this.#pieces.clear();
  }

  async #fetch(start: number, end: number): Promise<ArrayBuffer> {
    try {
      return new Uint8Array(await this.#ranges.slice(start, end)).buffer;
    } catch (error) {
      this.error ??= error;
      throw error;
    }
  }
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<AsyncBuffer> {
  return new Uint8Array(await buffer(chunks)).buffer;
}

/** Values as JSON has them. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as Iterable<unknown>, plain);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]));
  }
  return value;
}
