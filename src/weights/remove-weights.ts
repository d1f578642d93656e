import { access, realpath, rm } from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';
import { InvalidArgumentError } from '../error/index.ts';
import type { Environment } from '../util/environment.ts';
import { raceAbort } from '../util/race-abort.ts';
import { resolveCacheDirectory } from './cache-directory.ts';
import { CATALOG } from './catalog/catalog.ts';
import { RANKER_CATALOG } from './catalog/ranker-catalog.ts';
import { folderBytes, readFileIdentity, readFileState } from './files/file-facts.ts';
import { withFileLock } from './files/file-lock.ts';
import { partialPath, removeStagingFolders } from './files/land-file.ts';
import { readRecords, recordPath, removeRecord } from './files/record.ts';
import { HubRepository } from './hub/hub-repository.ts';
import { parseModelReference } from './model-reference.ts';
import type { WeightsOptions } from './weights-context.ts';
import { locateFiles, planWeights, type WeightsPlan } from './weights-plan.ts';

/** Options of {@link removeWeights}. */
export interface RemoveWeightsOptions extends WeightsOptions {
  readonly reference: string;
  readonly abortSignal?: AbortSignal | undefined;
}

/** What was removed, and what was not. */
export interface RemovedWeights {
  /** Bytes that are free now; 0 where there was nothing to remove. */
  readonly bytes: number;
  /** Files in the cache shared with Python that were left: we did not download them, or something else uses them too. */
  readonly kept: readonly string[];
}

/**
 * Removes the weights of a reference that were downloaded for it, with what an interrupted download has left. Waits
 * for a process that is just fetching them.
 *
 * @throws InvalidArgumentError for a file of the user's own, ModelNotFoundError where there is no such name, the
 *   signal's reason on abort.
 */
export async function removeWeights(options: RemoveWeightsOptions): Promise<RemovedWeights> {
  options.abortSignal?.throwIfAborted();
  return raceAbort(remove(options), options.abortSignal);
}

interface Place {
  readonly cacheDirectory: string;
  readonly env: Environment;
  readonly abortSignal: AbortSignal | undefined;
}

async function remove({
  reference,
  abortSignal,
  catalog = CATALOG,
  env = process.env,
  ...options
}: RemoveWeightsOptions): Promise<RemovedWeights> {
  const parsed = parseModelReference(reference);
  if (parsed.type === 'file') {
    const message = 'this is a file of your own, not one of the cache. Delete it yourself if you want to.';
    throw new InvalidArgumentError({ parameter: 'reference', value: reference, message });
  }
  const cacheDirectory = resolveCacheDirectory({ ...options, env });
  const place = { cacheDirectory, env, abortSignal };
  const plan = planWeights(parsed, { reference, catalog, cacheDirectory });
  const removed = await removePlan(plan, place);
  if (!RANKER_CATALOG.some(({ name }) => name === plan.name)) return removed;
  const quantized = await remove({ ...options, reference: `${plan.name}:int8`, catalog, env, abortSignal });
  return { ...removed, bytes: removed.bytes + quantized.bytes };
}

async function removePlan(plan: WeightsPlan, place: Place): Promise<RemovedWeights> {
  const { cacheDirectory, abortSignal } = place;
  const path = recordPath(cacheDirectory, plan.name);
  // Without its folder nothing was fetched, and there is nowhere to put a lock.
  if (!(await exists(dirname(path)))) return removeFiles(plan, place);
  return withFileLock({ path, abortSignal }, async () => {
    const removed = await removeFiles(plan, place);
    await removeRecord(cacheDirectory, plan.name);
    return removed;
  });
}

async function removeFiles(plan: WeightsPlan, place: Place): Promise<RemovedWeights> {
  const { cacheDirectory, env, abortSignal } = place;
  const located = await locateFiles(plan, place);
  const paths = new Set(located.flatMap(({ files }) => files.map((file) => file.path)));
  const own = new Set(plan.ownPath === undefined ? [] : [plan.ownPath, partialPath(plan.ownPath)]);
  for (const path of paths) {
    // A file of its own, or the folder that was made for it.
    const [top, below, ...deeper] = relative(cacheDirectory, path).split(sep);
    if (top !== '..' && deeper.length > 0) own.add(dirname(path));
    else if (top !== '..' && below === undefined) own.add(path);
  }
  let bytes = 0;
  for (const path of own) {
    bytes += (await readFileState(path))?.bytes ?? (await folderBytes(path));
    await rm(path, { recursive: true, force: true });
  }
  if (plan.ownPath !== undefined) await removeStagingFolders(plan.ownPath);
  const kept: string[] = [];
  for (const source of plan.sources) {
    const repository = source.type === 'pypi' ? undefined : new HubRepository(source.repo, env);
    if (repository === undefined || !(await exists(repository.folder))) continue;
    const inside = [...paths].filter((path) => path.startsWith(repository.folder + sep));
    try {
      await repository.prepare();
    } catch {
      kept.push(...inside);
      continue;
    }
    bytes += await withFileLock({ path: repository.lockPath, abortSignal }, () =>
      removeFromRepository(repository, inside, { cacheDirectory, kept }),
    );
  }
  return { bytes, kept };
}

/** Removes what we downloaded, unless its content has another name as well; what is left is added to `kept`. */
async function removeFromRepository(
  repository: HubRepository,
  paths: readonly string[],
  { cacheDirectory, kept }: { cacheDirectory: string; kept: string[] },
): Promise<number> {
  const known = (await readRecords(cacheDirectory)).flatMap(({ files }) => files);
  let bytes = 0;
  for (const path of await repository.partials()) {
    bytes += (await readFileState(path))?.bytes ?? 0;
    await rm(path, { force: true });
  }
  for (const path of paths) {
    const [content, state, identity, names] = await Promise.all([
      realpath(path),
      readFileState(path),
      readFileIdentity(path),
      repository.namesOf(path),
    ]);
    const isDownload = known.some(({ downloaded }) => downloaded !== undefined && downloaded === identity);
    if (isDownload) await rm(path);
    if (isDownload && names.length === 1) {
      await rm(content, { force: true });
      bytes += state?.bytes ?? 0;
    } else kept.push(path);
    await repository.removeEmpty(relative(repository.folder, path).split(sep)[1]);
  }
  await repository.removeEmpty();
  return bytes;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
