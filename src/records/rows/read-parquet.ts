import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { AsyncBuffer, Compressors } from 'hyparquet';
import { errorMessage } from '../../util/error-message.ts';
import { importOptional } from '../../util/import-optional.ts';
import type { Row } from './row.ts';

/** Rows that are decoded at once. */
const BATCH = 1000;

const COMPRESSORS: Compressors = {
  GZIP: (bytes) => gunzipSync(bytes),
  BROTLI: (bytes) => brotliDecompressSync(bytes),
  ZSTD: (bytes) => zstdDecompressSync(bytes),
};

/**
 * The rows of a Parquet file. Only a file on disk is read piece by piece; what comes through a pipe is collected, since
 * the table of contents stands at the end.
 *
 * @throws MissingDependencyError without hyparquet.
 */
export async function* readParquet(
  chunks: AsyncIterable<Uint8Array>,
  { path }: { path: string | undefined },
): AsyncGenerator<Row, void> {
  const hyparquet = await importOptional(() => import('hyparquet'), {
    dependency: 'hyparquet',
    feature: 'Reading Parquet files',
    command: 'npm install hyparquet',
  });
  let number = 0;
  try {
    const file = path === undefined ? await collect(chunks) : await hyparquet.asyncBufferFromFile(path);
    const metadata = await hyparquet.parquetMetadataAsync(file);
    const total = Number(metadata.num_rows);
    const bytesPerRow = file.byteLength / Math.max(1, total);
    for (let rowStart = 0; rowStart < total; rowStart += BATCH) {
      const rowEnd = Math.min(total, rowStart + BATCH);
      const rows = await hyparquet.parquetReadObjects({ file, metadata, rowStart, rowEnd, compressors: COMPRESSORS });
      for (const value of rows) {
        number += 1;
        yield { number, endOffset: Math.round(number * bytesPerRow), value: plain(value) };
      }
    }
  } catch (error) {
    const message = errorMessage(error);
    const help = message.includes('codec') ? '. Write it with snappy, gzip or zstd' : '';
    yield { number: number + 1, problem: `it cannot be read as Parquet: ${message}${help}.` };
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
