import { join } from 'node:path';
import { fetchHubReference } from './fetch-hub-reference.ts';
import { hubFolder, parseHubReference } from './hub-reference.ts';
import { resolveRecordedFolder } from './recorded-folder.ts';
import type { ResolvedWeights } from './resolved-weights.ts';
import type { WeightsContext } from './weights-context.ts';

/**
 * The weights of an `hf:` reference: from the cache, else through node-llama-cpp's own resolver.
 *
 * @throws ModelNotFoundError (not written as such a reference), MissingDependencyError, WeightsUnavailableError,
 *   InvalidArgumentError (cache cannot be written), the signal's reason on abort.
 */
export async function resolveHubReference(context: WeightsContext, uri: string): Promise<ResolvedWeights> {
  const reference = parseHubReference(uri, context.reference);
  const folder = hubFolder(context.cacheDirectory, uri);
  return resolveRecordedFolder(context, {
    folder,
    toWeights: ({ entrypoint, files }, source) => ({
      reference: context.reference,
      path: join(folder, entrypoint),
      sha256: files.length === 1 ? files[0]?.sha256 : undefined,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      source,
    }),
    fetch: ({ isDamaged, abortSignal }) => {
      const reason = isDamaged ? `${folder} is damaged` : `there is no folder ${folder}`;
      return fetchHubReference({ context, reference, folder, tried: [{ source: 'cache', reason }], abortSignal });
    },
  });
}
