import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { addUsage, NO_USAGE, type Usage } from '../../spec/usage.ts';
import { AppendLog, wholeLines } from './append-log.ts';
import { isJournalLine, type ItemRow, parseRow } from './journal-line.ts';
import { INDEX_FILE, logFolder, logPath } from './job-files.ts';
import { type CountChange, OpenSegment } from './open-segment.ts';
import { bestRows, readSegment, segmentText } from './segment-file.ts';
import { countRows, isIndexLine, knownUsage, SegmentIndex } from './segment-index.ts';
import { latestGenerations, parseSegmentFile, segmentFile, type SegmentName, segmentPrefix } from './segment-names.ts';
import type { ItemRange } from '../job/shard.ts';
import { segmentNumbers, segmentRange } from './segment-range.ts';
import type { SegmentStore } from './segment-store.ts';

/** Segments that are committed while the next ones are in work. */
const MAX_COMMITS = 2;

/** Options of {@link Journal.open}. */
export interface JournalOptions {
  /** Where the logs of open segments and the index lie, on a disk of this machine. */
  readonly folder: string;
  /** Where finished segments go. */
  readonly store: SegmentStore;
  /** Items in a segment. */
  readonly segmentSize: number;
  /** The items of the job. */
  readonly range: ItemRange;
  /** Whether items that have failed are to be done again. */
  readonly retryFailed: boolean;
  /** Whether open segments are suspended until they are asked for. */
  readonly suspends?: boolean;
}

/** How far a job is. */
export interface JobCounts {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  /** What all items together have taken so far. What is not known counts nothing. */
  readonly usage: Usage;
}

