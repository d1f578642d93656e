import { setTimeout as delay } from 'node:timers/promises';
import type { BatchApi, BatchTarget } from './batch-api.ts';
import type { BatchLog, BatchRecord, SealedBatch } from './batch-log.ts';

/** The name of a batch at its provider. */
export function nameOfBatch(log: BatchLog, { number }: SealedBatch): string {
  return `llm-blender-${log.job}-${number}`;
}

/**
 * Looks for a batch that may have been made without a note of its id, and notes it. Where the API has no names, it is
 * one of as many requests that was made since, which its results confirm.
 *
 * @param options.searchMs Milliseconds before each look: a list may be late.
 * @returns whether it was found
 */
export async function findBatch(
  batch: BatchRecord,
  { log, api, target, searchMs }: { log: BatchLog; api: BatchApi; target: BatchTarget; searchMs: readonly number[] },
): Promise<boolean> {
  const name = nameOfBatch(log, batch);
  const known = new Set([...log.all.map(({ id }) => id), ...batch.rejected]);
  for (const waitMs of searchMs) {
    await delay(waitMs, undefined, { signal: target.abortSignal });
    for await (const { id, name: listedName, requests } of api.list(target)) {
      if (!api.hasNames && id === batch.before) break;
      const isIt = api.hasNames ? listedName === name : requests === batch.requests;
      if (!isIt || known.has(id)) continue;
      await log.append({ type: 'submitted', number: batch.number, id, at: Date.now(), isGuess: !api.hasNames });
      return true;
    }
  }
  return false;
}
