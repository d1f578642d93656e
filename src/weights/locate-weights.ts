import { resolveCacheDirectory } from './cache-directory.ts';
import { CATALOG, findEntry } from './catalog/catalog.ts';
import { readFileState } from './files/file-facts.ts';
import { parseModelReference } from './model-reference.ts';
import { modelsFolderPath, modelsFolderProblem } from './user-file.ts';
import type { WeightsOptions } from './weights-context.ts';
import { loadedPath, locateFiles, planWeights } from './weights-plan.ts';

/**
 * Where the weights of a reference are on this machine; undefined where they would have to be fetched. Asks no
 * network and hashes nothing, so `resolveWeights` may still find the file damaged.
 *
 * @throws ModelNotFoundError where there is no such name.
 */
export async function locateWeights({
  reference,
  catalog = CATALOG,
  env = process.env,
  ...options
}: WeightsOptions & { readonly reference: string }): Promise<string | undefined> {
  const parsed = parseModelReference(reference);
  if (parsed.type === 'file') return (await readFileState(parsed.path)) && parsed.path;
  if (parsed.type === 'catalog') {
    const entry = findEntry(catalog, { name: parsed.name, reference });
    const path = modelsFolderPath(entry, env);
    if (path !== undefined && (await modelsFolderProblem(path, entry)) === undefined) return path;
  }
  const cacheDirectory = resolveCacheDirectory({ ...options, env });
  const plan = planWeights(parsed, { reference, catalog, cacheDirectory });
  for (const { files } of await locateFiles(plan, { cacheDirectory, env })) {
    const states = await Promise.all(files.map(({ path }) => readFileState(path)));
    const isRight = files.every(
      ({ expected }, index) => (expected.bytes ?? states[index]?.bytes) === states[index]?.bytes,
    );
    if (isRight) return loadedPath(plan, files);
  }
  return undefined;
}
