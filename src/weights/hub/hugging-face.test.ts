import { statSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { ModelProgress } from '../../spec/model-progress.ts';
import { type FakeHub, type FakeHubBehaviour, startFakeHub } from '../__fixtures__/fake-hub.ts';
import { fakeCatalog, fakeGguf, sha256 } from '../__fixtures__/fake-weights.ts';
import { hubLayout } from '../__fixtures__/hub-layout.ts';
import { temporaryFolder } from '../__fixtures__/temporary-folder.ts';
import { resolveWeights } from '../resolve-weights.ts';
import type { ResolveWeightsOptions } from '../weights-context.ts';

// Far more than is needed, for busy machines.
vi.setConfig({ testTimeout: 60_000 });

const reference = 'local/tiny';

/** A hub, empty caches, and a function that resolves `local/tiny` with them. */
async function setUp(behaviour: Partial<FakeHubBehaviour> = {}) {
  const content = fakeGguf();
  const folder = await temporaryFolder();
  const home = join(folder.path, 'home');
  const layout = hubLayout(home);
  const partial = layout.partial(sha256(content));
  const beforeCut = (bytes: number) => vi.waitUntil(() => bytesOf(partial) >= bytes, { timeout: 30_000, interval: 5 });
  const hub = Object.assign(await startFakeHub(content), { beforeCut }, behaviour);
  const seen: ModelProgress[] = [];
  const env = { HF_ENDPOINT: hub.url, HF_HOME: home };
  const resolve = (options: Partial<ResolveWeightsOptions> = {}) =>
    resolveWeights({
      reference,
      cacheDirectory: join(folder.path, 'cache'),
      catalog: fakeCatalog(content),
      env,
      onProgress: (progress) => seen.push(progress),
      ...options,
    });
  return {
    content,
    hub,
    env,
    seen,
    resolve,
    layout,
    partial,
    path: join(layout.snapshot('f'.repeat(40)), 'tiny.gguf'),
    ownPath: join(folder.path, 'cache', 'tiny.gguf'),
    left: () => readdir(join(home, 'hub')),
    types: () => seen.map(({ type }) => type),
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const bytesOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
const ranges = (hub: FakeHub) => hub.fileRequests.map(({ range }) => range);

test('fetches, checks, and puts the file in place', async () => {
  await using it = await setUp();
  const bytes = it.content.length;
  const weights = await it.resolve();
  expect(weights).toEqual({ reference, path: it.path, sha256: sha256(it.content), bytes, source: 'hugging-face' });
  expect(await readFile(it.path)).toEqual(it.content);
  expect(it.hub.hubRequests.map(({ path }) => path)).toEqual([`/owner/tiny-GGUF/resolve/${'f'.repeat(40)}/tiny.gguf`]);
  const source = 'Hugging Face (owner/tiny-GGUF)';
  expect(it.seen[0]).toEqual({ type: 'weights-source', reference, source });
  expect(it.seen.at(-2)).toEqual({
    type: 'weights-download',
    reference,
    source,
    receivedBytes: bytes,
    totalBytes: bytes,
  });
  expect(it.seen.at(-1)).toEqual({ type: 'weights-ready', reference, path: it.path });
  // As huggingface_hub would have put it, and nothing else.
  expect(await readlink(it.path)).toBe(join('..', '..', 'blobs', sha256(it.content)));
  expect((await readdir(it.layout.folder)).toSorted()).toEqual(['blobs', 'snapshots']);
  expect(await readdir(it.layout.blob(''))).toEqual([sha256(it.content)]);
  expect((await it.left()).toSorted()).toEqual(['.locks', 'models--owner--tiny-GGUF']);
  expect(await readdir(join(dirname(it.layout.folder), '.locks'))).toEqual([]);

  it.seen.length = 0;
  expect(await it.resolve()).toMatchObject({ source: 'cache', bytes });
  expect(it.types()).toEqual(['weights-ready']);
  expect(it.hub.hubRequests).toHaveLength(1);
});

test('an observer that throws changes nothing', async () => {
  await using it = await setUp();
  const onProgress = () => {
    throw new Error('observer');
  };
  expect(await it.resolve({ onProgress })).toMatchObject({ source: 'hugging-face' });
});

test('a server that has the file itself needs no redirect', async () => {
  await using it = await setUp({ hub: 'direct' });
  expect(await it.resolve()).toMatchObject({ source: 'hugging-face' });
});

test('where nothing is pinned, what Hugging Face states is checked and remembered', async () => {
  await using it = await setUp();
  const catalog = fakeCatalog(it.content, { sha256: undefined, bytes: undefined });
  expect(await it.resolve({ catalog })).toMatchObject({ source: 'hugging-face', sha256: sha256(it.content) });
  expect(await it.resolve({ catalog })).toMatchObject({ source: 'cache', sha256: sha256(it.content) });

  const damaged = Buffer.from(it.content);
  damaged[1000] = (damaged[1000] ?? 0) ^ 1;
  await writeFile(it.path, damaged);
  expect(await it.resolve({ catalog })).toMatchObject({ source: 'hugging-face' });
});

test('where nothing is pinned and nothing stated, the download is refused', async () => {
  await using it = await setUp({ linkedSha256: undefined });
  const catalog = fakeCatalog(it.content, { sha256: undefined });
  await expect(it.resolve({ catalog })).rejects.toThrow('states no hash');
});

test.each([
  ['the content is wrong', (hub: FakeHub) => (hub.content = fakeGguf()), /not the right one: its sha256/],
  ['the size is wrong', (hub: FakeHub) => (hub.content = fakeGguf(10)), /has 10 bytes where 300000 are expected/],
  ['another hash is stated', (hub: FakeHub) => (hub.linkedSha256 = '0'.repeat(64)), /states the sha256 0000/],
])('%s: the source fails and nothing is left', async (_, change, message) => {
  await using it = await setUp();
  change(it.hub);
  await expect(it.resolve()).rejects.toThrow(message);
  expect(await it.left()).toEqual(['.locks']);
});

test('a connection that is cut is taken up where it broke', async () => {
  await using it = await setUp({ cuts: [100_000, 50_000] });
  expect(await it.resolve()).toMatchObject({ source: 'hugging-face' });
  expect(await readFile(it.path)).toEqual(it.content);
  expect(ranges(it.hub)).toEqual([undefined, 'bytes=100000-', 'bytes=150000-']);
});

test('a server that ignores ranges is read from the start again', async () => {
  await using it = await setUp({ cuts: [100_000], acceptsRanges: false });
  expect(await it.resolve()).toMatchObject({ source: 'hugging-face' });
  expect(await readFile(it.path)).toEqual(it.content);
});

test('a connection that breaks again and again fails the source; the next run goes on from there', async () => {
  await using it = await setUp({ cuts: [100_000, 0, 0, 0] });
  await expect(it.resolve()).rejects.toThrow('the connection broke 3 times in a row');
  it.hub.fileRequests.length = 0;
  expect(await it.resolve()).toMatchObject({ source: 'hugging-face' });
  expect(ranges(it.hub)).toEqual(['bytes=100000-']);
  expect(await readFile(it.path)).toEqual(it.content);
});

test('a partial file that is longer than the file is begun anew (416)', async () => {
  await using it = await setUp({ cuts: [100_000, 0, 0, 0] });
  const catalog = fakeCatalog(it.content, { bytes: undefined });
  await expect(it.resolve({ catalog })).rejects.toThrow('broke');
  await writeFile(it.partial, Buffer.alloc(it.content.length + 5));
  it.hub.fileRequests.length = 0;
  expect(await it.resolve({ catalog })).toMatchObject({ source: 'hugging-face' });
  expect(ranges(it.hub)).toEqual([`bytes=${it.content.length + 5}-`, undefined]);
});

test('a partial file that is complete is checked without asking again', async () => {
  await using it = await setUp({ cuts: [100_000, 0, 0, 0] });
  await expect(it.resolve()).rejects.toThrow('broke');
  await writeFile(it.partial, it.content);
  it.hub.hubRequests.length = 0;
  expect(await it.resolve()).toMatchObject({ source: 'hugging-face' });
  expect(it.hub.hubRequests).toEqual([]);
});

test('a partial file with wrong bytes is noticed and removed', async () => {
  await using it = await setUp({ cuts: [100_000, 0, 0, 0] });
  await expect(it.resolve()).rejects.toThrow('broke');
  await writeFile(it.partial, fakeGguf(100_000));
  await expect(it.resolve()).rejects.toThrow('not the right one');
  expect(await it.resolve()).toMatchObject({ source: 'hugging-face' });
});

test('a server that says nothing costs no more than the limit', async () => {
  await using it = await setUp({ hub: 'hang' });
  await expect(it.resolve({ connectTimeoutMs: 100 })).rejects.toThrow(/cannot be reached: no answer within 100 ms/);
  await expect(it.resolve({ env: { ...it.env, LLM_BLENDER_CONNECT_TIMEOUT_MS: '50' } })).rejects.toThrow(
    /no answer within 50 ms/,
  );
});

test('neither does the server that it redirects to', async () => {
  await using it = await setUp({ fileServer: 'hang' });
  await expect(it.resolve({ connectTimeoutMs: 100 })).rejects.toThrow(/no answer within 100 ms/);
});

test('a limit that is no number is refused', async () => {
  const env = { LLM_BLENDER_CONNECT_TIMEOUT_MS: 'soon' };
  await expect(resolveWeights({ reference, env })).rejects.toMatchObject({ code: 'invalid_argument' });
  await expect(resolveWeights({ reference, connectTimeoutMs: 0 })).rejects.toMatchObject({ code: 'invalid_argument' });
});

test('a body that stalls fails the source and keeps what came', async () => {
  await using it = await setUp({ pauseAt: 100_000 });
  await expect(it.resolve({ _internal: { stallTimeoutMs: 200 } })).rejects.toThrow('stalled: no bytes for 200 ms');
  expect((await readFile(it.partial)).length).toBe(100_000);
});

test.each([
  [401, undefined, /no such repository, or it is private or gated.*set HF_TOKEN/],
  [403, 'GatedRepo', /answered 403 \(GatedRepo\).*Accept the terms on http:\S+\/owner\/tiny-GGUF/],
  [404, 'EntryNotFound', /no such file/],
  [429, undefined, /too many requests/],
  [500, undefined, /Try again later/],
  [418, undefined, /it answered 418\./],
] as const)('%i says what to do', async (status, errorCode, message) => {
  await using it = await setUp({ hub: status, errorCode });
  await expect(it.resolve()).rejects.toThrow(message);
});

test('a status of the server that has the file is not mistaken for one of the hub', async () => {
  await using it = await setUp({ fileServer: 403 });
  await expect(it.resolve()).rejects.toThrow(/where it keeps the file, answered 403/);
});

test('nobody listens', async () => {
  await using it = await setUp();
  await it.hub[Symbol.asyncDispose]();
  await expect(it.resolve()).rejects.toThrow(/cannot be reached \(ECONNREFUSED\)/);
});

test('the token goes to the hub only, and into no message', async () => {
  await using it = await setUp();
  const env = { ...it.env, HF_TOKEN: 'not-like-a-usual-token' };
  await it.resolve({ env });
  expect(it.hub.hubRequests.map(({ authorization }) => authorization)).toEqual(['Bearer not-like-a-usual-token']);
  expect(it.hub.fileRequests.map(({ authorization }) => authorization)).toEqual([undefined]);

  await using refused = await setUp({ hub: 401 });
  const error: unknown = await refused
    .resolve({ env: { ...refused.env, HF_TOKEN: 'not-like-a-usual-token' } })
    .catch((thrown) => thrown);
  expect(String(error)).toContain('HF_TOKEN was refused');
  expect(JSON.stringify([String(error), refused.seen])).not.toContain('not-like-a-usual-token');
});

test.each([
  ['not a url', /HF_ENDPOINT is not a URL/],
  ['ftp://example.com', /HF_ENDPOINT is not a URL/],
  ['https://me:secret@example.com', /must not hold a user name or password/],
])('HF_ENDPOINT %j', async (endpoint, message) => {
  await using it = await setUp();
  const error: unknown = await it.resolve({ env: { ...it.env, HF_ENDPOINT: endpoint } }).catch((thrown) => thrown);
  expect(String(error)).toMatch(message);
  expect(String(error)).not.toContain('secret');
});

test('a cached file that is damaged or cut off is reported and fetched again', async () => {
  await using it = await setUp();
  await it.resolve();
  for (const wrong of [fakeGguf(it.content.length), it.content.subarray(0, 1000)]) {
    await writeFile(it.path, wrong);
    it.seen.length = 0;
    expect(await it.resolve()).toMatchObject({ source: 'hugging-face' });
    expect(it.seen[0]).toEqual({ type: 'weights-damaged', reference, path: it.path });
    expect(await readFile(it.path)).toEqual(it.content);
  }
});

test('a file that the user put into our own cache is used once it has been checked', async () => {
  await using it = await setUp({ hub: 500 });
  await mkdir(dirname(it.ownPath));
  await writeFile(it.ownPath, it.content);
  expect(await it.resolve()).toMatchObject({ path: it.ownPath, source: 'cache' });
  expect(it.hub.hubRequests).toEqual([]);
});

test('a damaged file in our own cache makes room for the right one in the shared cache', async () => {
  await using it = await setUp();
  await mkdir(dirname(it.ownPath));
  await writeFile(it.ownPath, fakeGguf(it.content.length));
  expect(await it.resolve()).toMatchObject({ path: it.path, source: 'hugging-face' });
  expect(it.seen[0]).toEqual({ type: 'weights-damaged', reference, path: it.ownPath });
  expect(await readdir(dirname(it.ownPath))).toEqual(['records']);
});

test('what all sources said, and what helps', async () => {
  await using it = await setUp({ hub: 404, errorCode: 'EntryNotFound' });
  const error: unknown = await it.resolve().catch((thrown: unknown) => thrown);
  const text = String(error).replaceAll(it.hub.url, 'HUB').replaceAll(it.ownPath, 'PATH');
  expect(text).toMatchInlineSnapshot(`
    "WeightsUnavailableError: The weights of local/tiny are not available from any source.
    Tried:
      - cache: there is no file PATH
      - Hugging Face (owner/tiny-GGUF): it answered 404 (EntryNotFound): there is no such file. See HUB/owner/tiny-GGUF for the files and revisions there are.
    What helps:
      - put the file at PATH
      - or set LLM_BLENDER_MODELS to a folder that holds tiny.gguf
      - or set HF_ENDPOINT to a mirror of Hugging Face, or HTTPS_PROXY (with NODE_USE_ENV_PROXY=1) to a proxy
      - or run "llm-blender models fetch tiny" where there is a network, and copy the file"
  `);
  expect(error).toMatchObject({ code: 'weights_unavailable', isRetryable: true, reference });
  expect(it.types()).toEqual(['weights-source', 'weights-source-failed']);
});

test('a cache that cannot be written is an error before anything is asked', async () => {
  await using it = await setUp();
  await mkdir(dirname(it.ownPath));
  await writeFile(it.ownPath, '');
  const cacheDirectory = join(it.ownPath, 'cache');
  await expect(it.resolve({ cacheDirectory })).rejects.toMatchObject({
    code: 'invalid_argument',
    value: cacheDirectory,
  });
  expect(it.hub.hubRequests).toEqual([]);
});
