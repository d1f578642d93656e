import { existsSync, statSync } from 'node:fs';
import { chmod, readFile, readlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { RankerEntry } from '../catalog/ranker-catalog.ts';
import { resolvePlan } from '../resolve-weights.ts';
import { createWeightsContext } from '../weights-context.ts';
import { loadedPath, planRanker } from '../weights-plan.ts';
import { type FakeHubBehaviour, startFakeHub } from '../__fixtures__/fake-hub.ts';
import { gitHash, sha256 } from '../__fixtures__/fake-weights.ts';
import { hubLayout } from '../__fixtures__/hub-layout.ts';
import { temporaryFolder } from '../__fixtures__/temporary-folder.ts';

const entry: RankerEntry = {
  name: 'tiny',
  title: 'Tiny',
  description: 'For tests.',
  parameters: 6,
  licence: 'MIT',
  licenceUrl: 'https://example.org',
  repo: 'owner/tiny',
  revision: 'main',
  files: ['config.json', 'tokenizer.json'],
  weightsFile: 'model.safetensors',
  approximateBytes: 100,
};

function safetensors(shape: readonly number[]): Buffer {
  const bytes = shape.reduce((product, size) => product * size, 4);
  const header = Buffer.from(JSON.stringify({ weight: { dtype: 'F32', shape, data_offsets: [0, bytes] } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(bytes, 7)]);
}

const CONFIG = Buffer.from('{"a":1}');
const COMMIT = 'c'.repeat(40);

/** A hub that has a ranker with these weights, and empty caches. */
async function setUp(weights: Buffer, behaviour: Partial<FakeHubBehaviour> = {}) {
  const folder = await temporaryFolder();
  const home = join(folder.path, 'home');
  const files = { 'config.json': CONFIG, 'tokenizer.json': CONFIG };
  const hub = Object.assign(await startFakeHub(weights), { files }, behaviour);
  const cacheDirectory = join(folder.path, 'cache');
  const layout = hubLayout(home, 'owner/tiny');
  return {
    hub,
    cacheDirectory,
    home,
    layout,
    snapshot: layout.snapshot(COMMIT),
    async resolve(endpoint = hub.url) {
      const env = { HF_ENDPOINT: endpoint, HF_HOME: home };
      const context = createWeightsContext({ reference: 'tiny', cacheDirectory, env });
      const plan = planRanker(entry);
      const { files: found, source } = await resolvePlan(context, plan, []);
      return { path: loadedPath(plan, found), bytes: found.reduce((sum, { bytes }) => sum + bytes, 0), source };
    },
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const NOBODY = 'http://127.0.0.1:1';

test('fetches every file, goes on where a connection broke, and then asks no more', async () => {
  const weights = safetensors([2, 3]);
  await using it = await setUp(weights, { cuts: [40] });
  const partial = it.layout.partial(sha256(weights));
  // What has not been read by then is lost with the connection.
  it.hub.beforeCut = async (bytes) =>
    void (await vi.waitUntil(() => existsSync(partial) && statSync(partial).size >= bytes, 5000));
  expect(await it.resolve()).toEqual({ path: it.snapshot, source: 'hugging-face', bytes: weights.length + 14 });
  expect(it.hub.fileRequests.map(({ range }) => range)).toEqual([undefined, 'bytes=40-']);
  expect(await readFile(join(it.snapshot, 'model.safetensors'))).toEqual(weights);
  expect(await readFile(join(it.snapshot, 'config.json'))).toEqual(CONFIG);
  expect(await readlink(join(it.snapshot, 'config.json'))).toBe(`../../blobs/${gitHash(CONFIG)}`);
  expect(await it.resolve(NOBODY)).toMatchObject({ path: it.snapshot, source: 'cache' });
});

test('fetches again what was damaged', async () => {
  const weights = safetensors([2, 3]);
  await using it = await setUp(weights);
  const { path } = await it.resolve();
  await writeFile(join(path, 'model.safetensors'), 'something else');
  expect((await it.resolve()).source).toBe('hugging-face');
  expect(await readFile(join(path, 'model.safetensors'))).toEqual(weights);
});

// The superuser can write everywhere.
test.runIf(process.getuid?.() !== 0)('uses what caches hold that cannot be written', async () => {
  await using it = await setUp(safetensors([2, 3]));
  const { path } = await it.resolve();
  // As after a copy: the same bytes with another time.
  await utimes(join(path, 'config.json'), 1, 1);
  const folders = [it.cacheDirectory, join(it.cacheDirectory, 'records'), join(it.home, 'hub'), it.layout.folder];
  for (const folder of folders) await chmod(folder, 0o555);
  try {
    expect(await it.resolve(NOBODY)).toMatchObject({ path, source: 'cache' });
  } finally {
    for (const folder of folders) await chmod(folder, 0o755);
  }
});

test('weights with another number of parameters, and a file that is not what was stated, are refused', async () => {
  await using wrong = await setUp(safetensors([2, 4]));
  await expect(wrong.resolve()).rejects.toThrow('its weights are 8 numbers where 6 are expected');
  await using it = await setUp(safetensors([2, 3]), { jsonHash: '0'.repeat(40) });
  await expect(it.resolve()).rejects.toThrow('its hash in git is not 0000');
});

test('what is no JSON is refused', async () => {
  const files = { 'config.json': Buffer.from('<html>'), 'tokenizer.json': CONFIG };
  await using it = await setUp(safetensors([2, 3]), { files });
  await expect(it.resolve()).rejects.toThrow('it is no JSON');
});

test('without a network, what helps', async () => {
  await using it = await setUp(safetensors([2, 3]));
  await expect(it.resolve(NOBODY)).rejects.toThrow(/name a folder that holds config.json[^]*HF_ENDPOINT/);
});
