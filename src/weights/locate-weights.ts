import { join } from 'node:path';
import { resolveCacheDirectory } from './cache-directory.ts';
import { CATALOG } from './catalog.ts';
import type { Environment } from '../util/environment.ts';
import { readFileState } from './file-state.ts';
import { findEntry } from './find-entry.ts';
import { readHubRecord } from './hub-record.ts';
import { hubFolder, parseHubReference } from './hub-reference.ts';
import { parseModelReference } from './model-reference.ts';
import { quantizedFolder, readQuantizedRecord } from './quantized-folder.ts';
import { rankerFolder } from './ranker-folder.ts';
import { cachePath } from './resolve-catalog-weights.ts';
import { modelsFolderPath, modelsFolderProblem } from './user-file.ts';
import type { WeightsOptions } from './weights-context.ts';

/**
 * Where the weights of a reference are on this machine; undefined where they would have to be fetched. Asks no
 * network and hashes nothing, so `resolveWeights` may still find the file damaged.
 *
 * @throws ModelNotFoundError where there is no such name.
 */
export async function locateWeights({
  reference,
  catalog = CATALOG,
  ...options
}: WeightsOptions & { readonly reference: string }): Promise<string | undefined> {
  const parsed = parseModelReference(reference);
  const directory = resolveCacheDirectory(options);
  switch (parsed.type) {
    case 'file':
      return ifFile(parsed.path);
    case 'hugging-face': {
      parseHubReference(parsed.uri, reference);
      const folder = hubFolder(directory, parsed.uri);
      const record = await readHubRecord(folder);
      return record === undefined ? undefined : ifFile(join(folder, record.entrypoint));
    }
    case 'ranker': {
      const folder = rankerFolder(directory, parsed.entry);
      return (await readHubRecord(folder)) === undefined ? undefined : folder;
    }
    case 'quantized-ranker': {
      const folder = quantizedFolder(directory, parsed.ranker);
      return (await readQuantizedRecord(folder)) === undefined ? undefined : folder;
    }
    case 'catalog': {
      const env: Environment = options.env ?? process.env;
      const entry = findEntry(catalog, { name: parsed.name, reference });
      const own = modelsFolderPath(entry, env);
      if (own !== undefined && (await modelsFolderProblem(own, entry)) === undefined) return own;
      const path = cachePath(directory, entry);
      const bytes = (await readFileState(path))?.bytes;
      return bytes === undefined || (entry.bytes !== undefined && bytes !== entry.bytes) ? undefined : path;
    }
    default:
      return parsed satisfies never;
  }
}

async function ifFile(path: string): Promise<string | undefined> {
  return (await readFileState(path)) === undefined ? undefined : path;
}
