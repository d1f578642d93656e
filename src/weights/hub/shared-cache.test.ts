import { mkdir, readdir, readFile, readlink, rename, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { startFakeHub } from '../__fixtures__/fake-hub.ts';
import { fakeCatalog, fakeGguf, sha256 } from '../__fixtures__/fake-weights.ts';
import { hubLayout } from '../__fixtures__/hub-layout.ts';
import { temporaryFolder } from '../__fixtures__/temporary-folder.ts';
import { listWeights } from '../list-weights.ts';
import { locateWeights } from '../locate-weights.ts';
import { removeWeights } from '../remove-weights.ts';
import { resolveWeights } from '../resolve-weights.ts';

const PINNED = 'f'.repeat(40);
const SEEN = 'a'.repeat(40);
const TINY = 'local/tiny';
const HUB = 'local/hf:owner/tiny-GGUF/tiny.Q4_K_M.gguf';

/** A cache of Hugging Face that Python has filled, and a hub that knows the same content. */
async function setUp() {
  const content = fakeGguf(5000);
  const folder = await temporaryFolder();
  const home = join(folder.path, 'home');
  const layout = hubLayout(home);
  const hub = await startFakeHub(content);
  const env: Record<string, string> = { HF_ENDPOINT: hub.url, HF_HOME: home };
  const options = { cacheDirectory: join(folder.path, 'cache'), catalog: fakeCatalog(content), rankers: [], env };
  /** As huggingface_hub does: the content in `blobs`, a relative link to it, the commit of the branch. */
  const putByPython = async (commit: string, file: string, bytes = content) => {
    const blob = layout.blob(sha256(bytes));
    const pointer = join(layout.snapshot(commit), file);
    for (const path of [blob, pointer, join(layout.folder, 'refs', 'main')]) {
      await mkdir(dirname(path), { recursive: true });
    }
    await writeFile(blob, bytes);
    await symlink(join('..', '..', 'blobs', sha256(bytes)), pointer);
    await writeFile(join(layout.folder, 'refs', 'main'), commit);
    return pointer;
  };
  return {
    content,
    hub,
    env,
    options,
    home,
    layout,
    putByPython,
    resolve: (reference: string, more: Record<string, string> = {}) =>
      resolveWeights({ ...options, env: { ...env, ...more }, reference }),
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

test('a pinned file that Python has fetched is used without a request', async () => {
  await using it = await setUp();
  const path = await it.putByPython(PINNED, 'tiny.gguf');
  expect(await locateWeights({ ...it.options, reference: TINY })).toBe(path);
  expect(await it.resolve(TINY)).toMatchObject({ path, sha256: sha256(it.content), source: 'cache' });
  expect(await listWeights(it.options)).toMatchObject([{ name: 'tiny', path, bytes: 5000, state: 'cached' }]);
  expect(it.hub.hubRequests).toEqual([]);
});

test('so is its content under the name of another commit', async () => {
  await using it = await setUp();
  await it.putByPython(SEEN, 'other-name.gguf');
  const path = join(it.layout.snapshot(PINNED), 'tiny.gguf');
  expect(await it.resolve(TINY)).toMatchObject({ path, source: 'cache' });
  expect(await readlink(path)).toBe(join('..', '..', 'blobs', sha256(it.content)));
  expect(it.hub.hubRequests).toEqual([]);
});

test('a pinned file that is not the right one is fetched again', async () => {
  await using it = await setUp();
  const path = await it.putByPython(PINNED, 'tiny.gguf');
  await writeFile(path, fakeGguf(5000));
  expect(await it.resolve(TINY)).toMatchObject({ path, source: 'hugging-face' });
  expect(await readFile(path)).toEqual(it.content);
});

test('for a branch it is asked whether it has moved, and nothing is downloaded that is there', async () => {
  await using it = await setUp();
  await it.putByPython(SEEN, 'tiny.Q4_K_M.gguf');
  const path = join(it.layout.snapshot('c'.repeat(40)), 'tiny.Q4_K_M.gguf');
  expect(await it.resolve(HUB)).toMatchObject({ path, source: 'cache' });
  expect(it.hub.hubRequests.map(({ method }) => method)).toEqual(['HEAD']);
  expect(it.hub.fileRequests).toEqual([]);
  expect(await readFile(join(it.layout.folder, 'refs', 'main'), 'utf8')).toBe('c'.repeat(40));
});

test.each([
  ['file', HUB],
  ['quantization', 'local/hf:owner/tiny-GGUF:Q4_K_M'],
])('where nobody answers, a %s is what it was when it was last seen', async (_, reference) => {
  await using it = await setUp();
  const path = await it.putByPython(SEEN, 'tiny.Q4_K_M.gguf');
  expect(await it.resolve(reference, { HF_ENDPOINT: 'http://127.0.0.1:1' })).toMatchObject({ path, source: 'cache' });
});

test('offline, no request is made', async () => {
  await using it = await setUp();
  const path = await it.putByPython(SEEN, 'tiny.Q4_K_M.gguf');
  expect(await it.resolve(HUB, { HF_HUB_OFFLINE: '1' })).toMatchObject({ path, source: 'cache' });
  await expect(it.resolve('local/hf:owner/tiny-GGUF/x.gguf', { HF_HUB_OFFLINE: 'true' })).rejects.toThrow(
    'HF_HUB_OFFLINE is set',
  );
  expect(it.hub.hubRequests).toEqual([]);
});

test('what Python has fetched is never removed, and that is said', async () => {
  await using it = await setUp();
  const path = await it.putByPython(PINNED, 'tiny.gguf');
  expect(await removeWeights({ ...it.options, reference: TINY })).toEqual({ bytes: 0, kept: [path] });
  await it.resolve(TINY);
  expect(await removeWeights({ ...it.options, reference: TINY })).toEqual({ bytes: 0, kept: [path] });
  expect(await readFile(path)).toEqual(it.content);
});

test('what we have downloaded stays where Python has come to use it', async () => {
  await using it = await setUp();
  const { path } = await it.resolve(TINY);
  const link = join(it.layout.snapshot(SEEN), 'tiny.gguf');
  await mkdir(dirname(link));
  await symlink(join('..', '..', 'blobs', sha256(it.content)), link);
  expect(await removeWeights({ ...it.options, reference: TINY })).toEqual({ bytes: 0, kept: [path] });
  expect(await readFile(link)).toEqual(it.content);
});

test('a file that Python has put in the place of ours is not ours', async () => {
  await using it = await setUp();
  const { path } = await it.resolve(TINY);
  const blob = it.layout.blob(sha256(it.content));
  const other = `${blob}.other`;
  await writeFile(other, it.content);
  await rename(other, blob);
  await it.resolve(TINY);
  expect(await removeWeights({ ...it.options, reference: TINY })).toEqual({ bytes: 0, kept: [path] });
});

test('without links the content is where the link would be', async () => {
  await using it = await setUp();
  Object.assign(it.env, { HF_HUB_DISABLE_SYMLINKS: '1' });
  for (const reference of [TINY, HUB]) {
    const { path } = await it.resolve(reference);
    expect(await readFile(path)).toEqual(it.content);
    await expect(readlink(path)).rejects.toMatchObject({ code: 'EINVAL' });
    expect(await it.resolve(reference)).toMatchObject({ path, source: 'cache' });
  }
  expect(await readdir(join(it.layout.folder, 'blobs')).catch(() => [])).toEqual([]);
  for (const reference of [TINY, HUB]) {
    expect(await removeWeights({ ...it.options, reference })).toEqual({ bytes: 5000, kept: [] });
  }
  expect(await readdir(join(it.home, 'hub'))).toEqual(['.locks']);
});

test('what version 0.1 has downloaded into our own cache is found, checked and removed', async () => {
  await using it = await setUp();
  const folder = join(it.options.cacheDirectory, 'hf', 'owner_tiny-GGUF_tiny.Q4_K_M.gguf-12345678');
  const path = join(folder, 'tiny.Q4_K_M.gguf');
  await mkdir(folder, { recursive: true });
  await writeFile(path, it.content);
  const file = { name: 'tiny.Q4_K_M.gguf', sha256: sha256(it.content), bytes: 5000, mtimeNs: '1', ctimeNs: '2' };
  const record = { uri: 'hf:owner/tiny-GGUF/tiny.Q4_K_M.gguf', entrypoint: file.name, files: [file] };
  await writeFile(join(folder, 'weights.json'), JSON.stringify(record));
  expect(await locateWeights({ ...it.options, reference: HUB })).toBe(path);
  expect(await it.resolve(HUB)).toMatchObject({ path, source: 'cache' });
  expect(it.hub.hubRequests).toEqual([]);
  expect((await removeWeights({ ...it.options, reference: HUB })).bytes).toBeGreaterThan(5000);
  expect(await readdir(dirname(folder))).toEqual([]);
});
