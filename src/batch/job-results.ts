import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidArgumentError, JobError } from '../error/index.ts';
import { lockJob } from './job/job-lock.ts';
import { type Manifest, rangeOf, readManifest } from './job/manifest.ts';
import { wholeLines } from './journal/append-log.ts';
import { FolderStore } from './journal/folder-store.ts';
import { INDEX_FILE, logFolder, logPath, segmentFolder } from './journal/job-files.ts';
import type { JobCounts } from './journal/journal.ts';
import { isJournalLine, type ItemRow, parseRow } from './journal/journal-line.ts';
import { bestRows, readSegment } from './journal/segment-file.ts';
import { countRows, isIndexLine, parseIndex, type SegmentCounts, sumUsage } from './journal/segment-index.ts';
import { latestGenerations, segmentFile } from './journal/segment-names.ts';
import { segmentNumbers } from './journal/segment-range.ts';
import type { SegmentStore } from './journal/segment-store.ts';

/** One result of a job. */
export interface JobResult {
  /** Of the record in the input, from 0. */
  readonly index: number;
  readonly key: string;
  /** True where the record failed; `json` then has the fields `id` and `error`. */
  readonly failed: boolean;
  /** The line of output, without its end. */
  readonly json: string;
}

/** What {@link jobStatus} tells. */
export interface JobStatus extends JobCounts {
  /** Whether a process works on it now. */
  readonly isRunning: boolean;
  readonly manifest: Manifest;
}

/** Where the files of a job are. */
export interface JobPlace {
  readonly store: SegmentStore;
  readonly manifest: Manifest;
  /** The latest finished generation of each segment. */
  readonly finished: ReadonlyMap<number, number>;
  /** The logs of segments in work. */
  readonly logs: ReadonlySet<string>;
}

/**
 * How far a job is, also while another process works on it.
 *
 * @throws InvalidArgumentError where there is no job.
 * @example
 * const { done, failed, total } = await jobStatus('jobs/answers');
 */
export async function jobStatus(job: string, options: { readonly store?: SegmentStore } = {}): Promise<JobStatus> {
  const place = await openPlace(job, options);
  const index = parseIndex(wholeLines(await readIfThere(join(job, INDEX_FILE)), isIndexLine).lines);
  const parts: SegmentCounts[] = [];
  for (const segment of segmentsOf(place.manifest)) {
    const known = index.get(segment);
    const isKnown = known !== undefined && known.generation === place.finished.get(segment);
    const hasLog = isKnown && (await openLines(job, place, segment)).length > 0;
    parts.push(isKnown && !hasLog ? known : countRows(await segmentRows(job, place, segment)));
  }
  return {
    total: place.manifest.records,
    done: parts.reduce((sum, { done }) => sum + done, 0),
    failed: parts.reduce((sum, { failed }) => sum + failed, 0),
    usage: sumUsage(parts.map(({ usage }) => usage)),
    isRunning: isLocked(job),
    manifest: place.manifest,
  };
}

/**
 * The results of a job so far, in the order of the input; records that are not done are left out.
 *
 * @param options.after the index of a record: only those behind it are given.
 * @throws InvalidArgumentError where there is no job; JobError where a file of it is damaged.
 * @example
 * for await (const { json } of readResults('jobs/answers')) console.log(json);
 */
export async function* readResults(
  job: string,
  { after = -1, ...options }: { readonly store?: SegmentStore; readonly after?: number | undefined } = {},
): AsyncGenerator<JobResult, void> {
  const place = await openPlace(job, options);
  for (const segment of segmentsOf(place.manifest)) {
    if ((segment + 1) * place.manifest.segmentSize - 1 <= after) continue;
    for (const { index, key, failed, output } of await segmentRows(job, place, segment)) {
      if (index > after) yield { index, key, failed, json: output };
    }
  }
}

/** What several jobs come to together. */
export function addCounts(jobs: readonly JobCounts[]): JobCounts {
  const sum = (name: 'total' | 'done' | 'failed') => jobs.reduce((all, job) => all + job[name], 0);
  return {
    total: sum('total'),
    done: sum('done'),
    failed: sum('failed'),
    usage: sumUsage(jobs.map(({ usage }) => usage)),
  };
}

/** Finds the files of a job. @throws InvalidArgumentError where there is none. */
export async function openPlace(
  job: string,
  { store = new FolderStore(segmentFolder(job)) }: { readonly store?: SegmentStore },
): Promise<JobPlace> {
  const manifest = await readManifest(new FolderStore(job));
  if (manifest === undefined) {
    throw new InvalidArgumentError({ parameter: 'job', value: job, message: 'there is no batch job in this folder.' });
  }
  // Before the finished ones: what is committed meanwhile is in one of the lists.
  const logs = new Set(await readdir(logFolder(job)).catch(() => []));
  return { store, manifest, finished: latestGenerations(await store.list()), logs };
}

function segmentsOf(manifest: Manifest): Iterable<number> {
  return segmentNumbers(rangeOf(manifest), manifest.segmentSize);
}

/** The rows of a segment, finished or not, one for each item that is done or failed. */
export async function segmentRows(job: string, place: JobPlace, number: number): Promise<readonly ItemRow[]> {
  const generation = place.finished.get(number);
  const finished = generation === undefined ? [] : await readSegment(place.store, { number, generation });
  const open = (await openLines(job, place, number)).flatMap((line) => parseRow(line) ?? []);
  return open.length === 0 ? finished : bestRows([...finished, ...open]);
}

async function openLines(job: string, { finished, logs }: JobPlace, number: number): Promise<readonly string[]> {
  const name = { number, generation: (finished.get(number) ?? 0) + 1 };
  if (!logs.has(segmentFile(name))) return [];
  return wholeLines(await readIfThere(logPath(job, name)), isJournalLine).lines;
}

async function readIfThere(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return new Uint8Array();
    throw error;
  });
}

function isLocked(job: string): boolean {
  try {
    lockJob(job)[Symbol.dispose]();
    return false;
  } catch (error) {
    return error instanceof JobError && error.reason === 'busy';
  }
}
