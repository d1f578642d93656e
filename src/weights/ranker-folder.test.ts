import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { chmod, readFile, utimes, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { RankerEntry } from './ranker-catalog.ts';
import { resolveRankerFolder } from './ranker-folder.ts';
import { createWeightsContext } from './weights-context.ts';
import { temporaryFolder } from './__fixtures__/temporary-folder.ts';

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

/** Hugging Face as far as it matters here: a git hash for small files, a sha256 for the large one, ranges, cuts. */
async function startHub(weights: Buffer) {
  const hub = {
    cutAt: undefined as number | undefined,
    beforeCut: async (_bytes: number) => {},
    lieAbout: '',
    ranges: [] as (string | undefined)[],
    url: '',
  };
  const config = Buffer.from('{"a":1}');
  const server = createServer((request, response) => {
    const file = request.url?.split('/').at(-1) ?? '';
    if (file !== 'model.safetensors') {
      const hash = createHash('sha1').update(`blob ${config.length}\0`).update(config).digest('hex');
      response.writeHead(200, { etag: `"${file === hub.lieAbout ? '0'.repeat(40) : hash}"` }).end(config);
      return;
    }
    hub.ranges.push(request.headers.range);
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, {
      etag: '"tag"',
      'x-linked-etag': `"${createHash('sha256').update(weights).digest('hex')}"`,
      'x-linked-size': weights.length,
      'content-length': weights.length - from,
      ...(from > 0 ? { 'content-range': `bytes ${from}-${weights.length - 1}/${weights.length}` } : {}),
    });
    if (hub.cutAt === undefined) {
      response.end(weights.subarray(from));
      return;
    }
    const { cutAt } = hub;
    response.write(weights.subarray(from, cutAt));
    void hub.beforeCut(cutAt).then(() => response.destroy());
    hub.cutAt = undefined;
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  hub.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(hub, {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

async function resolveTiny(hubUrl: string, cacheDirectory: string) {
  const context = createWeightsContext({ reference: 'tiny', cacheDirectory, env: { HF_ENDPOINT: hubUrl } });
  return resolveRankerFolder(context, entry);
}

test('fetches every file, goes on where a connection broke, and then asks no more', async () => {
  await using folder = await temporaryFolder();
  const weights = safetensors([2, 3]);
  let path: string;
  {
    await using hub = await startHub(weights);
    hub.cutAt = 40;
    // What has not been read by then is lost with the connection.
    const partial = join(folder.path, 'rankers/tiny/model.safetensors.partial');
    hub.beforeCut = async (bytes) =>
      void (await vi.waitUntil(() => existsSync(partial) && statSync(partial).size >= bytes, 5000));
    const fetched = await resolveTiny(hub.url, folder.path);
    expect(fetched).toMatchObject({ source: 'hugging-face', bytes: weights.length + 14 });
    expect(hub.ranges).toEqual([undefined, 'bytes=40-']);
    path = fetched.path;
  }
  expect(await readFile(join(path, 'model.safetensors'))).toEqual(weights);
  expect(await readFile(join(path, 'config.json'), 'utf8')).toBe('{"a":1}');
  expect(await resolveTiny('http://127.0.0.1:1', folder.path)).toMatchObject({ path, source: 'cache' });
});

test('fetches again what was damaged', async () => {
  await using folder = await temporaryFolder();
  const weights = safetensors([2, 3]);
  await using hub = await startHub(weights);
  const { path } = await resolveTiny(hub.url, folder.path);
  await writeFile(join(path, 'model.safetensors'), 'something else');
  expect((await resolveTiny(hub.url, folder.path)).source).toBe('hugging-face');
  expect(await readFile(join(path, 'model.safetensors'))).toEqual(weights);
});

// The superuser can write everywhere.
test.runIf(process.getuid?.() !== 0)('uses what a cache holds that cannot be written', async () => {
  await using folder = await temporaryFolder();
  await using hub = await startHub(safetensors([2, 3]));
  const { path } = await resolveTiny(hub.url, folder.path);
  // As after a copy: the same bytes with another time.
  await utimes(join(path, 'config.json'), 1, 1);
  await chmod(folder.path, 0o555);
  try {
    expect(await resolveTiny('http://127.0.0.1:1', folder.path)).toMatchObject({ path, source: 'cache' });
  } finally {
    await chmod(folder.path, 0o755);
  }
});

test('weights with another number of parameters, and a file that is not what was stated, are refused', async () => {
  await using folder = await temporaryFolder();
  await using wrong = await startHub(safetensors([2, 4]));
  await expect(resolveTiny(wrong.url, folder.path)).rejects.toThrow('its weights are 8 numbers where 6 are expected');
  await using hub = await startHub(safetensors([2, 3]));
  hub.lieAbout = 'tokenizer.json';
  await expect(resolveTiny(hub.url, folder.path)).rejects.toThrow('its hash is another');
});

test('without a network, what helps', async () => {
  await using folder = await temporaryFolder();
  await expect(resolveTiny('http://127.0.0.1:1', folder.path)).rejects.toThrow('HF_ENDPOINT');
});
