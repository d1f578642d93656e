import { resolve } from 'node:path';
import type { SegmentStore, Usage } from '../../batch/index.ts';
import type { JobReport, SpendingSums } from '../../batch/queue/index.ts';
import { readJobPaths } from '../batch/job-configuration.ts';
import type { JobPlace } from '../batch/run-output.ts';
import type { CliContext } from '../cli-context.ts';
import { oneLine } from '../render/text.ts';
import { StorageWaits } from './storage-waits.ts';

/** Of ranges that are only counted. */
const LEASE_MS = 30_000;

/** Where the finished segments of a job are; nothing where they are in its folder. */
export async function storeOf(folder: string, context: CliContext): Promise<{ readonly store?: SegmentStore }> {
  const { storage } = await readJobPaths(folder);
  if (storage === undefined) return {};
  const { openStorage } = await import('../../batch/queue/index.ts');
  return { store: (await openStorage(storage, context)).segments };
}

/** Where a job is that workers have done, for a run of it on this machine: the storage is waited for. */
export async function placeOf(folder: string, context: CliContext): Promise<JobPlace> {
  const { queue, storage } = await readJobPaths(folder);
  if (storage === undefined) return { queue };
  const { openStorage, RetryingStore } = await import('../../batch/queue/index.ts');
  const note = (text: string) => void context.errors.write(`${context.colors.yellow(oneLine(text))}\n`);
  const patience = new StorageWaits({ note }).patience(context.abortSignal);
  const { segments } = await openStorage(storage, { env: context.env, patience });
  return { queue, storage, store: new RetryingStore(segments, patience) };
}

/**
 * What a job has spent that was in a queue, as far as the command knows that has waited for it; undefined for others.
 *
 * @param usage What its results have taken.
 */
export async function queuedSpending(folder: string, usage: Usage): Promise<SpendingSums | undefined> {
  const { queue } = await readJobPaths(folder);
  if (queue === undefined) return undefined;
  const { readSpending, withLaterCalls } = await import('../../batch/queue/index.ts');
  const noted = await readSpending(folder);
  if (noted === undefined) return undefined;
  const { spent, calls, lostCalls, results } = withLaterCalls(noted, usage);
  return { spent, calls, lostCalls, results };
}

/**
 * How far the workers of a queue are with a job; undefined where it is in none.
 *
 * @param url Of the queue. Default: that of the last run, without a password.
 */
export async function queuedReport(
  folder: string,
  url: string | undefined,
  context: CliContext,
): Promise<JobReport | undefined> {
  const { queue: noted, storage } = await readJobPaths(folder);
  const address = url ?? noted;
  if (address === undefined) return undefined;
  const {
    folderStorage,
    jobBudget,
    jobList,
    jobName,
    jobState,
    openQueue,
    openStorage,
    readSpending,
    readStoredManifest,
    reportJob,
    spendingOf,
  } = await import('../../batch/queue/index.ts');
  const place = storage === undefined ? folderStorage(resolve(folder)) : await openStorage(storage, context);
  const manifest = await readStoredManifest(storage === undefined ? place : folderStorage(resolve(folder)));
  const queue = await openQueue(address);
  try {
    const name = jobName(place.url, manifest);
    const { state: jobs = {} } = await jobList(queue.documents).read();
    if (!Object.hasOwn(jobs, name)) return undefined;
    const ranges = await queue.ranges(name, { leaseMs: LEASE_MS, onError: () => {} });
    try {
      const state = jobState(queue.documents, name);
      const { state: budget, now } = await jobBudget(queue.documents, name).read();
      const spending = budget === undefined ? await readSpending(folder) : spendingOf(budget, now);
      return await reportJob({ manifest, state, spending, counts: await ranges.counts() });
    } finally {
      await ranges.close();
    }
  } finally {
    await queue.close();
  }
}
