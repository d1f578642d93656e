import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { errorCode } from '../../util/error-message.ts';
import { lockJob } from '../job/job-lock.ts';
import { wholeLines } from '../journal/append-log.ts';
import { logFolder, logPath } from '../journal/job-files.ts';
import { isJournalLine } from '../journal/journal-line.ts';
import { segmentFile, type SegmentName } from '../journal/segment-names.ts';
import type { SegmentStore } from '../journal/segment-store.ts';
import { CLOCK } from './clock.ts';

const NEWLINE = 0x0a;
/** Parts that are read or removed at once. */
const AT_ONCE = 8;

/** Options of {@link RangeLog.open}. */
export interface RangeLogOptions {
  /** Where the range is done, on a disk of this machine. */
  readonly folder: string;
  readonly segment: SegmentName;
  /** Where the parts are. */
  readonly store: SegmentStore;
}

/**
 * The log of a range in work, of which a copy is kept where other workers find it. What is appended to the log is saved
 * from time to time, as a part that never changes: all parts of all workers together are a log again. So a worker that
 * goes on with a range has all but what came after the last part.
 */
export class RangeLog {
  readonly #path: string;
  readonly #store: SegmentStore;
  readonly #prefix: string;
  /** Two workers may have a range at once. */
  readonly #writer = randomUUID().slice(0, 8);
  #nextPart: number;
  /** Of what is saved, in bytes of the file. */
  #end: number;
  #saving: Promise<void> = Promise.resolve();

  private constructor({ folder, segment, store }: RangeLogOptions, { end, parts }: { end: number; parts: number }) {
    this.#path = logPath(folder, segment);
    this.#store = store;
    this.#prefix = prefixOf(segment);
    this.#end = end;
    this.#nextPart = parts + 1;
  }

  /**
   * Puts the log in the folder together from the parts, and from what an earlier process on this machine did not save.
   *
   * @throws JobError where another process works in the folder.
   */
  static async open(options: RangeLogOptions): Promise<RangeLog> {
    await mkdir(logFolder(options.folder), { recursive: true });
    const lock = lockJob(options.folder);
    try {
      return new RangeLog(options, await restore(options));
    } finally {
      lock[Symbol.dispose]();
    }
  }

  /** Saves what is new. @throws what the storage fails with; it is then new the next time. */
  save(): Promise<void> {
    const saved = this.#saving.catch(() => {}).then(() => this.#saveTail());
    this.#saving = saved;
    return saved;
  }

  async #saveTail(): Promise<void> {
    const lines = await readLines(this.#path, this.#end);
    if (lines.length === 0) return;
    await this.#store.commit(`${this.#prefix}${String(this.#nextPart).padStart(6, '0')}-${this.#writer}`, lines);
    this.#nextPart += 1;
    this.#end += lines.length;
  }

  /** Saves every so often until the signal aborts. */
  async keepSaving(everyMs: number, { signal, onError }: { signal: AbortSignal; onError: (error: unknown) => void }) {
    while (!signal.aborted) {
      await CLOCK.sleep(everyMs, signal);
      if (!signal.aborted) await this.save().catch(onError);
    }
  }
}

/** @returns what is saved of the log: where it ends in the file, and the number of the last part. */
async function restore({ folder, segment, store }: RangeLogOptions): Promise<{ end: number; parts: number }> {
  const names = (await store.list(prefixOf(segment))).toSorted();
  const saved = (await eachOf(names, async (name) => linesOf(await store.read(name)))).flat();
  const path = logPath(folder, segment);
  const own = linesOf(await readFile(path).catch(nothingThere));
  const known = new Set(saved);
  const savedText = textOf(saved);
  await writeFile(`${path}.tmp`, savedText + textOf(own.filter((line) => !known.has(line))));
  await rename(`${path}.tmp`, path);
  const numbers = names.map((name) => Number.parseInt(name.slice(prefixOf(segment).length), 10));
  return { end: Buffer.byteLength(savedText), parts: Math.max(0, ...numbers) };
}

/** Removes the parts of a range that is finished, or of all. */
export async function removeParts(store: SegmentStore, segment?: SegmentName): Promise<void> {
  const names = await store.list(segment === undefined ? '' : prefixOf(segment));
  await eachOf(names, (name) => store.remove(name));
}

function prefixOf(segment: SegmentName): string {
  return `${segmentFile(segment)}/`;
}

function linesOf(content: Uint8Array | undefined): readonly string[] {
  return content === undefined ? [] : wholeLines(content, isJournalLine).lines;
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

function nothingThere(error: unknown): undefined {
  if (errorCode(error) !== 'ENOENT') throw error;
}

/** The whole lines of a file from a byte on; none where it is gone, as after its range is committed. */
async function readLines(path: string, start: number): Promise<Uint8Array> {
  const file = await open(path, 'r').catch(nothingThere);
  if (file === undefined) return new Uint8Array();
  await using handle = file;
  const { size } = await handle.stat();
  const tail = Buffer.alloc(Math.max(0, size - start));
  const { bytesRead } = await handle.read(tail, 0, tail.length, start);
  return tail.subarray(0, tail.subarray(0, bytesRead).lastIndexOf(NEWLINE) + 1);
}

async function eachOf<ITEM, RESULT>(
  items: readonly ITEM[],
  work: (item: ITEM) => Promise<RESULT>,
): Promise<readonly RESULT[]> {
  const results: RESULT[] = [];
  for (let start = 0; start < items.length; start += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(start, start + AT_ONCE).map(work))));
  }
  return results;
}
