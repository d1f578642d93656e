import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { prepareCacheDirectory } from './cache-directory.ts';
import { withFileLock } from './file-lock.ts';
import { type HubRecord, isHubRecordFresh, readHubRecord, reverifyHubRecord, writeHubRecord } from './hub-record.ts';
import type { ResolvedWeights } from './resolved-weights.ts';
import type { WeightsContext } from './weights-context.ts';

/** What {@link resolveRecordedFolder} is told of a folder of the cache that has a record of its files. */
export interface RecordedFolder {
  readonly folder: string;
  readonly toWeights: (record: HubRecord, source: ResolvedWeights['source']) => ResolvedWeights;
  /** Fills the folder and writes its record, as the holder of its lock. */
  readonly fetch: (options: { isDamaged: boolean; abortSignal: AbortSignal }) => Promise<HubRecord>;
}

/**
 * The weights in a folder of the cache: as they are where nothing has changed since they were verified, else hashed
 * again, else fetched, by one process for all.
 *
 * @throws what `fetch` throws, InvalidArgumentError (cache cannot be written), the signal's reason on abort.
 */
export async function resolveRecordedFolder(
  context: WeightsContext,
  { folder, toWeights, fetch }: RecordedFolder,
): Promise<ResolvedWeights> {
  const recall = async () => {
    const record = await readHubRecord(folder);
    return record !== undefined && (await isHubRecordFresh(folder, record)) ? toWeights(record, 'cache') : undefined;
  };
  const recalled = await recall();
  if (recalled !== undefined) return recalled;
  const readOnly = await verifyInReadOnlyCache(context, folder);
  if (readOnly !== undefined) return toWeights(readOnly, 'cache');
  return withFileLock<ResolvedWeights>(
    {
      path: folder,
      onWaiting: () => context.tell({ type: 'weights-waiting' }),
      isDone: recall,
      abortSignal: context.abortSignal,
    },
    async (abortSignal) => {
      const record = await readHubRecord(folder);
      const verified = record === undefined ? undefined : await reverifyHubRecord(folder, record, abortSignal);
      if (verified !== undefined) {
        await writeHubRecord(folder, verified);
        return toWeights(verified, 'cache');
      }
      if (record !== undefined) context.tell({ type: 'weights-damaged', path: join(folder, record.entrypoint) });
      return toWeights(await fetch({ isDamaged: record !== undefined, abortSignal }), 'hugging-face');
    },
  );
}

/** As for catalog entries: what is in a cache that cannot be written is used all the same, once it has been hashed. */
async function verifyInReadOnlyCache(
  { cacheDirectory, abortSignal }: WeightsContext,
  folder: string,
): Promise<HubRecord | undefined> {
  try {
    await prepareCacheDirectory(cacheDirectory);
    await mkdir(dirname(folder), { recursive: true });
    return undefined;
  } catch (error) {
    const record = await readHubRecord(folder);
    const verified = record === undefined ? undefined : await reverifyHubRecord(folder, record, abortSignal);
    if (verified === undefined) throw error;
    return verified;
  }
}
