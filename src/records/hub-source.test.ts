import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, test } from 'vitest';
import { type FakeHub, type FakeHubBehaviour, startFakeHub } from '../weights/__fixtures__/fake-hub.ts';
import { openDatasetFiles } from '../weights/index.ts';
import { openHubSources } from './hub-source.ts';
import { readRecords } from './read-records.ts';

const PATH = 'hf://datasets/o/n/data/train.jsonl';
const TOKEN = 'hf_a-token-of-nobody';

function lines(count: number): Buffer {
  const record = (index: number) => ({ id: index, prompt: `Question ${index}`, responses: ['a'.repeat(100), 'b'] });
  return Buffer.from(Array.from({ length: count }, (_, index) => `${JSON.stringify(record(index))}\n`).join(''));
}

/** Row groups of 1000 rows whose texts do not compress; with pictures as `datasets` keeps them, if there are to be some. */
function parquet(rows: number, { pictureBytes = 0 } = {}): Buffer {
  const names = ['prompt', 'response_a', 'response_b'];
  const texts = names.map((name) => ({
    name,
    data: Array.from({ length: rows }, (_, row) => `${name} ${row} ${randomBytes(60).toString('hex')}`),
  }));
  const picture = () => ({ bytes: new Uint8Array(randomBytes(pictureBytes)), path: 'x.png' });
  const pictures = { name: 'image', data: Array.from({ length: rows }, picture) };
  const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' } as const;
  const hasPictures = pictureBytes > 0;
  return Buffer.from(
    parquetWriteBuffer({
      columnData: hasPictures ? [...texts, pictures] : texts,
      rowGroupSize: 1000,
      schema: [
        { name: 'root', num_children: texts.length + Number(hasPictures) },
        ...names.map((name) => ({ name, ...text })),
        ...(hasPictures
          ? [
              { name: 'image', num_children: 2, repetition_type: 'REQUIRED' as const },
              { name: 'bytes', type: 'BYTE_ARRAY' as const, repetition_type: 'REQUIRED' as const },
              { name: 'path', ...text },
            ]
          : []),
      ],
    }),
  );
}

async function hubWith(content: Buffer, behaviour: Partial<FakeHubBehaviour> = {}): Promise<FakeHub> {
  return Object.assign(await startFakeHub(content), behaviour);
}

function environment(hub: FakeHub, more: Record<string, string> = {}) {
  return { HF_ENDPOINT: hub.url, HF_HOME: '/nowhere', HF_TOKEN: TOKEN, ...more };
}

async function idsOf(hub: FakeHub, path = PATH, { limit = Infinity } = {}): Promise<readonly unknown[]> {
  const sources = await openHubSources(path, { env: environment(hub) });
  const ids: unknown[] = [];
  for await (const item of readRecords({ sources })) {
    ids.push('record' in item ? (item.record.id ?? item.place.number) : item.error.message);
    if (ids.length >= limit) break;
  }
  return ids;
}

