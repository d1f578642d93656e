import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../util/environment.ts';
import { resolveCacheDirectory } from './cache-directory.ts';
import { CATALOG, type CatalogEntry } from './catalog/catalog.ts';
import { RANKER_CATALOG, type RankerEntry } from './catalog/ranker-catalog.ts';
import { readFileState } from './files/file-facts.ts';
import { readRecords } from './files/record.ts';
import { parseModelReference } from './model-reference.ts';
import type { WeightsOptions } from './weights-context.ts';
import { loadedPath, locateFiles, planEntry, planRanker, planWeights, type WeightsPlan } from './weights-plan.ts';

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
  /** `damaged` = the size is wrong. That is all that is looked at: listing hashes nothing. */
  readonly state: 'cached' | 'absent' | 'damaged';
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
  const { catalog = CATALOG, rankers = RANKER_CATALOG, env = process.env } = options;
  const cacheDirectory = resolveCacheDirectory(options);
  const place = { cacheDirectory, env };
  const named = new Set([...catalog, ...rankers].map(({ name }) => name));
  const records = (await readRecords(cacheDirectory)).filter(
    ({ name }) => /^hf:|:int8$/.test(name) && !named.has(name),
  );
  const names = records.map(({ name }) => name).toSorted();
  const other = await listOthers(cacheDirectory, new Set(catalog.map(({ file }) => file)));
  const listed = await Promise.all([
    ...catalog.map((entry) => listPlan(planEntry(entry, cacheDirectory), place, `local/${entry.name}`, entry)),
    ...rankers.map((entry) => listPlan(planRanker(entry), place, entry.name, entry)),
    ...names.map((name) => {
      const parsed = parseModelReference(name);
      if (parsed.type === 'file') return undefined;
      const plan = planWeights(parsed, { reference: name, catalog, cacheDirectory });
      return listPlan(plan, place, name.startsWith('hf:') ? `local/${name}` : name);
    }),
  ]);
  return [...listed.filter((item) => item !== undefined), ...other];
}

/** What is there of a plan, or would be. */
async function listPlan(
  plan: WeightsPlan,
  { cacheDirectory, env }: { cacheDirectory: string; env: Environment },
  reference: string,
  entry?: CatalogEntry | RankerEntry,
): Promise<ListedWeights> {
  const { name, ownPath } = plan;
  const { licence, licenceUrl, description, parameters } = entry ?? {};
  const about = { name, reference, licence, licenceUrl, description, parameters };
  const [found] = await locateFiles(plan, { cacheDirectory, env });
  const files = found?.files ?? [];
  const sizes = await Promise.all(files.map(async ({ path }) => (await readFileState(path))?.bytes ?? 0));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (found === undefined) {
    const size = plan.expected.bytes ?? entry?.approximateBytes ?? 0;
    return { ...about, path: ownPath ?? cacheDirectory, bytes: size, state: 'absent' };
  }
  const isRight = files.every(({ expected }, index) => (expected.bytes ?? sizes[index]) === sizes[index]);
  return { ...about, path: loadedPath(plan, files), bytes, state: isRight ? 'cached' : 'damaged' };
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
