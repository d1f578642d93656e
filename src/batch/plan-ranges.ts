import { COUNT, checkNumber } from '../util/check-number.ts';
import { toInput } from './input/list-input.ts';
import { lockJob } from './job/job-lock.ts';
import { rangeOf } from './job/manifest.ts';
import { keepYoungHeapSmall } from '../util/young-heap.ts';
import { type InputRange, type JobSettings, type OpenedJob, openFolder, openJob } from './job/open-job.ts';
import { FolderStore } from './journal/folder-store.ts';
import { segmentFolder } from './journal/job-files.ts';
import { latestGenerations } from './journal/segment-names.ts';
import { segmentNumbers, segmentRange } from './journal/segment-range.ts';
import { DEFAULT_SEGMENT_SIZE, type RunBatchOptions } from './run-batch.ts';

/**
 * Begins a job that workers do: the parts of the input that are not finished, each for one `runBatch` with `range`, the
 * same `store` and a folder of its own. When all are finished, `readResults(job, { store })` gives the results.
 *
 * @throws InvalidArgumentError for two records with one id, and where the job began with something else.
 * @example
 * const input = recordFiles({ paths: ['questions.jsonl'] });
 * for (const range of await planRanges({ job: 'jobs/answers', input })) console.log(JSON.stringify(range));
 */
export async function planRanges<RECORD>(
  options: Pick<
    RunBatchOptions<RECORD, object>,
    'job' | 'input' | 'configuration' | 'version' | 'segmentSize' | 'store' | 'abortSignal'
  >,
): Promise<readonly InputRange[]> {
  const { job, segmentSize = DEFAULT_SEGMENT_SIZE, store = new FolderStore(segmentFolder(job)) } = options;
  const { abortSignal = new AbortController().signal } = options;
  checkNumber('segmentSize', segmentSize, COUNT);
  const settings: JobSettings<RECORD> = { ...options, input: toInput(options.input), segmentSize };
  await settings.input.check?.();
  await openFolder(job);
  const lock = lockJob(job);
  const heap = keepYoungHeapSmall();
  try {
    return unfinishedRanges(await openJob(settings, abortSignal), await store.list());
  } finally {
    heap[Symbol.dispose]();
    lock[Symbol.dispose]();
  }
}

/** The segments of a job that have no file among those of the store. */
export function unfinishedRanges({ manifest, positions }: OpenedJob, files: readonly string[]): readonly InputRange[] {
  const { segmentSize, input } = manifest;
  const range = rangeOf(manifest);
  const finished = latestGenerations(files);
  return [...segmentNumbers(range, segmentSize)].flatMap((number, place) =>
    finished.has(number)
      ? []
      : { ...segmentRange(number, range, segmentSize), segmentSize, position: positions?.[place], input },
  );
}
