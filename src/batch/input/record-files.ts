import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { InvalidArgumentError } from '../../error/index.ts';
import type { Environment } from '../../util/environment.ts';
import {
  type DataRecord,
  type HubSource,
  isHubPath,
  openHubSources,
  parseFieldMap,
  type RecordForm,
  type RecordItem,
  type RecordPlace,
  type RecordSource,
  readRecords,
} from '../../records/index.ts';
import type { BatchInput, Fingerprint, InputItem, InputPosition } from './batch-input.ts';
import { factsOfFiles, type FileFacts, fingerprintFiles, type InputFile } from './file-fingerprint.ts';

/** Options of {@link recordFiles}. */
export interface RecordFilesOptions {
  /**
   * Files in any of the formats of `readRecords`, read one after the other; also of data sets on Hugging Face,
   * `hf://datasets/OWNER/NAME[@REVISION]/PATH`, with `*` for several.
   */
  readonly paths: readonly string[];
  /** @default 'candidates' */
  readonly form?: RecordForm | undefined;
  /** Fields of the files that stand for ours, such as `instruction=question_text`. */
  readonly map?: readonly string[] | undefined;
  readonly onWarning?: ((message: string) => void) | undefined;
  /** For Hugging Face: `HF_TOKEN`, `HF_ENDPOINT` and others, as in Python. @default process.env */
  readonly env?: Environment | undefined;
}

const NEWLINE = 0x0a;

/**
 * The records of files as the input of a job. JSONL that is not compressed is read from any record on.
 *
 * @throws InvalidArgumentError for a mapping that cannot be used; when the job begins, for what is no file.
 * @example
 * const input = recordFiles({ paths: ['questions.jsonl'], form: 'question' });
 */
export function recordFiles(options: RecordFilesOptions): BatchInput<DataRecord> {
  return recordInput(options, async () => undefined);
}

/**
 * The same with files that lie elsewhere.
 *
 * @param openPath Gives the files of a path that it knows, and undefined for any other.
 */
export function recordInput(
  { paths, form, map: mappings = [], onWarning, env }: RecordFilesOptions,
  openPath: (path: string) => Promise<readonly HubSource[] | undefined>,
): BatchInput<DataRecord> {
  const map = parseFieldMap(mappings);
  const readAll = (sources: readonly RecordSource[]) => readRecords({ sources, form, map, onWarning });
  let opened: Promise<readonly InputFile[]> | undefined;
  // What the paths mean on Hugging Face is asked once: the same content is read to the end.
  const files = () => (opened ??= openFiles(paths, { env, openPath }));
  let seen: readonly FileFacts[] | undefined;
  return {
    check: async (known) => {
      const all = await files();
      await checkFiles(all);
      if (known === undefined) return;
      const found = await factsOfFiles(all);
      checkSame(known, found, { paths, seen });
      seen = found;
    },
    fingerprint: async (cacheFile) => fingerprintFiles(await files(), cacheFile),
    async *read(from) {
      const inputs = await files();
      const hasSeveral = inputs.length > 1;
      const tail = from === undefined ? undefined : await openTail(inputs, from.position);
      if (from === undefined || tail === undefined) {
        yield* withPositions(readAll(inputs.map((file) => sourceOf(file))), { hasSeveral, skip: from?.index ?? 0 });
        return;
      }
      for await (const item of readAll(tail)) yield toItem(item, { hasSeveral, index: from.index + item.index });
    },
  };
}

async function openFiles(
  paths: readonly string[],
  {
    env,
    openPath,
  }: { env: Environment | undefined; openPath: (path: string) => Promise<readonly HubSource[] | undefined> },
): Promise<readonly InputFile[]> {
  const opened: InputFile[] = [];
  for (const path of paths) {
    const known = await openPath(path);
    if (known !== undefined) opened.push(...known);
    else if (isHubPath(path)) opened.push(...(await openHubSources(path, { env })));
    else opened.push(path);
  }
  return opened;
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
function sourceOf(file: InputFile, after?: RecordSource['after']): RecordSource {
  if (typeof file !== 'string') return after === undefined ? file.again() : file.from(after);
  async function* read(): AsyncGenerator<Uint8Array, void> {
    yield* createReadStream(file as string, {
      start: after?.bytes ?? 0,
      highWaterMark: 1 << 18,
    }) as AsyncIterable<Uint8Array>;
  }
  return { name: file, path: file, chunks: read(), after };
}

/**
 * The sources from a position on: the rest of one file, and the files behind it.
 *
 * @returns undefined where there is no line end before it, so that it is no place between two lines.
 */
async function openTail(
  files: readonly InputFile[],
  { offset = 0, line: lines = 0 }: InputPosition,
): Promise<readonly RecordSource[] | undefined> {
  let bytes = offset;
  for (const [number, file] of files.entries()) {
    const size = typeof file === 'string' ? (await stat(file)).size : file.bytes;
    if (bytes >= size && number < files.length - 1) {
      bytes -= size;
      continue;
    }
    if (bytes === 0) return lines === 0 ? files.slice(number).map((rest) => sourceOf(rest)) : undefined;
    if (!(await isLineEnd(file, bytes - 1))) return undefined;
    return [sourceOf(file, { lines, bytes }), ...files.slice(number + 1).map((rest) => sourceOf(rest))];
  }
  return undefined;
}

async function isLineEnd(path: InputFile, position: number): Promise<boolean> {
  if (typeof path !== 'string') return (await path.slice(position, position + 1))[0] === NEWLINE;
  await using file = await open(path, 'r');
  const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, position);
  return bytesRead === 1 && buffer[0] === NEWLINE;
}

/** @throws InvalidArgumentError where the files are not those of a fingerprint, or were written since they were seen. */
function checkSame(
  known: Fingerprint,
  found: readonly FileFacts[],
  { paths, seen = found }: { readonly paths: readonly string[]; readonly seen: readonly FileFacts[] | undefined },
): void {
  const refuse = (message: string) =>
    new InvalidArgumentError({ parameter: 'input', value: paths.join(', '), message });
  const bytes = found.reduce((sum, facts) => sum + Number(facts.bytes), 0);
  if (bytes !== known['bytes']) {
    throw refuse(`it is not the input that the job began with: it has ${bytes} bytes, and had ${known['bytes']}.`);
  }
  if (found.some(({ modified }, index) => modified !== seen[index]?.modified))
    throw refuse('it was changed while the job ran.');
}

/** Refuses what cannot be read more than once. @throws InvalidArgumentError */
async function checkFiles(files: readonly InputFile[]): Promise<void> {
  for (const path of files) {
    if (typeof path !== 'string') continue;
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
