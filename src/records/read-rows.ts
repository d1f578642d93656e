import { DataFormatError } from '../error/index.ts';
import type { ByteRanges } from './bytes/byte-ranges.ts';
import { decodeOrFallBack, toUtf8 } from './bytes/decode-text.ts';
import { readMagic, UnpackError } from './bytes/decompress.ts';
import { PeekableBytes } from './bytes/peekable.ts';
import type { RecordPlace } from './record.ts';
import { detectFormat, isEnough } from './rows/detect-format.ts';
import { readJsonLines } from './rows/read-json-lines.ts';
import { readCsv } from './rows/read-csv.ts';
import { readJson } from './rows/read-json.ts';
import { readParquet } from './rows/read-parquet.ts';
import type { Row } from './rows/row.ts';

/** A file, or what comes through a pipe. */
export interface RecordSource {
  /** For messages: the path as given, or `stdin`. Its end helps to tell formats apart where the content does not. */
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array | string>;
  /** Where the file lies, undefined for a pipe. Formats with their table of contents at the end are read from there. */
  readonly path?: string | undefined;
  /** Pieces of what lies elsewhere, for the same. */
  readonly ranges?: ByteRanges | undefined;
  /** The chunks go on with a file of JSONL, in UTF-8, behind so many lines and bytes of it. */
  readonly after?: { readonly lines: number; readonly bytes: number } | undefined;
}

/** A row with its place. */
export type PlacedRow = { readonly place: RecordPlace } & ({ readonly value: unknown } | { readonly problem: string });

/** Layers of compression that are taken off, so that a file made to unpack for ever ends. */
const MAX_LAYERS = 3;

/**
 * The rows of a source in any of the formats: JSONL, JSON, CSV and TSV in UTF-8 or UTF-16, and Parquet; any of them also
 * compressed with gzip or Zstandard. The content decides, not the name.
 *
 * @param offset Bytes of the sources before this one.
 * @throws DataFormatError where the source as a whole cannot be read; what the source fails with.
 */
export async function* readRows(
  source: RecordSource,
  { offset, onWarning }: { offset: number; onWarning: (message: string) => void },
): AsyncGenerator<PlacedRow, void> {
  const { after } = source;
  if (after !== undefined) {
    for await (const row of readJsonLines(source.chunks)) {
      const endOffset = offset + after.bytes + (row.endOffset ?? 0);
      yield { ...row, place: { source: source.name, unit: 'line', number: after.lines + row.number, endOffset } };
    }
    return;
  }
  let consumed = 0;
  const counted = countBytes(source.chunks, (bytes) => (consumed += bytes));
  const fail = (reason: string) => new DataFormatError({ source: source.name, reason });
  let bytes = new PeekableBytes(counted);
  let layers = 0;
  try {
    let magic = await readMagic(bytes);
    for (; magic.kind === 'compressed'; layers += 1) {
      if (layers === MAX_LAYERS) throw fail('it is compressed too many times.');
      bytes = new PeekableBytes(magic.unpack());
      magic = await readMagic(bytes);
    }
    if (magic.kind === 'unreadable') throw fail(magic.reason);
    const place = (unit: RecordPlace['unit'], { number, endOffset }: Row, skipped?: number): RecordPlace => ({
      source: source.name,
      unit,
      number,
      endOffset:
        offset + (layers > 0 || endOffset === undefined || skipped === undefined ? consumed : skipped + endOffset),
    });
    if (magic.kind === 'parquet') {
      for await (const row of readParquet(bytes, layers === 0 ? source : {}))
        yield { ...row, place: place('row', row, 0) };
      return;
    }
    const text = await toUtf8(bytes);
    const utf8 = new PeekableBytes(text.chunks);
    const { head, isWhole } = await utf8.peek(isEnough);
    const start = Buffer.from(head).toString();
    if (start.trim() === '' && isWhole) return;
    const detected = detectFormat(start, { name: source.name, isWhole });
    if (detected === undefined) {
      throw fail(
        head.includes(0)
          ? 'it is not text. JSONL, JSON, CSV and Parquet are read, also compressed with gzip or zstd.'
          : 'it is neither JSON nor a table. JSONL, JSON, CSV and Parquet are read, also compressed with gzip or zstd.',
      );
    }
    if (detected.format === 'json-lines') {
      for await (const row of readJsonLines(utf8)) yield { ...row, place: place('line', row, text.skipped) };
    } else if (detected.format === 'json') {
      for await (const row of readJson(utf8, detected)) yield { ...row, place: place('item', row) };
    } else {
      const decoded = decodeOrFallBack(utf8, () =>
        onWarning(`${source.name} is not UTF-8 and is read as Windows-1252. Save it as UTF-8 if letters look wrong.`),
      );
      for await (const row of readCsv(decoded, detected.form)) yield { ...row, place: place('row', row) };
    }
  } catch (error) {
    throw error instanceof UnpackError ? fail(error.message) : error;
  }
}

async function* countBytes(
  chunks: AsyncIterable<Uint8Array | string>,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    count(bytes.length);
    yield bytes;
  }
}
