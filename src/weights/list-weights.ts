import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveCacheDirectory } from './cache-directory.ts';
import { CATALOG } from './catalog.ts';
import type { CatalogEntry } from './catalog-entry.ts';
import { readFileState } from './file-state.ts';
import { type HubRecord, readHubRecord } from './hub-record.ts';
import { readQuantizedRecord } from './quantized-folder.ts';
import { RANKER_CATALOG, type RankerEntry } from './ranker-catalog.ts';
import { rankerFolder } from './ranker-folder.ts';
import { cachePath } from './resolve-catalog-weights.ts';
import type { WeightsOptions } from './weights-context.ts';

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

/** Every catalog entry, then everything else in the cache. Reads only names and sizes. */
export async function listWeights(
  options: WeightsOptions & {
    /** Rankers known by name. @default those of this package */ readonly rankers?: readonly RankerEntry[];
  } = {},
): Promise<ListedWeights[]> {
  const { catalog = CATALOG, rankers: entries = RANKER_CATALOG } = options;
  const directory = resolveCacheDirectory(options);
  const [known, rankers, quantized, fromHub, others] = await Promise.all([
    Promise.all(catalog.map((entry) => listEntry(directory, entry))),
    Promise.all(entries.map((entry) => listRanker(directory, entry))),
    listQuantized(join(directory, 'rankers')),
    listHubFolders(join(directory, 'hf')),
    listOthers(directory, new Set(catalog.map(({ file }) => file))),
  ]);
  return [...known, ...rankers, ...quantized, ...fromHub, ...others];
}

const UNKNOWN = { licence: undefined, licenceUrl: undefined, description: undefined, parameters: undefined };

async function listEntry(directory: string, entry: CatalogEntry): Promise<ListedWeights> {
  const { name, licence, licenceUrl, description, parameters } = entry;
  const path = cachePath(directory, entry);
  const present = (await readFileState(path))?.bytes;
  const isWrong = present !== undefined && entry.bytes !== undefined && present !== entry.bytes;
  const state = present === undefined ? 'absent' : isWrong ? 'damaged' : 'cached';
  const bytes = present ?? entry.bytes ?? entry.approximateBytes;
  return { name, reference: `local/${name}`, path, bytes, state, licence, licenceUrl, description, parameters };
}

async function listRanker(directory: string, entry: RankerEntry): Promise<ListedWeights> {
  const { name, licence, licenceUrl, description, parameters } = entry;
  const path = rankerFolder(directory, entry);
  const record = await readHubRecord(path);
  const state = record === undefined ? 'absent' : (await hasSizes(path, record.files)) ? 'cached' : 'damaged';
  const bytes = record?.files.reduce((sum, file) => sum + file.bytes, 0) ?? entry.approximateBytes;
  return { name, reference: name, path, bytes, state, licence, licenceUrl, description, parameters };
}

async function listQuantized(directory: string): Promise<ListedWeights[]> {
  const names = (await readdir(directory).catch(() => [])).toSorted();
  const listed = await Promise.all(
    names.map(async (entry): Promise<ListedWeights | undefined> => {
      const path = join(directory, entry);
      const record = entry.endsWith('.partial') ? undefined : await readQuantizedRecord(path);
      if (record === undefined) return undefined;
      const name = `${record.uri}:int8`;
      const bytes = record.files.reduce((sum, file) => sum + file.bytes, 0);
      const state = (await hasSizes(path, record.files)) ? 'cached' : 'damaged';
      return { name, reference: name, path, bytes, state, ...UNKNOWN };
    }),
  );
  return listed.filter((item) => item !== undefined);
}

async function listHubFolders(directory: string): Promise<ListedWeights[]> {
  const names = (await readdir(directory).catch(() => [])).toSorted();
  const listed = await Promise.all(
    names.map(async (name): Promise<ListedWeights | undefined> => {
      const folder = join(directory, name);
      const record = name.endsWith('.partial') ? undefined : await readHubRecord(folder);
      if (record === undefined) return undefined;
      const { uri, entrypoint, files } = record;
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
      const state = (await hasSizes(folder, files)) ? 'cached' : 'damaged';
      return { name: uri, reference: `local/${uri}`, path: join(folder, entrypoint), bytes, state, ...UNKNOWN };
    }),
  );
  return listed.filter((item) => item !== undefined);
}

async function hasSizes(folder: string, files: HubRecord['files']): Promise<boolean> {
  const states = await Promise.all(files.map(({ name }) => readFileState(join(folder, name))));
  return files.every((file, index) => states[index]?.bytes === file.bytes);
}

async function listOthers(directory: string, known: ReadonlySet<string>): Promise<ListedWeights[]> {
  const names = (await readdir(directory).catch(() => [])).filter((name) => name.endsWith('.gguf') && !known.has(name));
  const listed = await Promise.all(
    names.toSorted().map(async (name): Promise<ListedWeights | undefined> => {
      const path = join(directory, name);
      const bytes = (await readFileState(path))?.bytes;
      return bytes === undefined
        ? undefined
        : { name, reference: `local/${path}`, path, bytes, state: 'cached', ...UNKNOWN };
    }),
  );
  return listed.filter((item) => item !== undefined);
}
