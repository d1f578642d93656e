import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { prepareCacheDirectory } from './cache-directory.ts';
import { fetchHubReference } from './fetch-hub-reference.ts';
import { withFileLock } from './file-lock.ts';
import { type HubRecord, isHubRecordFresh, readHubRecord, reverifyHubRecord, writeHubRecord } from './hub-record.ts';
import { hubFolder, parseHubReference } from './hub-reference.ts';
import type { ResolvedWeights } from './resolved-weights.ts';
import type { WeightsContext } from './weights-context.ts';

/**
 * The weights of an `hf:` reference: from the cache, else through node-llama-cpp's own resolver.
 *
 * @throws ModelNotFoundError (not written as such a reference), MissingDependencyError, WeightsUnavailableError,
 *   InvalidArgumentError (cache cannot be written), the signal's reason on abort.
 */
export async function resolveHubReference(context: WeightsContext, uri: string): Promise<ResolvedWeights> {
  const reference = parseHubReference(uri, context.reference);
  const folder = hubFolder(context.cacheDirectory, uri);
  const resolved = (record: HubRecord, source: ResolvedWeights['source']): ResolvedWeights => {
    const [only, ...more] = record.files;
    const bytes = record.files.reduce((sum, file) => sum + file.bytes, 0);
    const sha256 = more.length === 0 ? only?.sha256 : undefined;
    return { reference: context.reference, path: join(folder, record.entrypoint), sha256, bytes, source };
  };
  const recall = async () => {
    const record = await readHubRecord(folder);
    return record !== undefined && (await isHubRecordFresh(folder, record)) ? resolved(record, 'cache') : undefined;
  };
  const recalled = await recall();
  if (recalled !== undefined) return recalled;
  const readOnly = await verifyInReadOnlyCache(context, folder);
  if (readOnly !== undefined) return resolved(readOnly, 'cache');
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
        return resolved(verified, 'cache');
      }
      if (record !== undefined) context.tell({ type: 'weights-damaged', path: join(folder, record.entrypoint) });
      const reason = record === undefined ? `there is no folder ${folder}` : `${folder} is damaged`;
      const tried = [{ source: 'cache', reason }];
      return resolved(await fetchHubReference({ context, reference, folder, tried, abortSignal }), 'hugging-face');
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
