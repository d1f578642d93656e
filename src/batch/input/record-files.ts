import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { InvalidArgumentError } from '../../error/index.ts';
import {
  type DataRecord,
  parseFieldMap,
  type RecordForm,
  type RecordItem,
  type RecordPlace,
  type RecordSource,
  readRecords,
} from '../../records/index.ts';
import type { BatchInput, InputItem, InputPosition } from './batch-input.ts';
import { fingerprintFiles } from './file-fingerprint.ts';

/** Options of {@link recordFiles}. */
export interface RecordFilesOptions {
  /** Files in any of the formats of `readRecords`, read one after the other. */
  readonly paths: readonly string[];
  /** @default 'candidates' */
  readonly form?: RecordForm | undefined;
  /** Fields of the files that stand for ours, such as `instruction=question_text`. */
  readonly map?: readonly string[] | undefined;
  readonly onWarning?: ((message: string) => void) | undefined;
}

const NEWLINE = 0x0a;

/**
 * The records of files as the input of a job. JSONL that is not compressed is read from any record on.
 *
 * @throws InvalidArgumentError for a mapping that cannot be used; when the job begins, for what is no file.
 * @example
 * const input = recordFiles({ paths: ['questions.jsonl'], form: 'question' });
 */
export function recordFiles({
  paths,
  form,
  map: mappings = [],
  onWarning,
}: RecordFilesOptions): BatchInput<DataRecord> {
  const map = parseFieldMap(mappings);
  const readAll = (sources: readonly RecordSource[]) => readRecords({ sources, form, map, onWarning });
  return {
    check: () => checkFiles(paths),
    fingerprint: (cacheFile) => fingerprintFiles(paths, cacheFile),
    async *read(from) {
      const tail = from === undefined ? undefined : await openTail(paths, from.position);
      if (from === undefined || tail === undefined) {
        yield* withPositions(readAll(paths.map((path) => sourceOf(path))), {
          hasSeveral: paths.length > 1,
          skip: from?.index ?? 0,
        });
        return;
      }
      for await (const item of readAll(tail)) {
        yield toItem(item, { hasSeveral: paths.length > 1, index: from.index + item.index });
      }
    },
  };
}

/** Numbers the items, and says of each where it begins as long as that is certain. */
async function* withPositions(
  items: AsyncIterable<RecordItem>,
  { hasSeveral, skip }: { hasSeveral: boolean; skip: number },
): AsyncGenerator<InputItem<DataRecord>, void> {
  let before: RecordPlace | undefined;
  let isSeekable = true;
  for await (const item of items) {
    const { place, index } = item;
    // Offsets that do not grow are those of compressed blocks, or of answers that were collected.
    isSeekable &&= place.unit === 'line' && place.endOffset > (before?.endOffset ?? 0);
    const start = before?.source === place.source ? { line: before.number } : { line: 0 };
    if (index >= skip) {
      const position = { ...start, offset: before?.endOffset ?? 0 };
      yield { ...toItem(item, { hasSeveral, index }), position: isSeekable ? position : undefined };
    }
    before = place;
  }
}

function toItem(
  item: RecordItem,
  { hasSeveral, index }: { hasSeveral: boolean; index: number },
): InputItem<DataRecord> {
  const { source, unit, number } = item.place;
  const common = {
    index,
    // Numbers of several files repeat. Their folder is left out: a job may be moved with its input.
    fallbackId: hasSeveral ? `${basename(source)}:${number}` : number,
    place: `${source}, ${unit} ${number}`,
  };
  return 'record' in item
    ? { ...common, id: item.record.id, record: item.record }
    : { ...common, id: undefined, error: item.error };
}

/** Nothing is opened before it is read. */
function sourceOf(path: string, after?: RecordSource['after']): RecordSource {
  async function* read(): AsyncGenerator<Uint8Array, void> {
    yield* createReadStream(path, { start: after?.bytes ?? 0, highWaterMark: 1 << 18 }) as AsyncIterable<Uint8Array>;
  }
  return { name: path, path, chunks: read(), after };
}

/**
 * The sources from a position on: the rest of one file, and the files behind it.
 *
 * @returns undefined where there is no line end before it, so that it is no place between two lines.
 */
async function openTail(
  paths: readonly string[],
  { offset = 0, line: lines = 0 }: InputPosition,
): Promise<readonly RecordSource[] | undefined> {
  let bytes = offset;
  for (const [number, path] of paths.entries()) {
    const { size } = await stat(path);
    if (bytes >= size && number < paths.length - 1) {
      bytes -= size;
      continue;
    }
    if (bytes === 0) return lines === 0 ? paths.slice(number).map((rest) => sourceOf(rest)) : undefined;
    if (!(await isLineEnd(path, bytes - 1))) return undefined;
    return [sourceOf(path, { lines, bytes }), ...paths.slice(number + 1).map((rest) => sourceOf(rest))];
  }
  return undefined;
}

async function isLineEnd(path: string, position: number): Promise<boolean> {
  await using file = await open(path, 'r');
  const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, position);
  return bytesRead === 1 && buffer[0] === NEWLINE;
}

/** Refuses what cannot be read more than once. @throws InvalidArgumentError */
async function checkFiles(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const refuse = (message: string) => new InvalidArgumentError({ parameter: 'input', value: path, message });
    const stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
      throw refuse(
        error.code === 'ENOENT' ? 'there is no such file.' : `it cannot be read (${error.code ?? error.message}).`,
      );
    });
    if (stats.isDirectory()) throw refuse('it is a folder.');
    if (!stats.isFile()) throw refuse('a job reads its input again when it is resumed, so it must be a file.');
  }
}
