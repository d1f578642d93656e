import { access, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InvalidArgumentError } from '../error/index.ts';
import { raceAbort } from '../util/race-abort.ts';
import { resolveCacheDirectory } from './cache-directory.ts';
import { CATALOG } from './catalog.ts';
import { withFileLock } from './file-lock.ts';
import { readFileState } from './file-state.ts';
import { findEntry } from './find-entry.ts';
import { folderBytes } from './folder-bytes.ts';
import { hubFolder, parseHubReference } from './hub-reference.ts';
import { parseModelReference } from './model-reference.ts';
import { partialPath, removePartial } from './partial-file.ts';
import { quantizedFolder } from './quantized-folder.ts';
import { rankerFolder } from './ranker-folder.ts';
import { cachePath } from './resolve-catalog-weights.ts';
import { removeStagingFolders } from './staging-folder.ts';
import { sidecarPath } from './verification.ts';
import type { WeightsOptions } from './weights-context.ts';

/** Options of {@link removeWeights}. */
export interface RemoveWeightsOptions extends WeightsOptions {
  readonly reference: string;
  readonly abortSignal?: AbortSignal | undefined;
}

/**
 * Removes the weights of a reference from the cache, with what an interrupted download has left. Waits for a process
 * that is just fetching them. Returns the freed bytes, 0 where there was nothing.
 *
 * @throws InvalidArgumentError for a file of the user's own, ModelNotFoundError where there is no such name, the
 *   signal's reason on abort.
 */
export async function removeWeights(options: RemoveWeightsOptions): Promise<number> {
  options.abortSignal?.throwIfAborted();
  return raceAbort(remove(options), options.abortSignal);
}

async function remove({
  reference,
  abortSignal,
  catalog = CATALOG,
  ...options
}: RemoveWeightsOptions): Promise<number> {
  const parsed = parseModelReference(reference);
  const directory = resolveCacheDirectory(options);
  if (parsed.type === 'file') {
    const message = 'this is a file of your own, not one of the cache. Delete it yourself if you want to.';
    throw new InvalidArgumentError({ parameter: 'reference', value: reference, message });
  }
  if (parsed.type === 'hugging-face') {
    parseHubReference(parsed.uri, reference);
    const folder = hubFolder(directory, parsed.uri);
    return underLock(folder, abortSignal, () => removeFolders([folder, partialPath(folder)]));
  }
  if (parsed.type === 'ranker') {
    const folder = rankerFolder(directory, parsed.entry);
    const freed = await underLock(folder, abortSignal, () => removeFolders([folder]));
    return freed + (await removeQuantized(directory, parsed.entry.name, abortSignal));
  }
  if (parsed.type === 'quantized-ranker') return removeQuantized(directory, parsed.ranker, abortSignal);
  const path = cachePath(directory, findEntry(catalog, { name: parsed.name, reference }));
  return underLock(path, abortSignal, async () => {
    const bytes = (await readFileState(path))?.bytes ?? 0;
    await Promise.all([rm(path, { force: true }), rm(sidecarPath(path), { force: true }), removeStagingFolders(path)]);
    return bytes + (await removePartial(path));
  });
}

function removeQuantized(directory: string, ranker: string, abortSignal: AbortSignal | undefined): Promise<number> {
  const folder = quantizedFolder(directory, ranker);
  return underLock(folder, abortSignal, () => removeFolders([folder, partialPath(folder)]));
}

async function underLock(
  path: string,
  abortSignal: AbortSignal | undefined,
  work: () => Promise<number>,
): Promise<number> {
  // Without its folder there is nothing to remove, and nowhere to put a lock.
  const hasFolder = await access(dirname(path)).then(
    () => true,
    () => false,
  );
  return hasFolder ? withFileLock({ path, abortSignal }, work) : 0;
}

async function removeFolders(folders: readonly string[]): Promise<number> {
  const sizes = await Promise.all(folders.map(folderBytes));
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  return sizes.reduce((sum, size) => sum + size, 0);
}
