import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startFakeHub } from './__fixtures__/fake-hub.ts';
import { fakeCatalog, fakeGguf, sha256 } from './__fixtures__/fake-weights.ts';
import { hubLayout } from './__fixtures__/hub-layout.ts';
import { temporaryFolder } from './__fixtures__/temporary-folder.ts';
import { listWeights } from './list-weights.ts';
import { locateWeights } from './locate-weights.ts';
import { removeWeights } from './remove-weights.ts';
import { resolveWeights } from './resolve-weights.ts';

const TINY = 'local/tiny';
const HUB = 'local/hf:owner/tiny-GGUF/tiny.Q4_K_M.gguf';

async function setUp() {
  const content = fakeGguf(5000);
  const folder = await temporaryFolder();
  const home = join(folder.path, 'home');
  const layout = hubLayout(home);
  const hub = await startFakeHub(content);
  const options = {
    cacheDirectory: join(folder.path, 'cache'),
    catalog: fakeCatalog(content),
    rankers: [],
    env: { HF_ENDPOINT: hub.url, HF_HOME: home },
  };
  return {
    content,
    hub,
    options,
    folder: folder.path,
    home,
    layout,
    ownPath: join(options.cacheDirectory, 'tiny.gguf'),
    path: join(layout.snapshot('f'.repeat(40)), 'tiny.gguf'),
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
      path: it.ownPath,
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
  const nothing = { bytes: 0, kept: [] };
  expect(await removeWeights({ ...it.options, reference: TINY })).toEqual(nothing);
  expect(await removeWeights({ ...it.options, reference: HUB })).toEqual(nothing);
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

  // Both have the same content, so it stays until the last of them goes.
  expect(await removeWeights({ ...it.options, reference: TINY })).toEqual({ bytes: 0, kept: [it.path] });
  expect(await locateWeights({ ...it.options, reference: TINY })).toBeUndefined();
  await writeFile(path, 'cut off');
  expect((await listWeights(it.options)).map(({ state }) => state)).toEqual(['absent', 'damaged', 'cached']);
  await writeFile(it.layout.partial('e'.repeat(64)), Buffer.alloc(100));
  const freed = 'cut off'.length + 100;
  expect(await removeWeights({ ...it.options, reference: HUB })).toEqual({ bytes: freed, kept: [] });
  expect(await readdir(join(it.home, 'hub'))).toEqual(['.locks']);
  expect((await readdir(it.options.cacheDirectory)).toSorted()).toEqual(['other.gguf', 'records']);
  expect(await readdir(join(it.options.cacheDirectory, 'records'))).toEqual([]);
});

test('what is in our own cache is removed with what killed runs have left', async () => {
  await using it = await setUp();
  await mkdir(`${it.ownPath}.staging-killed`, { recursive: true });
  await writeFile(it.ownPath, it.content);
  await writeFile(`${it.ownPath}.partial`, Buffer.alloc(100));
  expect(await resolveWeights({ ...it.options, reference: TINY })).toMatchObject({ path: it.ownPath, source: 'cache' });
  await writeFile(it.ownPath, 'cut off');
  expect(await listWeights(it.options)).toMatchObject([{ path: it.ownPath, state: 'damaged' }]);
  expect(await locateWeights({ ...it.options, reference: TINY })).toBeUndefined();
  const freed = 'cut off'.length + 100;
  await writeFile(`${it.ownPath}.verified.json`, '');
  expect(await removeWeights({ ...it.options, reference: TINY })).toEqual({ bytes: freed, kept: [] });
  expect(await readdir(it.options.cacheDirectory)).toEqual(['records']);
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
  await writeFile(it.ownPath, it.content);
  await chmod(cacheDirectory, 0o555);
  try {
    const weights = await resolveWeights({ ...it.options, reference: TINY });
    expect(weights).toMatchObject({ path: it.ownPath, sha256: sha256(it.content), source: 'cache' });
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

test('what was downloaded before an interruption is ours as well', async () => {
  await using it = await setUp();
  const second = fakeGguf(1000);
  it.hub.files = { '-00002-of-00002.gguf': second };
  it.hub.cuts = [undefined, 0, 0, 0];
  const reference = 'local/hf:owner/tiny-GGUF/tiny-00001-of-00002.gguf';
  await expect(resolveWeights({ ...it.options, reference })).rejects.toThrow('broke');
  expect(await resolveWeights({ ...it.options, reference })).toMatchObject({ bytes: 6000, source: 'hugging-face' });
  expect(it.hub.fileRequests.filter(({ path }) => path.includes('-00001-of-'))).toHaveLength(1);
  expect(await removeWeights({ ...it.options, reference })).toEqual({ bytes: 6000, kept: [] });
});

test('the rest of an interrupted download is removed without the whole', async () => {
  await using it = await setUp();
  it.hub.files = { '-00002-of-00002.gguf': fakeGguf(1000) };
  it.hub.cuts = [undefined, 0, 0, 0];
  const reference = 'local/hf:owner/tiny-GGUF/tiny-00001-of-00002.gguf';
  await expect(resolveWeights({ ...it.options, reference })).rejects.toThrow('broke');
  expect(await removeWeights({ ...it.options, reference })).toEqual({ bytes: 5000, kept: [] });
  expect(await readdir(join(it.home, 'hub'))).toEqual(['.locks']);
});
