import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { ModelProgress } from '../spec/model-progress.ts';
import { type FakeHubBehaviour, startFakeHub } from './__fixtures__/fake-hub.ts';
import { fakeGguf, sha256 } from './__fixtures__/fake-weights.ts';
import { temporaryFolder } from './__fixtures__/temporary-folder.ts';
import { parseHubReference } from './hub-reference.ts';
import { resolveWeights } from './resolve-weights.ts';
import type { ResolveWeightsOptions } from './weights-context.ts';

// A process is started for each download, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

/** A hub, an empty cache, and a function that resolves `hf:` references with both, through node-llama-cpp itself. */
async function setUp(behaviour: Partial<FakeHubBehaviour> = {}) {
  const content = fakeGguf();
  const folder = await temporaryFolder();
  const hub = Object.assign(await startFakeHub(content), behaviour);
  const seen: ModelProgress[] = [];
  const env = { ...process.env, HF_ENDPOINT: hub.url, HF_TOKEN: undefined };
  const resolve = (uri: string, options: Partial<ResolveWeightsOptions> = {}) =>
    resolveWeights({
      reference: `local/${uri}`,
      cacheDirectory: folder.path,
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
    directory: join(folder.path, 'hf'),
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

test.each([
  ['hf:o/r/x.gguf', { repo: 'o/r', wanted: { type: 'file', file: 'x.gguf', revision: 'main' } }],
  ['hf:o/r/a/b.gguf#v2', { repo: 'o/r', wanted: { type: 'file', file: 'a/b.gguf', revision: 'v2' } }],
  ['hf:o/r:Q4_K_M', { repo: 'o/r', wanted: { type: 'tag', tag: 'Q4_K_M' } }],
  ['hf:o/r', { repo: 'o/r', wanted: { type: 'tag', tag: 'latest' } }],
  ['hf://o/r/x.gguf', { repo: 'o/r', wanted: { type: 'file', file: 'x.gguf', revision: 'main' } }],
])('%s', (uri, expected) => {
  expect(parseHubReference(uri, uri)).toEqual({ uri, ...expected });
});

test.each(['hf:', 'hf:owner', 'hf:/repo', 'hf:owner/', 'hf:owner/repo/'])('%j is not understood', (uri) => {
  expect(() => parseHubReference(uri, uri)).toThrow(/Expected local\/hf:OWNER\/REPO\/FILE.gguf/);
});

test('fetches a file, checks it, and finds it again without asking', async () => {
  await using it = await setUp();
  const weights = await it.resolve('hf:owner/tiny-GGUF/tiny.Q4_K_M.gguf');
  expect(weights).toMatchObject({ sha256: sha256(it.content), bytes: it.content.length, source: 'hugging-face' });
  expect(await readFile(weights.path)).toEqual(it.content);
  expect(await readdir(it.directory)).toEqual([
    expect.stringMatching(/^owner_tiny-GGUF_tiny\.Q4_K_M\.gguf-[0-9a-f]{8}$/),
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
  expect(it.hub.fileRequests[0]?.path).toMatch(/^\/owner\/tiny-GGUF\/resolve\/main\/tiny\.Q4_K_M\.gguf/);
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
    message: expect.stringMatching(/the sha256 of \S+ is \w+ where 0{64} is expected/),
  });
  expect(await readdir(it.directory)).toEqual([]);
});

test('what is no GGUF file is refused', async () => {
  await using it = await setUp({ content: Buffer.from('<html>'), linkedSha256: undefined });
  await expect(it.resolve('hf:owner/tiny-GGUF/tiny.gguf')).rejects.toThrow(/is no GGUF file/);
});

test('a damaged file is reported and fetched again', async () => {
  await using it = await setUp();
  const { path } = await it.resolve('hf:owner/tiny-GGUF/tiny.gguf');
  await writeFile(path, fakeGguf(it.content.length));
  it.seen.length = 0;
  expect(await it.resolve('hf:owner/tiny-GGUF/tiny.gguf')).toMatchObject({ path, source: 'hugging-face' });
  expect(it.seen[0]).toMatchObject({ type: 'weights-damaged', path });
  await rm(path);
  expect(await it.resolve('hf:owner/tiny-GGUF/tiny.gguf')).toMatchObject({ path, source: 'hugging-face' });
});

test('the token of a gated repository goes to the hub only', async () => {
  const token = 'not-like-a-usual-token';
  await using it = await setUp({ requiredToken: token });
  await expect(it.resolve('hf:owner/tiny-GGUF/tiny.gguf')).rejects.toThrow(/set HF_TOKEN/);
  const env = { ...it.env, HF_TOKEN: token };
  expect(await it.resolve('hf:owner/tiny-GGUF/tiny.gguf', { env })).toMatchObject({ source: 'hugging-face' });
  expect(it.hub.fileRequests.length).toBeGreaterThan(1);
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
  await expect(resolving).rejects.toThrow(/no server has answered within 500 ms/);
});

test('a body that stalls fails the source', async () => {
  await using it = await setUp({ pauseAt: 100_000 });
  const resolving = it.resolve('hf:owner/tiny-GGUF/tiny.gguf', { _internal: { stallTimeoutMs: 2000 } });
  await expect(resolving).rejects.toThrow('stalled: no bytes for 2000 ms');
});

test('without node-llama-cpp, the command that adds it', async () => {
  await using it = await setUp();
  const resolving = it.resolve('hf:owner/tiny-GGUF/tiny.gguf', {
    _internal: { hfResolver: 'node-llama-cpp-is-not-here' },
  });
  await expect(resolving).rejects.toMatchObject({
    code: 'missing_dependency',
    command: 'npm install node-llama-cpp-is-not-here',
  });
  expect(it.hub.hubRequests).toEqual([]);
});
