import { appendFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ModelProgress } from '../spec/model-progress.ts';
import { temporaryFolder } from './__fixtures__/temporary-folder.ts';
import { listWeights } from './list-weights.ts';
import { locateWeights } from './locate-weights.ts';
import { type Quantize, resolveQuantizedFolder } from './quantized-folder.ts';
import { removeWeights } from './remove-weights.ts';
import { resolveWeights } from './resolve-weights.ts';

/** A folder with weights, and something that stands for making them smaller. */
async function setUp() {
  const temporary = await temporaryFolder();
  const folder = join(temporary.path, 'weights');
  await mkdir(folder);
  await writeFile(join(folder, 'config.json'), '{}');
  await writeFile(join(folder, 'model.safetensors'), 'four times as much');
  const cacheDirectory = join(temporary.path, 'cache');
  const seen: ModelProgress[] = [];
  let runs = 0;
  const quantize: Quantize = async ({ target, onShare }) => {
    runs += 1;
    await writeFile(join(target, 'model.safetensors'), `a quarter ${runs}`);
    onShare(1);
  };
  const reference = `${folder}:int8`;
  const options = {
    reference,
    ranker: folder,
    folder,
    cacheDirectory,
    onProgress: (event: ModelProgress) => seen.push(event),
  };
  return {
    reference,
    cacheDirectory,
    weights: join(folder, 'model.safetensors'),
    seen,
    runs: () => runs,
    resolve: (more: { quantize?: Quantize; abortSignal?: AbortSignal } = {}) =>
      resolveQuantizedFolder({ ...options, quantize, ...more }),
    left: () => readdir(join(cacheDirectory, 'rankers')).catch(() => []),
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  };
}

const content = (folder: string) => readFile(join(folder, 'model.safetensors'), 'utf8');

test('is made once, also for those who ask at the same time, and found again', async () => {
  await using it = await setUp();
  const paths = await Promise.all([it.resolve(), it.resolve(), it.resolve()]);
  expect(new Set(paths).size).toBe(1);
  expect(await it.resolve()).toBe(paths[0]);
  expect(it.runs()).toBe(1);
  expect(await content(paths[0] ?? '')).toBe('a quarter 1');
  expect(it.seen.filter(({ type }) => type === 'weights-quantize')).toEqual([
    { type: 'weights-quantize', reference: it.reference, share: 0 },
    { type: 'weights-quantize', reference: it.reference, share: 1 },
  ]);
});

test('is made anew from weights that have changed', async () => {
  await using it = await setUp();
  await it.resolve();
  await appendFile(it.weights, '.');
  expect(await content(await it.resolve())).toBe('a quarter 2');
  expect(it.seen.some(({ type }) => type === 'weights-damaged')).toBe(false);
});

test('is made anew where it is damaged, and says so', async () => {
  await using it = await setUp();
  const folder = await it.resolve();
  await writeFile(join(folder, 'model.safetensors'), 'a quarter X');
  expect(await content(await it.resolve())).toBe('a quarter 2');
  expect(it.seen).toContainEqual({
    type: 'weights-damaged',
    reference: it.reference,
    path: join(folder, 'model.safetensors'),
  });
});

test('is kept where only its times have changed', async () => {
  await using it = await setUp();
  const path = join(await it.resolve(), 'model.safetensors');
  const before = await stat(path);
  await writeFile(path, 'a quarter 1');
  expect((await stat(path)).mtimeMs).toBeGreaterThanOrEqual(before.mtimeMs);
  await it.resolve();
  expect(it.runs()).toBe(1);
});

test('leaves nothing behind where it fails or is aborted', async () => {
  await using it = await setUp();
  const failing: Quantize = async ({ target }) => {
    await writeFile(join(target, 'model.safetensors'), 'half');
    throw new Error('no space left');
  };
  await expect(it.resolve({ quantize: failing })).rejects.toThrow('no space left');
  expect(await it.left()).toEqual([]);

  const controller = new AbortController();
  const reason = new Error('enough');
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  const waiting: Quantize = async ({ target, abortSignal }) => {
    await writeFile(join(target, 'model.safetensors'), 'half');
    setImmediate(() => controller.abort(reason));
    const { promise, reject } = Promise.withResolvers<never>();
    abortSignal.addEventListener('abort', () => reject(abortSignal.reason));
    await promise.finally(stop);
  };
  await expect(it.resolve({ quantize: waiting, abortSignal: controller.signal })).rejects.toBe(reason);
  await stopped;
  await expect.poll(() => it.left()).toEqual([]);
  expect(await content(await it.resolve())).toBe('a quarter 1');
});

test('is listed, located and removed by its name', async () => {
  await using it = await setUp();
  const options = { cacheDirectory: it.cacheDirectory, catalog: [], rankers: [] };
  expect(await locateWeights({ ...options, reference: it.reference })).toBeUndefined();
  await expect(resolveWeights({ ...options, reference: it.reference })).rejects.toThrow(
    'made when they are first used',
  );
  const path = await it.resolve();
  expect(await locateWeights({ ...options, reference: it.reference })).toBe(path);
  expect(await listWeights(options)).toMatchObject([{ name: it.reference, path, bytes: 11, state: 'cached' }]);
  await appendFile(join(path, 'model.safetensors'), '.');
  expect(await listWeights(options)).toMatchObject([{ state: 'damaged' }]);
  expect(await removeWeights({ ...options, reference: it.reference })).toEqual({ bytes: 12, kept: [] });
  expect(await it.left()).toEqual([]);
});
