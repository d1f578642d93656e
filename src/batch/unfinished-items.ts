import { join } from 'node:path';
import type { BatchInput, InputItem } from './input/batch-input.ts';
import { scanInput } from './input/scan-input.ts';
import { type JobPlace, jobStatus, openPlace, segmentRows } from './job-results.ts';
import { checkUnchanged, type PinnedSettings, rangeOf, readManifest } from './job/manifest.ts';
import { type ItemRange, shardRange } from './job/shard.ts';
import { FolderStore } from './journal/folder-store.ts';
import { INPUT_CHECK_FILE } from './journal/job-files.ts';
import type { JobCounts } from './journal/journal.ts';
import { NO_USAGE } from '../spec/usage.ts';

/** What a run of a job would do. */
export interface UnfinishedItems<RECORD> {
  /** How far the job is. */
  readonly counts: JobCounts;
  /** Records that are left to do, without those that have failed. */
  readonly items: AsyncIterable<InputItem<RECORD>>;
}

const WHOLE = { index: 0, count: 1 };

/** Of no importance where nothing is written. */
const SEGMENT_SIZE = 1000;

/**
 * Finds out what a run of a job would do. Writes nothing for a job that has not begun.
 *
 * @throws what the run would throw at its start, besides errors of its folder.
 */
export async function unfinishedItems<RECORD>({
  job,
  input,
  abortSignal,
  ...pinned
}: Omit<PinnedSettings, 'input'> & {
  readonly job: string;
  readonly input: BatchInput<RECORD>;
  readonly abortSignal: AbortSignal;
}): Promise<UnfinishedItems<RECORD>> {
  await input.check?.();
  const manifest = await readManifest(new FolderStore(job));
  if (manifest === undefined) {
    const { records } = await scanInput(input, { segmentSize: SEGMENT_SIZE, abortSignal });
    const range = shardRange(records, pinned.shard ?? WHOLE);
    return { counts: { total: range.end - range.start, ...NOTHING }, items: itemsIn(input, range) };
  }
  checkUnchanged(job, manifest, { ...pinned, input: await input.fingerprint(join(job, INPUT_CHECK_FILE)) });
  return { counts: await jobStatus(job), items: itemsLeft(job, await openPlace(job, {}), input) };
}

const NOTHING = { done: 0, failed: 0, usage: NO_USAGE };

async function* itemsIn<RECORD>(
  input: BatchInput<RECORD>,
  { start, end }: ItemRange,
): AsyncGenerator<InputItem<RECORD>, void> {
  for await (const item of input.read()) {
    if (item.index >= end) return;
    if (item.index >= start) yield item;
  }
}

async function* itemsLeft<RECORD>(
  job: string,
  place: JobPlace,
  input: BatchInput<RECORD>,
): AsyncGenerator<InputItem<RECORD>, void> {
  const { segmentSize } = place.manifest;
  let segment = -1;
  let ended = new Set<number>();
  for await (const item of itemsIn(input, rangeOf(place.manifest))) {
    const number = Math.floor(item.index / segmentSize);
    if (place.finished.has(number)) continue;
    if (number !== segment) {
      segment = number;
      ended = new Set((await segmentRows(job, place, number)).map(({ index }) => index));
    }
    if (!ended.has(item.index)) yield item;
  }
}