/**
 * What a job has done, in segments of equal ranges of the input. The log of a segment in work is appended to; when its
 * last item is finished, its rows are sorted and committed as one file. Where failures are retried, a segment gets
 * another generation, with the rows of the one before in the place of those that are not done again.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #index: SegmentIndex;
  /** The latest finished generation of each segment. */
  readonly #finished: Map<number, number>;
  readonly #open = new Map<number, Promise<OpenSegment>>();
  /** The states of the items of segments that are unfinished and closed. */
  readonly #suspended = new Map<number, Uint8Array>();
  #done = 0;
  #failed = 0;
  #usage = NO_USAGE;
  #interruptedCalls = 0;
  readonly #commits = new Set<Promise<void>>();
  #isClosed = false;

  private constructor(options: JournalOptions, index: SegmentIndex, finished: Map<number, number>) {
    this.#options = options;
    this.#index = index;
    this.#finished = finished;
  }

  /** Reads the index and the open segments, and of the finished segments those that are not in the index. */
  static async open(options: JournalOptions): Promise<Journal> {
    const { folder } = options;
    await mkdir(logFolder(folder), { recursive: true });
    const { log, lines } = await AppendLog.open(join(folder, INDEX_FILE), { isLine: isIndexLine });
    const journal = new Journal(options, new SegmentIndex(log, lines), await finishedIn(options));
    try {
      await journal.#load();
    } catch (error) {
      await journal.close();
      throw error;
    }
    return journal;
  }

  async #load(): Promise<void> {
    for (const [number, generation] of this.#finished) {
      const known = this.#index.get(number, generation);
      const counts = known ?? countRows(await this.#readRows({ number, generation }));
      if (known === undefined) this.#index.add({ segment: number, generation, ...counts });
      this.#count({ ...counts, usage: [counts.usage] });
    }
    const folder = logFolder(this.#options.folder);
    for (const file of await readdir(folder)) {
      const name = parseSegmentFile(file);
      if (name === undefined) continue;
      // Left by a process that was killed between the commit and the removal.
      if (name.generation <= (this.#finished.get(name.number) ?? 0)) await rm(join(folder, file));
      else await this.#openOnce(name.number);
      if (this.#options.suspends === true) await this.#settleOpen();
    }
    await this.#settleOpen();
  }

  /** Commits open segments that are complete. */
  async #settleOpen(): Promise<void> {
    for (const opened of this.#open.values()) {
      const segment = await opened;
      if (segment.isComplete) await this.#commit(segment);
      else if (this.#options.suspends === true) await this.suspend(segment);
    }
  }

  /** Closes a segment that is not complete, until it is asked for again. Nothing of it may be in work. */
  async suspend(segment: OpenSegment): Promise<void> {
    await segment.close();
    this.#suspended.set(segment.number, segment.states);
    this.#open.delete(segment.number);
  }

  /** Calls that were under way when a process before this one was killed. */
  get interruptedCalls(): number {
    return this.#interruptedCalls;
  }

  get counts(): JobCounts {
    const { start, end } = this.#options.range;
    return { total: end - start, done: this.#done, failed: this.#failed, usage: this.#usage };
  }

  /** The first item of the first segment with something left to do; undefined where nothing is. */
  firstUnfinished(): number | undefined {
    const { range, segmentSize } = this.#options;
    for (const number of segmentNumbers(range, segmentSize)) {
      if (this.hasWork(number)) return segmentRange(number, range, segmentSize).start;
    }
    return undefined;
  }

  /** The segment of an item; undefined where nothing is left to do in it. */
  async segmentOf(index: number): Promise<OpenSegment | undefined> {
    const number = Math.floor(index / this.#options.segmentSize);
    return this.hasWork(number) ? this.#openOnce(number) : undefined;
  }

  /** Whether something is left to do in a segment. */
  hasWork(number: number): boolean {
    if (this.#open.has(number) || this.#suspended.has(number)) return true;
    const generation = this.#finished.get(number);
    if (generation === undefined) return true;
    return this.#options.retryFailed && (this.#index.get(number, generation)?.failed ?? 0) > 0;
  }

  #openOnce(number: number): Promise<OpenSegment> {
    let opening = this.#open.get(number);
    if (opening === undefined) {
      opening = this.#openSegment(number);
      this.#open.set(number, opening);
    }
    return opening;
  }

  async #openSegment(number: number): Promise<OpenSegment> {
    const { folder, segmentSize, range, retryFailed } = this.#options;
    const generation = this.#finished.get(number) ?? 0;
    const earlier = generation === 0 ? [] : await this.#readRows({ number, generation });
    const { log, lines } = await AppendLog.open(logPath(folder, { number, generation: generation + 1 }), {
      isLine: isJournalLine,
    });
    const { start, end } = segmentRange(number, range, segmentSize);
    const states = this.#suspended.get(number);
    const segment = new OpenSegment({ number, start, size: end - start, log, lines, earlier, retryFailed, states });
    if (this.#suspended.delete(number)) return segment;
    this.#interruptedCalls += segment.interruptedCalls;
    this.#count(segment.loaded);
    return segment;
  }

  /** Writes what became of an item of a segment. Resolves once it outlives the machine's power, and is counted. */
  async append(segment: OpenSegment, row: ItemRow): Promise<void> {
    if (this.#isClosed) throw new Error('The run of the job is over.');
    await segment.append(row).synced;
    this.#count(segment.finish(row));
    // What is complete at the end of a run is committed by the next one.
    if (!segment.isComplete || this.#isClosed) return;
    const commit = this.#commit(segment);
    commit.catch(() => {}); // reported to the one who waits
    this.#commits.add(commit);
    if (this.#commits.size > MAX_COMMITS) await this.commitAll();
  }

  /** Waits until every complete segment is committed. @throws what a commit failed with. */
  async commitAll(): Promise<void> {
    const commits = [...this.#commits];
    await Promise.all(commits);
    for (const commit of commits) this.#commits.delete(commit);
  }

  async #commit(segment: OpenSegment): Promise<void> {
    const { folder, store } = this.#options;
    const { number } = segment;
    await segment.close();
    const earlier = this.#finished.get(number) ?? 0;
    const name = { number, generation: earlier + 1 };
    const path = logPath(folder, name);
    // All of it was written by this process, or looked at when it was opened.
    const { lines } = wholeLines(await readFile(path), () => true);
    const before = earlier === 0 ? [] : await this.#readRows({ number, generation: earlier });
    const rows = bestRows([...before, ...lines.flatMap((line) => parseRow(line) ?? [])]);
    const isFirst = await store.commit(segmentFile(name), Buffer.from(segmentText(rows)));
    const counts = countRows(isFirst ? rows : await this.#readRows(name));
    this.#index.add({ segment: number, generation: name.generation, ...counts });
    this.#finished.set(number, name.generation);
    this.#open.delete(number);
    await rm(path);
    if (earlier > 0) await store.remove(segmentFile({ number, generation: earlier }));
  }

  async #readRows(name: SegmentName): Promise<readonly ItemRow[]> {
    return readSegment(this.#options.store, name);
  }

  #count({ done, failed, usage }: CountChange): void {
    this.#done += done;
    this.#failed += failed;
    for (const one of usage) if (one !== undefined) this.#usage = addUsage(this.#usage, knownUsage(one));
  }

  /**
   * Waits until everything that was appended is safe, and closes all files; what is appended later is refused. Failures
   * of writes have been reported.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#commits);
    const opened = await Promise.allSettled(this.#open.values());
    const segments = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value.close()] : []));
    await Promise.allSettled([...segments, this.#index.close()]);
  }
}

/** The latest generation of each finished segment of a job; workers on other ranges may use the same store. */
async function finishedIn({ store, range, segmentSize }: JournalOptions): Promise<Map<number, number>> {
  const own = new Set(segmentNumbers(range, segmentSize));
  const [only] = own;
  const names = await (own.size === 1 && only !== undefined ? store.list(segmentPrefix(only)) : store.list());
  return new Map([...latestGenerations(names)].filter(([number]) => own.has(number)));
}
