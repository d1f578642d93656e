import { join } from 'node:path';
import { ModelLoadError, ModelNotFoundError } from '../error/index.ts';
import { errorMessage } from '../util/error-message.ts';
import { type Environment, readVariable } from '../util/environment.ts';
import { expandHome } from './cache-directory.ts';
import type { CatalogEntry } from './catalog/catalog.ts';
import { hasGgufMagic, readFileState } from './files/file-facts.ts';
import type { ResolvedWeights } from './resolve-weights.ts';

/**
 * A `.gguf` file of the user's own. It is not hashed: what is in it is their business.
 *
 * @throws ModelNotFoundError where there is no such file, ModelLoadError where it cannot be read or is no GGUF file.
 */
export async function resolveUserFile(path: string, reference: string): Promise<ResolvedWeights> {
  try {
    const bytes = (await readFileState(path))?.bytes;
    if (bytes === undefined) throw new ModelNotFoundError({ reference, hint: `There is no file ${path}` });
    if (await hasGgufMagic(path)) return { reference, path, sha256: undefined, bytes, source: 'file' };
    throw new Error(
      'it does not begin as a GGUF file does. It may be incomplete, or a page that was saved in its place.',
    );
  } catch (cause) {
    if (cause instanceof ModelNotFoundError) throw cause;
    throw new ModelLoadError({ reference, path, reason: errorMessage(cause), cause });
  }
}

/** Where `LLM_BLENDER_MODELS` has the file of a catalog entry, or would have it; undefined where it is not set. */
export function modelsFolderPath(entry: CatalogEntry, env: Environment): string | undefined {
  const folder = readVariable(env, 'LLM_BLENDER_MODELS');
  return folder === undefined ? undefined : join(expandHome(folder), entry.file);
}

/** Why the file in `LLM_BLENDER_MODELS` cannot be used, undefined where it can. Cheap: it is not hashed. */
export async function modelsFolderProblem(path: string, { bytes }: CatalogEntry): Promise<string | undefined> {
  try {
    const state = await readFileState(path);
    if (state === undefined) return `there is no file ${path}`;
    if (bytes !== undefined && state.bytes !== bytes) {
      return `${path} has ${state.bytes} bytes where ${bytes} are expected`;
    }
    return (await hasGgufMagic(path)) ? undefined : `${path} does not begin as a GGUF file does`;
  } catch (error) {
    return errorMessage(error);
  }
}
