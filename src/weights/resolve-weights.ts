import { InvalidArgumentError } from '../error/index.ts';
import { raceAbort } from '../util/race-abort.ts';
import { findEntry } from './find-entry.ts';
import { parseModelReference } from './model-reference.ts';
import { resolveCatalogWeights } from './resolve-catalog-weights.ts';
import { resolveRankerFolder } from './ranker-folder.ts';
import { resolveHubReference } from './resolve-hub-reference.ts';
import type { ResolvedWeights } from './resolved-weights.ts';
import { resolveUserFile } from './user-file.ts';
import { createWeightsContext, type ResolveWeightsOptions, type WeightsContext } from './weights-context.ts';

/**
 * Finds the weights a model reference names, and fetches them where needed: the user's own files first, then the
 * cache, then the network. Nothing is used before size and sha256 have been checked, and several processes that want
 * the same file fetch it once.
 *
 * Environment: `LLM_BLENDER_CACHE`, `LLM_BLENDER_MODELS`, `LLM_BLENDER_CONNECT_TIMEOUT_MS`, `HF_ENDPOINT`, `HF_TOKEN`.
 *
 * @throws ModelNotFoundError (no such name or file), ModelLoadError (no GGUF file), WeightsUnavailableError (no source
 *   gave it), MissingDependencyError (`hf:` without node-llama-cpp), InvalidArgumentError (cache cannot be written), and
 *   the signal's reason on abort, at once; what was downloaded by then is kept and resumed next time.
 */
export async function resolveWeights(options: ResolveWeightsOptions): Promise<ResolvedWeights> {
  options.abortSignal?.throwIfAborted();
  const context = createWeightsContext(options);
  // The work stops on abort, too, but tidies up first; nobody should have to wait for that.
  const weights = await raceAbort(resolve(context), context.abortSignal);
  context.tell({ type: 'weights-ready', path: weights.path });
  return weights;
}

async function resolve(context: WeightsContext): Promise<ResolvedWeights> {
  const { reference, catalog } = context;
  const parsed = parseModelReference(reference);
  switch (parsed.type) {
    case 'file':
      return resolveUserFile(parsed.path, reference);
    case 'hugging-face':
      return resolveHubReference(context, parsed.uri);
    case 'ranker':
      return resolveRankerFolder(context, parsed.entry);
    case 'quantized-ranker':
      throw new InvalidArgumentError({
        parameter: 'reference',
        value: reference,
        message: `weights in 8 bits are made when they are first used, as in --ranker ${reference}. What they are made from can be fetched.`,
      });
    case 'catalog':
      return resolveCatalogWeights(context, findEntry(catalog, { name: parsed.name, reference }));
    default:
      return parsed satisfies never;
  }
}
