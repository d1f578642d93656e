import { lockJob } from './job/job-lock.ts';
import { type BatchRecord, readBatchRecords } from './provider-batch/batch-log.ts';
import type { ProviderBatchOptions } from './provider-batch/provider-batch-options.ts';

/**
 * Has providers stop the batches of a job that are not over. What is answered already is paid, and is used where the job
 * goes on.
 *
 * @returns those that were cancelled
 * @throws JobError where a process works on the job; what a provider answers instead.
 * @example
 * await using blender = createBlender();
 * await cancelProviderBatches({ job: 'jobs/answers', providerBatch: blender });
 */
export async function cancelProviderBatches({
  job,
  providerBatch,
  abortSignal = new AbortController().signal,
}: {
  readonly job: string;
  readonly providerBatch: Pick<ProviderBatchOptions, 'model' | 'pace'>;
  readonly abortSignal?: AbortSignal | undefined;
}): Promise<readonly BatchRecord[]> {
  if ((await readBatchRecords(job)).length === 0) return [];
  const lock = lockJob(job);
  try {
    // Loads the AI SDK.
    const { cancelBatches } = await import('./provider-batch/cancel-batches.ts');
    return await cancelBatches(job, providerBatch, abortSignal);
  } finally {
    lock[Symbol.dispose]();
  }
}
