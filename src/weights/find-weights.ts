import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type CatalogEntry, findEntry, type NamedWeights } from './catalog/catalog.ts';
import { RANKER_CATALOG, type RankerEntry } from './catalog/ranker-catalog.ts';
import { readFileState } from './files/file-facts.ts';
import { readRecords } from './files/record.ts';
import { parseModelReference } from './model-reference.ts';
import { lookInModelsFolder } from './user-file.ts';
import { resolvePlace, type WeightsOptions, type WeightsPlace } from './weights-context.ts';
import {
  loadedPath,
  locateFiles,
  type LocatedFiles,
  planEntry,
  planRanker,
  planWeights,
  type WeightsPlan,
} from './weights-plan.ts';

/**
 * Where the weights of a reference are on this machine; undefined where they would have to be fetched. Asks no
 * network and hashes nothing, so `resolveWeights` may still find the file damaged.
 *
 * @throws ModelNotFoundError where there is no such name.
 */
export async function locateWeights(
  options: WeightsOptions & { readonly reference: string },
): Promise<string | undefined> {
  const { reference } = options;
  const place = resolvePlace(options);
  const parsed = parseModelReference(reference);
  if (parsed.type === 'file') return (await readFileState(parsed.path)) && parsed.path;
  if (parsed.type === 'catalog') {
    const entry = findEntry(place.catalog, { name: parsed.name, reference });
    const own = await lookInModelsFolder(entry, place.env);
    if (own !== undefined && own.problem === undefined) return own.path;
  }
  const plan = planWeights(parsed, { reference, ...place });
  for (const { files } of await locateFiles(plan, place)) {
    if ((await measureFiles(files)).isRight) return loadedPath(plan, files);
  }
  return undefined;
}

/** Size of files that are there, and whether each is as large as it should be. */
async function measureFiles(files: LocatedFiles['files']): Promise<{ bytes: number; isRight: boolean }> {
  const sizes = await Promise.all(files.map(async ({ path }) => (await readFileState(path))?.bytes ?? 0));
  const isRight = files.every(({ expected }, index) => (expected.bytes ?? sizes[index]) === sizes[index]);
  return { bytes: sizes.reduce((sum, size) => sum + size, 0), isRight };
}

/** One line of a list of weights. */
export interface ListedWeights {
  /** Short name, `hf:` reference, or file name. */
  readonly name: string;
  /** What to write to use it. */
  readonly reference: string;
  /** Where it is, or would be. */
  readonly path: string;
  /** Size in bytes of what is there; of the download where nothing is. */
  readonly bytes: number;
  /**
   * `own file` = it is in the user's own folder, `LLM_BLENDER_MODELS`; `damaged` = the size is wrong. That is all that is
   * looked at: listing hashes nothing.
   */
  readonly state: 'cached' | 'own file' | 'absent' | 'damaged';
  /** Of catalog entries; undefined where it is not known. */
  readonly licence: string | undefined;
  readonly licenceUrl: string | undefined;
  readonly description: string | undefined;
  /** Number of weights. */
  readonly parameters: number | undefined;
}

/** Every entry of the catalogs, then everything else that was fetched or made. Reads only names and sizes. */
export async function listWeights(
  options: WeightsOptions & {
    /** Rankers known by name. @default those of this package */ readonly rankers?: readonly RankerEntry[];
  } = {},
): Promise<ListedWeights[]> {
  const { rankers = RANKER_CATALOG } = options;
  const place = resolvePlace(options);
  const { cacheDirectory, catalog } = place;
  const named = new Set([...catalog, ...rankers].map(({ name }) => name));
  const records = (await readRecords(cacheDirectory)).filter(
    ({ name }) => /^hf:|:int8$/.test(name) && !named.has(name),
  );
  const names = records.map(({ name }) => name).toSorted();
  const other = await listOthers(cacheDirectory, new Set(catalog.map(({ file }) => file)));
  const listed = await Promise.all([
    ...catalog.map((entry) => listEntry(entry, place)),
    ...rankers.map((entry) => listPlan(planRanker(entry), place, entry.name, entry)),
    ...names.map((name) => {
      const parsed = parseModelReference(name);
      if (parsed.type === 'file') return undefined;
      const plan = planWeights(parsed, { reference: name, ...place });
      return listPlan(plan, place, name.startsWith('hf:') ? `local/${name}` : name);
    }),
  ]);
  return [...listed.filter((item) => item !== undefined), ...other];
}

/** What is in the cache, else in the user's own folder. */
async function listEntry(entry: CatalogEntry, place: WeightsPlace): Promise<ListedWeights> {
  const listed = await listPlan(planEntry(entry, place.cacheDirectory), place, `local/${entry.name}`, entry);
  if (listed.state === 'cached') return listed;
  const own = await lookInModelsFolder(entry, place.env);
  return own === undefined || own.problem !== undefined ? listed : { ...listed, state: 'own file', path: own.path };
}

/** What is there of a plan, or would be. */
async function listPlan(
  plan: WeightsPlan,
  place: WeightsPlace,
  reference: string,
  entry?: NamedWeights,
): Promise<ListedWeights> {
  const { name, ownPath } = plan;
  const { licence, licenceUrl, description, parameters } = entry ?? {};
  const about = { name, reference, licence, licenceUrl, description, parameters };
  const [found] = await locateFiles(plan, place);
  if (found === undefined) {
    const bytes = plan.expected.bytes ?? entry?.approximateBytes ?? 0;
    return { ...about, path: ownPath ?? place.cacheDirectory, bytes, state: 'absent' };
  }
  const { bytes, isRight } = await measureFiles(found.files);
  return { ...about, path: loadedPath(plan, found.files), bytes, state: isRight ? 'cached' : 'damaged' };
}

/** Files that the user has put into our cache. */
async function listOthers(directory: string, known: ReadonlySet<string>): Promise<ListedWeights[]> {
  const names = (await readdir(directory).catch(() => [])).filter((name) => name.endsWith('.gguf') && !known.has(name));
  const nothing = { licence: undefined, licenceUrl: undefined, description: undefined, parameters: undefined };
  const listed = await Promise.all(
    names.toSorted().map(async (name): Promise<ListedWeights[]> => {
      const path = join(directory, name);
      const bytes = (await readFileState(path))?.bytes;
      if (bytes === undefined) return [];
      return [{ name, reference: `local/${path}`, path, bytes, state: 'cached', ...nothing }];
    }),
  );
  return listed.flat();
}
