import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type FailedSource, WeightsUnavailableError } from '../error/index.ts';
import { errorMessage } from '../util/error-message.ts';
import { readFileState } from './file-state.ts';
import { resolveHubEndpoint } from './hub-endpoint.ts';
import { type HubRecord, writeHubRecord } from './hub-record.ts';
import { downloadFromHuggingFace } from './hugging-face-download.ts';
import { landFile } from './land-file.ts';
import { partialPath, removePartial } from './partial-file.ts';
import type { RankerEntry } from './ranker-catalog.ts';
import { resolveRecordedFolder } from './recorded-folder.ts';
import { createBytesReporter } from './report-bytes.ts';
import type { ResolvedWeights } from './resolved-weights.ts';
import { countSafetensorsParameters } from './safetensors-size.ts';
import { fetchSmallHubFile } from './small-hub-file.ts';
import { verifyFile } from './verification.ts';
import type { WeightsContext } from './weights-context.ts';

/** Where the cache has the folder of a ranker, or would have it. */
export function rankerFolder(cacheDirectory: string, { name }: RankerEntry): string {
  return join(cacheDirectory, 'rankers', name);
}

/**
 * The folder of a ranker that is known by name: from the cache, else from Hugging Face. `path` is the folder.
 *
 * @throws WeightsUnavailableError, InvalidArgumentError (cache cannot be written), the signal's reason on abort.
 */
export async function resolveRankerFolder(context: WeightsContext, entry: RankerEntry): Promise<ResolvedWeights> {
  const folder = rankerFolder(context.cacheDirectory, entry);
  return resolveRecordedFolder(context, {
    folder,
    toWeights: ({ files }, source) => ({
      reference: context.reference,
      path: folder,
      sha256: undefined,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      source,
    }),
    fetch: ({ abortSignal }) => fetchFolder(context, entry, folder, abortSignal),
  });
}

async function fetchFolder(
  context: WeightsContext,
  entry: RankerEntry,
  folder: string,
  abortSignal: AbortSignal,
): Promise<HubRecord> {
  const source = `Hugging Face (${entry.repo})`;
  context.tell({ type: 'weights-source', source });
  try {
    const { repo, revision } = entry;
    const hub = resolveHubEndpoint(context.env);
    await mkdir(folder, { recursive: true });
    const { connectTimeoutMs, stallTimeoutMs } = context;
    const common = { hub, connectTimeoutMs, stallTimeoutMs, abortSignal };
    const files: { name: string; sha256: string; bytes: number }[] = [];
    for (const file of entry.files) {
      const fetched = await fetchSmallHubFile({ ...common, repo, revision, file, target: join(folder, file) });
      files.push({ name: file, ...fetched });
    }
    const target = join(folder, entry.weightsFile);
    const expected = await downloadFromHuggingFace({
      ...common,
      source: { type: 'hugging-face', repo, revision, file: entry.weightsFile },
      target,
      expected: { sha256: undefined, bytes: undefined },
      onBytes: createBytesReporter(context, source),
    });
    const found = await verifyFile(partialPath(target), expected, abortSignal);
    if (found.type !== 'verified') {
      await removePartial(target);
      throw new Error(`the file is not the right one: ${found.type === 'absent' ? 'it is not there' : found.reason}.`);
    }
    const parameters = await countSafetensorsParameters(partialPath(target));
    if (parameters !== entry.parameters) {
      await removePartial(target);
      throw new Error(`its weights are ${parameters} numbers where ${entry.parameters} are expected.`);
    }
    abortSignal.throwIfAborted();
    await landFile(partialPath(target), target);
    await removePartial(target);
    files.push({ name: entry.weightsFile, sha256: found.sha256, bytes: found.bytes });
    const record = { uri: entry.name, entrypoint: entry.weightsFile, files: await withStates(folder, files) };
    await writeHubRecord(folder, record);
    return record;
  } catch (error) {
    abortSignal.throwIfAborted();
    const failed: FailedSource = { source, reason: errorMessage(error) };
    context.tell({ type: 'weights-source-failed', ...failed });
    const names = [...entry.files, entry.weightsFile].join(', ');
    throw new WeightsUnavailableError({
      reference: context.reference,
      tried: [failed],
      wayOut: [
        'What helps:',
        `  - name a folder that holds ${names} instead of ${entry.name}`,
        '  - or set HF_ENDPOINT to a mirror of Hugging Face, or HTTPS_PROXY (with NODE_USE_ENV_PROXY=1) to a proxy',
        `  - or run "llm-blender models fetch ${entry.name}" where there is a network, and copy the folder ${folder}`,
      ].join('\n'),
    });
  }
}

async function withStates(
  folder: string,
  files: readonly { name: string; sha256: string; bytes: number }[],
): Promise<HubRecord['files']> {
  return Promise.all(
    files.map(async (file) => {
      const state = await readFileState(join(folder, file.name));
      if (state === undefined) throw new Error(`${file.name} has gone.`);
      return { ...file, ...state };
    }),
  );
}
