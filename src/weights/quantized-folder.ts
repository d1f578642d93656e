import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { raceAbort } from '../util/race-abort.ts';
import { RANKER_CATALOG } from './catalog/ranker-catalog.ts';
import { fileSha256, readFileState } from './files/file-facts.ts';
import { flushFile, landFile, partialPath } from './files/land-file.ts';
import type { RecordedFile } from './files/record.ts';
import { resolvePlan } from './resolve-weights.ts';
import { createWeightsContext, type ResolveWeightsOptions, type WeightsContext } from './weights-context.ts';
import { planQuantized } from './weights-plan.ts';

/** Writes the quantised files of a ranker into an empty folder. */
export type Quantize = (options: {
  readonly target: string;
  /** Receives how much is done, from 0 to 1. */
  readonly onShare: (share: number) => void;
  readonly abortSignal: AbortSignal;
}) => Promise<void>;

/**
 * The folder with the quantised weights of a ranker, made when it is first asked for, when the files it was made from
 * have changed, and when it is damaged. Several processes make it once.
 *
 * @throws InvalidArgumentError (cache cannot be written), what `quantize` throws, the signal's reason on abort.
 */
export async function resolveQuantizedFolder({
  ranker,
  folder,
  quantize,
  ...options
}: ResolveWeightsOptions & {
  /** Its name, or its folder. */
  readonly ranker: string;
  /** The folder with the weights as they are. */
  readonly folder: string;
  readonly quantize: Quantize;
}): Promise<string> {
  options.abortSignal?.throwIfAborted();
  const context = createWeightsContext(options);
  const isKnown = RANKER_CATALOG.some(({ name }) => name === ranker);
  const plan = planQuantized(isKnown ? ranker : resolve(ranker), context.cacheDirectory);
  const target = plan.ownPath;
  const make = (abortSignal: AbortSignal) => makeFolder(context, { target, quantize, abortSignal });
  const made = { from: await describeSource(folder), make };
  await raceAbort(resolvePlan(context, { ...plan, made }, []), context.abortSignal);
  return target;
}

/** Makes the folder under another name, and gives it its own when it is whole. */
async function makeFolder(
  { report }: WeightsContext,
  { target, quantize, abortSignal }: { target: string; quantize: Quantize; abortSignal: AbortSignal },
): Promise<readonly RecordedFile[]> {
  const partial = partialPath(target);
  await rm(partial, { recursive: true, force: true });
  try {
    await mkdir(partial, { recursive: true });
    report({ type: 'weights-quantize', share: 0 });
    await quantize({ target: partial, onShare: (share) => report({ type: 'weights-quantize', share }), abortSignal });
    const files: RecordedFile[] = [];
    for (const name of (await readdir(partial)).toSorted()) {
      const path = join(partial, name);
      await flushFile(path);
      const [sha256, state] = [await fileSha256(path, abortSignal), await readFileState(path)];
      files.push({ path: join(target, name), sha256, bytes: state?.bytes ?? 0 });
    }
    abortSignal.throwIfAborted();
    await rm(target, { recursive: true, force: true });
    await landFile(partial, target);
    return files;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

/** The state of the files that weights are made from, as a text. To make all anew, have it begin with a version. */
async function describeSource(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) =>
    /\.safetensors$|^(?:config|tokenizer|ranker|model\.safetensors\.index)\.json$/.test(name),
  );
  const states = names.toSorted().map(async (name) => ({ name, ...(await readFileState(join(folder, name))) }));
  return JSON.stringify(await Promise.all(states));
}
