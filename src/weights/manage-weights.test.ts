import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { startFakeHub } from './__fixtures__/fake-hub.ts';
import { fakeCatalog, fakeGguf, sha256 } from './__fixtures__/fake-weights.ts';
import { temporaryFolder } from './__fixtures__/temporary-folder.ts';
import { listWeights } from './list-weights.ts';
import { locateWeights } from './locate-weights.ts';
import { removeWeights } from './remove-weights.ts';
import { resolveWeights } from './resolve-weights.ts';

// A process is started for an `hf:` reference, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const TINY = 'local/tiny';
const HUB = 'local/hf:owner/tiny-GGUF/tiny.Q4_K_M.gguf';

async function setUp() {
  const content = fakeGguf(5000);
  const folder = await temporaryFolder();
  const hub = await startFakeHub(content);
  const options = {
    cacheDirectory: join(folder.path, 'cache'),
    catalog: fakeCatalog(content),
    rankers: [],
    env: { ...process.env, HF_ENDPOINT: hub.url, HF_TOKEN: undefined, LLM_BLENDER_MODELS: undefined },
  };
  return {
    content,
    hub,
    options,
    folder: folder.path,
    path: join(options.cacheDirectory, 'tiny.gguf'),
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

test('an empty cache lists what can be fetched, and is not created for that', async () => {
  await using it = await setUp();
  expect(await listWeights(it.options)).toEqual([
    {
      name: 'tiny',
      reference: TINY,
      path: it.path,
      bytes: 5000,
      state: 'absent',
      licence: 'Apache-2.0',
      licenceUrl: 'https://example.com/licence',
      description: 'For tests.',
      parameters: 1,
    },
  ]);
  expect(await locateWeights({ ...it.options, reference: TINY })).toBeUndefined();
  expect(await locateWeights({ ...it.options, reference: HUB })).toBeUndefined();
  expect(await removeWeights({ ...it.options, reference: TINY })).toBe(0);
  expect(await removeWeights({ ...it.options, reference: HUB })).toBe(0);
  expect(await readdir(it.folder)).toEqual([]);
});

test('lists, locates and removes what is in the cache', async () => {
  await using it = await setUp();
  await resolveWeights({ ...it.options, reference: TINY });
  const { path } = await resolveWeights({ ...it.options, reference: HUB });
  const other = join(it.options.cacheDirectory, 'other.gguf');
  await writeFile(other, fakeGguf(10));
  expect(await listWeights(it.options)).toMatchObject([
    { name: 'tiny', path: it.path, bytes: 5000, state: 'cached' },
    {
      name: 'hf:owner/tiny-GGUF/tiny.Q4_K_M.gguf',
      reference: HUB,
      path,
      bytes: 5000,
      state: 'cached',
      licence: undefined,
    },
    { name: 'other.gguf', reference: `local/${other}`, path: other, bytes: 10, state: 'cached' },
  ]);
  expect(await locateWeights({ ...it.options, reference: TINY })).toBe(it.path);
  expect(await locateWeights({ ...it.options, reference: HUB })).toBe(path);
  expect(await locateWeights({ ...it.options, reference: `local/${other}` })).toBe(other);

  await writeFile(it.path, 'cut off');
  await writeFile(path, 'cut off');
  expect((await listWeights(it.options)).map(({ state }) => state)).toEqual(['damaged', 'damaged', 'cached']);
  expect(await locateWeights({ ...it.options, reference: TINY })).toBeUndefined();

  await writeFile(`${it.path}.partial`, Buffer.alloc(100));
  await mkdir(`${it.path}.staging-killed`);
  expect(await removeWeights({ ...it.options, reference: TINY })).toBe('cut off'.length + 100);
  expect(await removeWeights({ ...it.options, reference: HUB })).toBeGreaterThan(0);
  expect((await readdir(it.options.cacheDirectory)).toSorted()).toEqual(['hf', 'other.gguf']);
  expect(await readdir(join(it.options.cacheDirectory, 'hf'))).toEqual([]);
});

test('LLM_BLENDER_MODELS is where a file is located first', async () => {
  await using it = await setUp();
  const own = join(it.folder, 'tiny.gguf');
  await writeFile(own, it.content);
  const options = { ...it.options, env: { ...it.options.env, LLM_BLENDER_MODELS: it.folder } };
  expect(await locateWeights({ ...options, reference: TINY })).toBe(own);
});

test("a user's own file is never deleted", async () => {
  await using it = await setUp();
  const own = join(it.folder, 'own.gguf');
  await writeFile(own, it.content);
  const removing = removeWeights({ ...it.options, reference: `local/${own}` });
  await expect(removing).rejects.toMatchObject({ code: 'invalid_argument', parameter: 'reference' });
  expect(await readdir(it.folder)).toEqual(['own.gguf']);
});

test('unknown names and signals that have been given', async () => {
  await using it = await setUp();
  for (const act of [locateWeights, removeWeights]) {
    await expect(act({ ...it.options, reference: 'local/huge' })).rejects.toMatchObject({ code: 'model_not_found' });
    await expect(act({ ...it.options, reference: 'local/hf:huge' })).rejects.toMatchObject({ code: 'model_not_found' });
  }
  const reason = new Error('stop');
  const removing = removeWeights({ ...it.options, reference: TINY, abortSignal: AbortSignal.abort(reason) });
  await expect(removing).rejects.toBe(reason);
});

// The superuser can write everywhere.
test.runIf(process.getuid?.() !== 0)('a cache that cannot be written still serves what is in it', async () => {
  await using it = await setUp();
  const { cacheDirectory } = it.options;
  await mkdir(cacheDirectory);
  await writeFile(it.path, it.content);
  await chmod(cacheDirectory, 0o555);
  try {
    const weights = await resolveWeights({ ...it.options, reference: TINY });
    expect(weights).toMatchObject({ path: it.path, sha256: sha256(it.content), source: 'cache' });
    const missing = resolveWeights({
      ...it.options,
      catalog: fakeCatalog(it.content, { file: 'b.gguf' }),
      reference: TINY,
    });
    await expect(missing).rejects.toMatchObject({ code: 'invalid_argument', message: /EACCES.*LLM_BLENDER_CACHE/ });
    const hub = resolveWeights({ ...it.options, reference: HUB });
    await expect(hub).rejects.toMatchObject({ code: 'invalid_argument' });
  } finally {
    await chmod(cacheDirectory, 0o755);
  }
});
