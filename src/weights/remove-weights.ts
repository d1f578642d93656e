import { existsSync } from 'node:fs';
import { realpath, rm } from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';
import { InvalidArgumentError } from '../error/index.ts';
import { raceAbort } from '../util/race-abort.ts';
import { RANKER_CATALOG } from './catalog/ranker-catalog.ts';
import { folderBytes, readFileIdentity, readFileState } from './files/file-facts.ts';
import { withFileLock } from '../util/file-lock.ts';
import { removeStagingFolders } from './files/land-file.ts';
import { downloadsName, readRecord, readRecords, recordPath } from './files/record.ts';
import { HubRepository } from './hub/hub-repository.ts';
import { hubCacheDirectory } from './hub/hub-settings.ts';
import { parseModelReference } from './model-reference.ts';
import { resolvePlace, type WeightsOptions, type WeightsPlace } from './weights-context.ts';
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

interface Place extends WeightsPlace {
  readonly abortSignal: AbortSignal | undefined;
}

async function remove(options: RemoveWeightsOptions): Promise<RemovedWeights> {
  const { reference, abortSignal } = options;
  const parsed = parseModelReference(reference);
  if (parsed.type === 'file') {
    const message = 'this is a file of your own, not one of the cache. Delete it yourself if you want to.';
    throw new InvalidArgumentError({ parameter: 'reference', value: reference, message });
  }
  const place = { ...resolvePlace(options), abortSignal };
  const plan = planWeights(parsed, { reference, ...place });
  const removed = await removePlan(plan, place);
  if (!RANKER_CATALOG.some(({ name }) => name === plan.name)) return removed;
  const quantized = await remove({ ...options, reference: `${plan.name}:int8` });
  return { ...removed, bytes: removed.bytes + quantized.bytes };
}

async function removePlan(plan: WeightsPlan, place: Place): Promise<RemovedWeights> {
  const { cacheDirectory, abortSignal } = place;
  const path = recordPath(cacheDirectory, plan.name);
  // Without its folder nothing was fetched, and there is nowhere to put a lock.
  if (!existsSync(dirname(path))) return removeFiles(plan, place);
  return withFileLock({ path, abortSignal }, async () => {
    const removed = await removeFiles(plan, place);
    for (const name of [plan.name, downloadsName(plan.name)]) {
      await rm(recordPath(cacheDirectory, name), { force: true });
    }
    return removed;
  });
}

async function removeFiles(plan: WeightsPlan, place: Place): Promise<RemovedWeights> {
  const unfinished = await readRecord(place.cacheDirectory, downloadsName(plan.name));
  const located = (await locateFiles(plan, place)).flatMap(({ files }) => files);
  const paths = [...located, ...(unfinished?.files ?? [])].map(({ path }) => path);
  const [shared, inside] = [hubCacheDirectory(place.env) + sep, place.cacheDirectory + sep];
  const own = paths.filter((path) => path.startsWith(inside) && !path.startsWith(shared));
  let bytes = await removeOwn(plan, place, own);
  const kept: string[] = [];
  for (const source of plan.sources) {
    const repository = source.type === 'pypi' ? undefined : new HubRepository(source.repo, place.env);
    if (repository === undefined || !existsSync(repository.folder)) continue;
    const links = new Set(paths.filter((path) => path.startsWith(repository.folder + sep)));
    bytes += await removeFromRepository(repository, links, { ...place, kept });
  }
  return { bytes, kept };
}

/** Removes files of our own cache, with the folders that were made for them. */
async function removeOwn(
  { ownPath }: WeightsPlan,
  { cacheDirectory }: Place,
  paths: readonly string[],
): Promise<number> {
  const made = paths.map((path) => (dirname(path) === cacheDirectory ? path : dirname(path)));
  // The last two are notes of version 0.1.
  const beside = ['', '.partial', '.partial.json', '.verified.json'];
  const all = new Set([...made, ...(ownPath === undefined ? [] : beside.map((end) => `${ownPath}${end}`))]);
  let bytes = 0;
  for (const path of all) {
    bytes += (await readFileState(path))?.bytes ?? (await folderBytes(path));
    await rm(path, { recursive: true, force: true });
  }
  if (ownPath !== undefined) await removeStagingFolders(ownPath);
  return bytes;
}

/** Removes what we downloaded, unless its content has another name as well; what is left is added to `kept`. */
async function removeFromRepository(
  repository: HubRepository,
  links: ReadonlySet<string>,
  { cacheDirectory, kept, abortSignal }: Place & { readonly kept: string[] },
): Promise<number> {
  try {
    await repository.prepare();
  } catch {
    kept.push(...links);
    return 0;
  }
  return withFileLock({ path: repository.lockPath, abortSignal }, async () => {
    const known = (await readRecords(cacheDirectory)).flatMap(({ files }) => files);
    const contents = await repository.partials();
    for (const link of links) {
      const [content, identity, names] = await Promise.all([
        realpath(link),
        readFileIdentity(link),
        repository.namesOf(link),
      ]);
      const isDownload = known.some(({ downloaded }) => downloaded !== undefined && downloaded === identity);
      if (isDownload && names.length === 1) contents.push(content);
      else kept.push(link);
      if (isDownload && content !== link) await rm(link);
    }
    let bytes = 0;
    for (const path of contents) {
      bytes += (await readFileState(path))?.bytes ?? 0;
      await rm(path, { force: true });
    }
    for (const link of links) await repository.removeEmpty(relative(repository.folder, link).split(sep)[1]);
    await repository.removeEmpty();
    return bytes;
  });
}
