import { accessOfModel } from '../../calls/index.ts';
import { BATCH_APIS, type BatchApi, type BatchTarget } from './batch-api.ts';
import { BatchLog, type BatchRecord } from './batch-log.ts';
import { USUAL_PACE } from './batch-pace.ts';
import { findBatch } from './find-batch.ts';
import type { ProviderBatchOptions } from './provider-batch-options.ts';
import { reachBy } from './reach-provider.ts';

/**
 * Has providers stop the batches of a job that are not over. The lock of the job has to be held. One that may be
 * another's is left alone.
 */
export async function cancelBatches(
  job: string,
  { model, pace = USUAL_PACE }: Pick<ProviderBatchOptions, 'model' | 'pace'>,
  abortSignal: AbortSignal,
): Promise<readonly BatchRecord[]> {
  const reach = reachBy(model, accessOfModel);
  const log = await BatchLog.open(job);
  try {
    const cancelled: BatchRecord[] = [];
    for (const { number, model: name, state } of log.active) {
      if (state === 'waiting') continue;
      const access = await reach(name);
      const api = BATCH_APIS[access.api];
      const target = { access, abortSignal };
      const current = () => log.all.find((one) => one.number === number);
      const batch = current();
      if (batch === undefined) continue;
      if (state === 'submitting' && !(await findBatch(batch, { log, api, target, searchMs: pace.searchMs }))) continue;
      const found = current() ?? batch;
      if (found.isCancelled || found.isGuess || !(await cancel(found, api, target))) continue;
      await log.append({ type: 'cancelled', number });
      cancelled.push(current() ?? batch);
    }
    return cancelled;
  } finally {
    await log.close();
  }
}

/** @returns whether it is stopped by this, or given up */
async function cancel({ id = '', isLost }: BatchRecord, api: BatchApi, target: BatchTarget): Promise<boolean> {
  if (isLost) return true;
  if ((await api.state(id, target)).isOver) return false;
  try {
    await api.cancel(id, target);
    return true;
  } catch (error) {
    // It may have ended in the meantime, or have been cancelled elsewhere.
    if ((await api.state(id, target)).isOver) return false;
    throw error;
  }
}
