import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { raceAbort } from '../util/race-abort.ts';
import { prepareCacheDirectory } from './cache-directory.ts';
import { withFileLock } from './file-lock.ts';
import { fileSha256 } from './file-sha256.ts';
import { isSameState, readFileState } from './file-state.ts';
import {
  fileRecordSchema,
  hubRecordPath,
  hubRecordSchema,
  isHubRecordFresh,
  reverifyHubRecord,
  writeHubRecord,
} from './hub-record.ts';
import { flushFile, landFile } from './land-file.ts';
import { partialPath } from './partial-file.ts';
import { RANKER_CATALOG } from './ranker-catalog.ts';
import { createWeightsContext, type ResolveWeightsOptions, type WeightsContext } from './weights-context.ts';

/** Raised where the same weights would be quantised differently. */
const VERSION = 1;

/** The record of a quantised folder: that of a fetched one, and what it was made from. */
const quantizedRecordSchema = hubRecordSchema.extend({
  version: z.literal(VERSION),
  source: z.array(fileRecordSchema.omit({ sha256: true })).min(1),
});

type QuantizedRecord = z.infer<typeof quantizedRecordSchema>;

/** Writes the quantised files of a ranker into an empty folder. */
export type Quantize = (options: {
  readonly target: string;
  /** To be told how much is done, from 0 to 1. */
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
  const target = quantizedFolder(context.cacheDirectory, made.ranker);
  const recall = async () => {
    const record = await readQuantizedRecord(target);
    if (record === undefined || !(await isHubRecordFresh(target, record))) return undefined;
    return isSameSource(record.source, await readSource(made.folder)) ? target : undefined;
  };
  const recalled = await recall();
  if (recalled !== undefined) return recalled;
  await prepareCacheDirectory(context.cacheDirectory);
  await mkdir(join(context.cacheDirectory, 'rankers'), { recursive: true });
  return withFileLock(
    {
      path: target,
      onWaiting: () => context.tell({ type: 'weights-waiting' }),
      isDone: recall,
      abortSignal: context.abortSignal,
    },
    async (abortSignal) => {
      const source = await readSource(made.folder);
      const record = await readQuantizedRecord(target);
      if (record !== undefined && isSameSource(record.source, source)) {
        const verified = await reverifyHubRecord(target, record, abortSignal);
        if (verified !== undefined) {
          await writeHubRecord(target, { ...record, ...verified });
          return target;
        }
        context.tell({ type: 'weights-damaged', path: target });
      }
      await makeFolder(context, target, { ...made, source, abortSignal });
      return target;
    },
  );
}

/** Makes the folder under another name, and gives it its own when it is whole. */
async function makeFolder(
  { tell }: WeightsContext,
  target: string,
  { ranker, source, quantize, abortSignal }: Made & { source: QuantizedRecord['source']; abortSignal: AbortSignal },
): Promise<void> {
  const partial = partialPath(target);
  await rm(partial, { recursive: true, force: true });
  try {
    await mkdir(partial);
    tell({ type: 'weights-quantize', share: 0 });
    await quantize({ target: partial, onShare: (share) => tell({ type: 'weights-quantize', share }), abortSignal });
    const files: QuantizedRecord['files'] = [];
    for (const name of (await readdir(partial)).toSorted()) {
      const path = join(partial, name);
      await flushFile(path);
      const sha256 = await fileSha256(path, abortSignal);
      const state = await readFileState(path);
      if (state === undefined) throw new Error(`${path} has gone.`);
      files.push({ name, sha256, ...state });
    }
    const record: QuantizedRecord = { uri: ranker, entrypoint: 'model.safetensors', files, version: VERSION, source };
    await writeHubRecord(partial, record);
    abortSignal.throwIfAborted();
    await rm(target, { recursive: true, force: true });
    await landFile(partial, target);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

/** The record of a quantised folder, undefined where there is none that this version can use. */
export async function readQuantizedRecord(folder: string): Promise<QuantizedRecord | undefined> {
  try {
    return quantizedRecordSchema.parse(JSON.parse(await readFile(hubRecordPath(folder), 'utf8')));
  } catch {
    return undefined;
  }
}

/** The state of the files that weights are made from. */
async function readSource(folder: string): Promise<QuantizedRecord['source']> {
  const names = (await readdir(folder)).filter((name) =>
    /\.safetensors$|^(?:config|tokenizer|ranker|model\.safetensors\.index)\.json$/.test(name),
  );
  const states = await Promise.all(
    names.toSorted().map(async (name) => ({ name, state: await readFileState(join(folder, name)) })),
  );
  return states.flatMap(({ name, state }) => (state === undefined ? [] : [{ name, ...state }]));
}

function isSameSource(left: QuantizedRecord['source'], right: QuantizedRecord['source']): boolean {
  return (
    left.length === right.length &&
    left.every((file, index) => {
      const other = right[index];
      return other !== undefined && file.name === other.name && isSameState(file, other);
    })
  );
}
