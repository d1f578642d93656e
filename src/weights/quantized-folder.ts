import { createHash } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { raceAbort } from '../util/race-abort.ts';
import { prepareCacheDirectory } from './cache-directory.ts';
import { RANKER_CATALOG } from './catalog/ranker-catalog.ts';
import { fileSha256, readFileState } from './files/file-facts.ts';
import { withFileLock } from './files/file-lock.ts';
import { flushFile, landFile, partialPath } from './files/land-file.ts';
import { isFresh, readRecord, recordPath, type RecordedFile, writeRecord } from './files/record.ts';
import { createWeightsContext, type ResolveWeightsOptions, type WeightsContext } from './weights-context.ts';

/** Writes the quantised files of a ranker into an empty folder. */
export type Quantize = (options: {
  readonly target: string;
  /** Receives how much is done, from 0 to 1. */
  readonly onShare: (share: number) => void;
  readonly abortSignal: AbortSignal;
}) => Promise<void>;

/** Where the cache has the quantised weights of a ranker, or would have them. `ranker` is its name or its folder. */
export function quantizedFolder(cacheDirectory: string, ranker: string): string {
  const isKnown = RANKER_CATALOG.some(({ name }) => name === ranker);
  const name = isKnown ? ranker : createHash('sha256').update(resolve(ranker)).digest('hex').slice(0, 16);
  return join(cacheDirectory, 'rankers', `${name}-int8`);
}

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
  const made = {
    ranker: RANKER_CATALOG.some(({ name }) => name === ranker) ? ranker : resolve(ranker),
    folder,
    quantize,
  };
  return raceAbort(resolveFolder(context, made), context.abortSignal);
}

interface Made {
  readonly ranker: string;
  readonly folder: string;
  readonly quantize: Quantize;
}

async function resolveFolder(context: WeightsContext, made: Made): Promise<string> {
  const { cacheDirectory, abortSignal } = context;
  const name = `${made.ranker}:int8`;
  const target = quantizedFolder(cacheDirectory, made.ranker);
  const madeFrom = await describeSource(made.folder);
  const recall = async () => {
    const record = await readRecord(cacheDirectory, name);
    return record?.madeFrom === madeFrom && (await isFresh(record)) ? target : undefined;
  };
  const recalled = await recall();
  if (recalled !== undefined) return recalled;
  await prepareCacheDirectory(cacheDirectory);
  const path = recordPath(cacheDirectory, name);
  for (const folder of [dirname(path), dirname(target)]) await mkdir(folder, { recursive: true });
  const onWaiting = () => context.report({ type: 'weights-waiting' });
  return withFileLock({ path, onWaiting, isDone: recall, abortSignal }, async (signal) => {
    const record = await readRecord(cacheDirectory, name);
    if (record !== undefined && record.madeFrom === madeFrom) {
      const files = await hashFiles(
        record.files.map((file) => file.path),
        signal,
      );
      if (record.files.every((file, index) => file.sha256 === files[index]?.sha256)) {
        await writeRecord(cacheDirectory, { name, madeFrom, files });
        return target;
      }
      context.report({ type: 'weights-damaged', path: target });
    }
    await makeFolder(context, { ...made, target, abortSignal: signal });
    const files = (await readdir(target)).toSorted().map((file) => join(target, file));
    await writeRecord(cacheDirectory, { name, madeFrom, files: await hashFiles(files, signal) });
    return target;
  });
}

/** Makes the folder under another name, and gives it its own when it is whole. */
async function makeFolder(
  { report }: WeightsContext,
  { target, quantize, abortSignal }: Made & { target: string; abortSignal: AbortSignal },
): Promise<void> {
  const partial = partialPath(target);
  await rm(partial, { recursive: true, force: true });
  try {
    await mkdir(partial);
    report({ type: 'weights-quantize', share: 0 });
    await quantize({ target: partial, onShare: (share) => report({ type: 'weights-quantize', share }), abortSignal });
    for (const name of await readdir(partial)) await flushFile(join(partial, name));
    abortSignal.throwIfAborted();
    await rm(target, { recursive: true, force: true });
    await landFile(partial, target);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

async function hashFiles(paths: readonly string[], abortSignal: AbortSignal): Promise<RecordedFile[]> {
  const files: RecordedFile[] = [];
  for (const path of paths) {
    const bytes = (await readFileState(path))?.bytes;
    // One that has gone is not like any other.
    files.push({ path, bytes: bytes ?? 0, sha256: bytes === undefined ? '' : await fileSha256(path, abortSignal) });
  }
  return files;
}

/** The state of the files that weights are made from, as a text that changes with it. */
async function describeSource(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) =>
    /\.safetensors$|^(?:config|tokenizer|ranker|model\.safetensors\.index)\.json$/.test(name),
  );
  const states = await Promise.all(
    names.toSorted().map(async (name) => ({ name, ...(await readFileState(join(folder, name))) })),
  );
  return JSON.stringify(states);
}