/** Of all ranges. */
function bytesAsked(hub: FakeHub): number {
  const asked = hub.fileRequests.map(
    ({ range }) =>
      /bytes=(\d+)-(\d+)/
        .exec(range ?? '')
        ?.slice(1)
        .map(Number) ?? [],
  );
  return asked.reduce((sum, [first = 0, last = 0]) => sum + last + 1 - first, 0);
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

test('JSONL is streamed from the commit that the revision stood for, and the token stays with the hub', async () => {
  await using hub = await hubWith(lines(2000), { requiredToken: TOKEN });
  expect(await idsOf(hub)).toEqual(upTo(2000));
  expect(hub.hubRequests[0]).toMatchObject({ method: 'HEAD', path: '/datasets/o/n/resolve/main/data/train.jsonl' });
  const read = hub.hubRequests.slice(1);
  expect(new Set(read.map(({ path }) => path))).toEqual(
    new Set([`/datasets/o/n/resolve/${'c'.repeat(40)}/data/train.jsonl`]),
  );
  expect(hub.hubRequests.every(({ authorization }) => authorization === `Bearer ${TOKEN}`)).toBe(true);
  expect(hub.fileRequests.length).toBeGreaterThan(0);
  expect(hub.fileRequests.every(({ authorization }) => authorization === undefined)).toBe(true);
});

test('gzip, a server without ranges, a file in git itself', async () => {
  await using packed = await hubWith(gzipSync(lines(300)));
  expect(await idsOf(packed, 'hf://datasets/o/n/a.jsonl.gz')).toEqual(upTo(300));
  await using plain = await hubWith(lines(3000), { acceptsRanges: false });
  expect(await idsOf(plain)).toEqual(upTo(3000));
  await using small = await hubWith(Buffer.from(`[${lines(5).toString().trim().replaceAll('\n', ',')}]`));
  expect(await idsOf(small, 'hf://datasets/o/n/small.json')).toEqual(upTo(5));
});

test('connections that break are taken up where they were', async () => {
  const content = lines(4000);
  await using hub = await hubWith(content, { cuts: [undefined, 70_000, 1, 90_000] });
  expect(await idsOf(hub)).toEqual(upTo(4000));
  const starts = hub.fileRequests.map(({ range }) => Number(/bytes=(\d+)-/.exec(range ?? '')?.[1]));
  expect(starts).toEqual(starts.toSorted((left, right) => left - right));
  expect(hub.fileRequests).toHaveLength(5);
});

test('what may pass is tried again, for as long as the server says', async () => {
  await using hub = await hubWith(lines(10), {
    failures: [{ status: 503 }, { status: 429, headers: { 'retry-after': '0' } }, { status: 500 }],
    fileFailures: [{ status: 502 }],
  });
  const [file] = await openDatasetFiles(PATH, { env: environment(hub), retryDelayMs: 1 });
  const chunks: Uint8Array[] = [];
  for await (const chunk of file?.stream(0) ?? []) chunks.push(chunk);
  expect(Buffer.concat(chunks)).toEqual(lines(10));
  expect(hub.failures).toEqual([]);
  expect(hub.fileFailures).toEqual([]);
});

test('Parquet: of a large file only the table of contents and the row groups that are read', async () => {
  const content = parquet(20_000);
  await using hub = await hubWith(content);
  expect(await idsOf(hub, 'hf://datasets/o/n/train.parquet', { limit: 1500 })).toHaveLength(1500);
  expect(content.length).toBeGreaterThan(7e6);
  // Two of twenty row groups, the last half megabyte, and the first bytes.
  expect(bytesAsked(hub)).toBeLessThan(content.length * 0.25);
  hub.fileRequests.length = 0;
  expect(await idsOf(hub, 'hf://datasets/o/n/train.parquet')).toHaveLength(20_000);
  const ranges = hub.fileRequests.map(({ range }) => range);
  expect(new Set(ranges).size).toBe(ranges.length);
});

test('Parquet: pictures are not fetched', async () => {
  const content = parquet(2000, { pictureBytes: 3000 });
  await using hub = await hubWith(content);
  expect(await idsOf(hub, 'hf://datasets/o/n/train.parquet')).toHaveLength(2000);
  expect(content.length).toBeGreaterThan(6e6);
  expect(bytesAsked(hub)).toBeLessThan(2e6);
});

test('a pattern stands for all files that it fits, in the order of their names', async () => {
  const tree = ['data/train-1.jsonl', 'data/train-0.jsonl', 'data/test-0.jsonl', 'README.md', 'train-9.jsonl'];
  const files = { 'train-0.jsonl': lines(2), 'train-1.jsonl': lines(3) };
  await using hub = await hubWith(lines(9), { tree, files });
  const sources = await openHubSources('hf://datasets/o/n/data/train-*.jsonl', { env: environment(hub) });
  expect(sources.map(({ name, bytes }) => [name, bytes])).toEqual([
    ['hf://datasets/o/n/data/train-0.jsonl', lines(2).length],
    ['hf://datasets/o/n/data/train-1.jsonl', lines(3).length],
  ]);
  expect(await idsOf(hub, 'hf://datasets/o/n/data/train-*.jsonl')).toEqual([0, 1, 0, 1, 2]);
  const all = await openHubSources('hf://datasets/o/n/**train-*', { env: environment(hub) });
  expect(all).toHaveLength(3);
});

test.each([
  [
    'a file that is not there',
    PATH,
    { tree: ['data/test.jsonl', 'a.csv', 'README.md'] },
    'There are: data/test.jsonl, a.csv.',
  ],
  ['a pattern that fits nothing', 'hf://datasets/o/n/x-*.csv', { tree: ['a.csv'] }, 'There are: a.csv.'],
  ['a repository without data', PATH, { tree: ['README.md'] }, 'There are no files of data in it.'],
  ['a gated repository', PATH, { hub: 403, errorCode: 'GatedRepo' }, 'datasets/o/n, then set HF_TOKEN'],
  ['a token that is refused', PATH, { hub: 401 }, 'HF_TOKEN was refused'],
  ['a revision that is not there', PATH, { hub: 404, errorCode: 'RevisionNotFound' }, '404 (RevisionNotFound)'],
] as const)('%s is said', async (_, path, behaviour, message) => {
  await using hub = await hubWith(lines(1), behaviour as Partial<FakeHubBehaviour>);
  const opened = openHubSources(path, { env: environment(hub) });
  await expect(opened).rejects.toMatchObject({
    name: 'InvalidArgumentError',
    message: expect.stringContaining(message),
  });
  await expect(opened).rejects.not.toThrow(TOKEN);
});

test('offline, nothing is asked', async () => {
  await using hub = await hubWith(lines(1));
  const env = environment(hub, { HF_HUB_OFFLINE: '1' });
  await expect(openHubSources(PATH, { env })).rejects.toThrow('HF_HUB_OFFLINE');
  expect(hub.hubRequests).toEqual([]);
});

test('an abort ends the waiting for another attempt', async () => {
  await using hub = await hubWith(lines(1), { hub: 503 });
  const reason = new Error('enough');
  const opened = openDatasetFiles(PATH, { env: environment(hub), abortSignal: AbortSignal.abort(reason) });
  await expect(opened).rejects.toBe(reason);
});
