import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { FailedSource } from '../error/index.ts';
import { prepareCacheDirectory, unwritableCacheError } from './cache-directory.ts';
import type { CatalogEntry } from './catalog-entry.ts';
import { fetchWeights } from './fetch-weights.ts';
import { withFileLock } from './file-lock.ts';
import { readFileState } from './file-state.ts';
import type { ResolvedWeights } from './resolved-weights.ts';
import { modelsFolderPath, modelsFolderProblem, resolveUserFile } from './user-file.ts';
import { recallVerification, rememberVerification, type VerifiedFile, verifyFile } from './verification.ts';
import type { WeightsContext } from './weights-context.ts';

/**
 * The weights of a catalog entry: from `LLM_BLENDER_MODELS`, else the cache, else its sources in order.
 *
 * @throws WeightsUnavailableError, InvalidArgumentError (cache cannot be written), the signal's reason on abort.
 */
export async function resolveCatalogWeights(context: WeightsContext, entry: CatalogEntry): Promise<ResolvedWeights> {
  const { reference } = context;
  const tried: FailedSource[] = [];
  const own = modelsFolderPath(entry, context.env);
  if (own !== undefined) {
    const reason = await modelsFolderProblem(own, entry);
    if (reason === undefined) return resolveUserFile(own, reference);
    const failed = { source: 'LLM_BLENDER_MODELS', reason };
    tried.push(failed);
    context.tell({ type: 'weights-source-failed', ...failed });
  }
  const path = cachePath(context.cacheDirectory, entry);
  const cached = (file: VerifiedFile): ResolvedWeights => ({ reference, path, ...pick(file), source: 'cache' });
  const recalled = await recallVerification(path, entry);
  if (recalled !== undefined) return cached(recalled);
  const readOnly = await verifyInReadOnlyCache(context, entry, path);
  if (readOnly !== undefined) return cached(readOnly);
  return withFileLock<ResolvedWeights>(
    {
      path,
      onWaiting: () => context.tell({ type: 'weights-waiting' }),
      isDone: async () => {
        const file = await recallVerification(path, entry);
        return file === undefined ? undefined : cached(file);
      },
      abortSignal: context.abortSignal,
    },
    async (abortSignal) => {
      const state = await readFileState(path);
      const found = await verifyFile(path, entry, abortSignal);
      if (found.type === 'verified') {
        await rememberVerification(path, found.sha256, state);
        return cached(found);
      }
      const damaged = found.type === 'damaged';
      if (damaged) context.tell({ type: 'weights-damaged', path });
      const reason = damaged ? `${path} is damaged: ${found.reason}` : `there is no file ${path}`;
      const before = [...tried, { source: 'cache', reason }];
      const { source, ...file } = await fetchWeights({ context, entry, target: path, tried: before, abortSignal });
      return { ...cached(file), source };
    },
  );
}

/** Where the cache has the file of an entry, or would have it. */
export function cachePath(cacheDirectory: string, entry: CatalogEntry): string {
  return join(cacheDirectory, entry.file);
}

/**
 * A cache that cannot be written, as in a container image, still serves what is in it: the file is hashed without
 * lock, and nothing is remembered. Undefined where the cache can be written.
 */
async function verifyInReadOnlyCache(
  { cacheDirectory, abortSignal }: WeightsContext,
  entry: CatalogEntry,
  path: string,
): Promise<VerifiedFile | undefined> {
  try {
    await prepareCacheDirectory(cacheDirectory);
    return undefined;
  } catch (error) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    const found = isThere ? await verifyFile(path, entry, abortSignal) : undefined;
    if (found?.type === 'verified') return found;
    if (found?.type === 'damaged')
      throw unwritableCacheError(cacheDirectory, new Error(found.reason, { cause: error }));
    throw error;
  }
}

function pick({ sha256, bytes }: VerifiedFile): VerifiedFile {
  return { sha256, bytes };
}
