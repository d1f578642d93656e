import { statSync } from 'node:fs';
import { readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { ModelProgress } from '../../spec/model-progress.ts';
import { type FakeHubBehaviour, startFakeHub } from '../__fixtures__/fake-hub.ts';
import { fakeGguf, sha256 } from '../__fixtures__/fake-weights.ts';
import { hubLayout } from '../__fixtures__/hub-layout.ts';
import { temporaryFolder } from '../__fixtures__/temporary-folder.ts';
import { fileOfTag, parseHubReference } from './hub-reference.ts';
import { resolveWeights } from '../resolve-weights.ts';
import type { ResolveWeightsOptions } from '../weights-context.ts';

const COMMIT = 'c'.repeat(40);

/** A hub, empty caches, and a function that resolves `hf:` references with them. */
async function setUp(behaviour: Partial<FakeHubBehaviour> = {}) {
  const content = behaviour.content ?? fakeGguf();
  const folder = await temporaryFolder();
  const home = join(folder.path, 'home');
  const hub = Object.assign(await startFakeHub(content), behaviour);
  const seen: ModelProgress[] = [];
  const env = { HF_ENDPOINT: hub.url, HF_HOME: home };
  const resolve = (uri: string, options: Partial<ResolveWeightsOptions> = {}) =>
    resolveWeights({
      reference: `local/${uri}`,
      cacheDirectory: join(folder.path, 'cache'),
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
    layout: hubLayout(home),
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

test.each([
  ['hf:o/r/x.gguf', { repo: 'o/r', wanted: { type: 'file', file: 'x.gguf' } }],
  ['hf:o/r/a/b.gguf#v2', { repo: 'o/r', wanted: { type: 'file', file: 'a/b.gguf' }, revision: 'v2' }],
  ['hf:o/r:Q4_K_M', { repo: 'o/r', wanted: { type: 'tag', tag: 'Q4_K_M' } }],
  ['hf:o/r', { repo: 'o/r', wanted: { type: 'tag', tag: 'latest' } }],
  ['hf://o/r/x.gguf', { repo: 'o/r', wanted: { type: 'file', file: 'x.gguf' } }],
])('%s', (uri, expected) => {
  expect(parseHubReference(uri, uri)).toEqual({ revision: 'main', ...expected });
});

test.each(['hf:', 'hf:owner', 'hf:/repo', 'hf:owner/', 'hf:owner/repo/', 'hf:o/../x.gguf', 'hf:o/r/x.gguf#../y'])(
  '%j is not understood',
  (uri) => {
    expect(() => parseHubReference(uri, uri)).toThrow(/Expected local\/hf:OWNER\/REPO\/FILE.gguf/);
  },
);

test('a piece of a file is refused, as it is no model', () => {
  const uri = 'hf:owner/repo/x.gguf.part1of2';
  expect(() => parseHubReference(uri, uri)).toThrow(/Download all pieces, join them/);
});

test('fetches a file, checks it, and finds it again without asking', async () => {
  await using it = await setUp();
  const weights = await it.resolve('hf:owner/tiny-GGUF/tiny.Q4_K_M.gguf');
  expect(weights).toMatchObject({ sha256: sha256(it.content), bytes: it.content.length, source: 'hugging-face' });
  expect(await readFile(weights.path)).toEqual(it.content);
  expect(weights.path).toBe(join(it.layout.snapshot(COMMIT), 'tiny.Q4_K_M.gguf'));
  expect(await readFile(join(it.layout.folder, 'refs', 'main'), 'utf8')).toBe(COMMIT);
  expect(it.hub.hubRequests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'HEAD /owner/tiny-GGUF/resolve/main/tiny.Q4_K_M.gguf',
    `GET /owner/tiny-GGUF/resolve/${COMMIT}/tiny.Q4_K_M.gguf`,
  ]);
  expect(it.seen.map(({ type }) => type)).toContain('weights-download');

  const asked = it.hub.hubRequests.length;
  expect(await it.resolve('hf:owner/tiny-GGUF/tiny.Q4_K_M.gguf')).toEqual({ ...weights, source: 'cache' });
  expect(it.hub.hubRequests).toHaveLength(asked);
});

test('a quantization is turned into a file by the server', async () => {
  await using it = await setUp();
  const weights = await it.resolve('hf:owner/tiny-GGUF:Q4_K_M');
  expect(weights).toMatchObject({ sha256: sha256(it.content), source: 'hugging-face' });
  expect(it.hub.fileRequests[0]?.path).toBe(`/owner/tiny-GGUF/resolve/${COMMIT}/tiny.Q4_K_M.gguf`);
});

test('a model in several files is fetched whole and each file checked', async () => {
  await using it = await setUp();
  const second = fakeGguf(1000);
  it.hub.files = { '-00002-of-00002.gguf': second };
  const weights = await it.resolve('hf:owner/tiny-GGUF/tiny-00001-of-00002.gguf');
  expect(weights).toMatchObject({ sha256: undefined, bytes: it.content.length + 1000 });
  expect(weights.path).toMatch(/-00001-of-00002\.gguf$/);
  expect(await readFile(weights.path.replace(/-00001-of-00002\.gguf$/, '-00002-of-00002.gguf'))).toEqual(second);
});

test('wrong bytes are refused and removed', async () => {
  await using it = await setUp({ linkedSha256: '0'.repeat(64) });
  await expect(it.resolve('hf:owner/tiny-GGUF/tiny.gguf')).rejects.toMatchObject({
    code: 'weights_unavailable',
    message: expect.stringMatching(/its sha256 is \w+ where 0{64} is expected/),
  });
  expect(await readdir(dirname(it.layout.folder))).toEqual(['.locks']);
});

test('what is no GGUF file is refused', async () => {
  await using it = await setUp({ content: Buffer.from('<html>') });
  await expect(it.resolve('hf:owner/tiny-GGUF/tiny.gguf')).rejects.toThrow(/is no GGUF file/);
});

test('a damaged file is reported and fetched again', async () => {
  await using it = await setUp();
  const { path } = await it.resolve('hf:owner/tiny-GGUF/tiny.gguf');
  await writeFile(path, fakeGguf(it.content.length));
  it.seen.length = 0;
  expect(await it.resolve('hf:owner/tiny-GGUF/tiny.gguf')).toMatchObject({ path, source: 'hugging-face' });
  expect(it.seen[0]).toMatchObject({ type: 'weights-damaged', path });
  await rm(await realpath(path));
  expect(await it.resolve('hf:owner/tiny-GGUF/tiny.gguf')).toMatchObject({ path, source: 'hugging-face' });
  // The content without its name in the commit needs no download.
  await rm(path);
  expect(await it.resolve('hf:owner/tiny-GGUF/tiny.gguf')).toMatchObject({ path, source: 'cache' });
});

test('the token of a gated repository goes to the hub only', async () => {
  const token = 'not-like-a-usual-token';
  await using it = await setUp({ requiredToken: token });
  await expect(it.resolve('hf:owner/tiny-GGUF/tiny.gguf')).rejects.toThrow(/set HF_TOKEN/);
  const env = { ...it.env, HF_TOKEN: token };
  expect(await it.resolve('hf:owner/tiny-GGUF/tiny.gguf', { env })).toMatchObject({ source: 'hugging-face' });
  expect(it.hub.fileRequests).toHaveLength(1);
  expect(it.hub.hubRequests.at(-1)?.authorization).toBe(`Bearer ${token}`);
  expect(it.hub.fileRequests.map(({ authorization }) => authorization)).toEqual(
    it.hub.fileRequests.map(() => undefined),
  );
});

test.each([
  [404, /there is no such file/],
  [403, /Accept the terms/],
  [500, /Try again later/],
] as const)('%i says what to do, and is not tried for minutes', async (hub, message) => {
  await using it = await setUp({ hub });
  for (const uri of ['hf:owner/tiny-GGUF/tiny.gguf', 'hf:owner/tiny-GGUF:Q4_K_M']) {
    await expect(it.resolve(uri)).rejects.toThrow(message);
  }
  expect(it.hub.hubRequests).toHaveLength(2);
});

test('a server that says nothing costs no more than the limit', async () => {
  await using it = await setUp({ hub: 'hang' });
  const resolving = it.resolve('hf:owner/tiny-GGUF/tiny.gguf', { connectTimeoutMs: 100 });
  await expect(resolving).rejects.toThrow(/no answer within 100 ms/);
});

test('neither does the server that it redirects to', async () => {
  await using it = await setUp({ fileServer: 'hang' });
  const resolving = it.resolve('hf:owner/tiny-GGUF:Q4_K_M', { connectTimeoutMs: 500 });
  await expect(resolving).rejects.toThrow(/no answer within 500 ms/);
});

test('a body that stalls fails the source', async () => {
  await using it = await setUp({ pauseAt: 100_000 });
  const resolving = it.resolve('hf:owner/tiny-GGUF/tiny.gguf', { _internal: { stallTimeoutMs: 2000 } });
  await expect(resolving).rejects.toThrow('stalled: no bytes for 2000 ms');
});

test('a part of a download is gone on with, and a branch that has moved is another content', async () => {
  await using it = await setUp({ pauseAt: 100_000 });
  const stop = new AbortController();
  const partial = it.layout.partial(sha256(it.content));
  const resolving = it.resolve('hf:owner/tiny-GGUF/tiny.gguf', { abortSignal: stop.signal });
  await vi.waitUntil(() => statSync(partial, { throwIfNoEntry: false })?.size === 100_000, { timeout: 30_000 });
  stop.abort(new Error('enough'));
  await expect(resolving).rejects.toThrow('enough');
  const before = it.content;
  const after = fakeGguf();
  Object.assign(it.hub, { pauseAt: undefined, content: after, linkedSha256: sha256(after), commit: 'd'.repeat(40) });
  expect(await it.resolve('hf:owner/tiny-GGUF/tiny.gguf')).toMatchObject({ sha256: sha256(after) });
  Object.assign(it.hub, { content: before, linkedSha256: sha256(before), commit: COMMIT, fileRequests: [] });
  expect(await it.resolve('hf:owner/tiny-GGUF/tiny.gguf#v1')).toMatchObject({ sha256: sha256(before) });
  expect(it.hub.fileRequests.map(({ range }) => range)).toEqual(['bytes=100000-']);
});

test('a file name of the server cannot lead out of the cache', async () => {
  await using it = await setUp({ manifestFile: '../../../x.gguf' });
  await expect(it.resolve('hf:owner/tiny-GGUF:Q4_K_M')).rejects.toThrow(/is no path inside a repository/);
});

test.each([
  ['Q4_K_M', 'b/m-Q4_K_M.gguf'],
  ['q4_k_m', 'b/m-Q4_K_M.gguf'],
  ['Q4_K', undefined],
  ['latest', 'b/m-Q4_K_M.gguf'],
  ['Q8_0', 'm.Q8_0-00001-of-00002.gguf'],
])('without the server, %s means %s', (tag, expected) => {
  const files = [
    'README.md',
    'm.Q8_0-00002-of-00002.gguf',
    'm.Q8_0-00001-of-00002.gguf',
    'b/m-Q4_K_M.gguf',
    'm.f16.gguf',
  ];
  expect(fileOfTag(files, tag)).toBe(expected);
});
