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

/**
 * The file of a catalog entry in `LLM_BLENDER_MODELS`, and why it cannot be used, if so; undefined where the variable is
 * not set. Cheap: the file is not hashed.
 */
export async function lookInModelsFolder(
  { file, bytes }: CatalogEntry,
  env: Environment,
): Promise<{ readonly path: string; readonly problem: string | undefined } | undefined> {
  const folder = readVariable(env, 'LLM_BLENDER_MODELS');
  if (folder === undefined) return undefined;
  const path = join(expandHome(folder), file);
  return { path, problem: await fileProblem(path, bytes).catch(errorMessage) };
}

async function fileProblem(path: string, bytes: number | undefined): Promise<string | undefined> {
  const state = await readFileState(path);
  if (state === undefined) return `there is no file ${path}`;
  if (bytes !== undefined && state.bytes !== bytes) {
    return `${path} has ${state.bytes} bytes where ${bytes} are expected`;
  }
  return (await hasGgufMagic(path)) ? undefined : `${path} does not begin as a GGUF file does`;
}
