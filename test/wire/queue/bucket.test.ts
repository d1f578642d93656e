import { expect, test } from 'vitest';
import { CLOCK, type StoragePatience } from '../../../src/batch/queue/index.ts';
import { openBucket } from '../../../src/batch/queue/storage/s3-bucket.ts';
import { type Fault, ObjectStorage } from './object-storage.ts';

const FAULTS: readonly Fault[] = [500, 503, 'lost', 'cut', 'torn'];

/** Waits are a hundredth of what they are. */
const FAST = { now: () => CLOCK.now(), sleep: (ms: number, signal?: AbortSignal) => CLOCK.sleep(ms / 100, signal) };

async function start() {
  const storage = await ObjectStorage.start();
  const abortSignal = new AbortController().signal;
  const patience: StoragePatience = { maxMs: 60_000, abortSignal, onRetry: () => {}, clock: FAST };
  const bucket = await openBucket('s3://jobs/of mine', { env: storage.env, patience });
  return { storage, bucket, [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose]() };
}

async function* once(...chunks: readonly string[]) {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString();
}

test.each(FAULTS)('every operation comes through a fault: %s', async (fault) => {
  await using all = await start();
  const { storage, bucket } = all;
  let count = 0;
  // Every other request.
  storage.fault = () => (count++ % 2 === 0 ? fault : undefined);
  expect(await bucket.create('a/1 +é', Buffer.from('first'))).toBe(true);
  expect(await bucket.create('a/1 +é', Buffer.from('second'))).toBe(false);
  await bucket.write('b', once('whole ', 'content'));
  for (const name of ['a/2', 'a/3', 'a/4', 'a/5']) expect(await bucket.create(name, Buffer.from(name))).toBe(true);
  expect(await bucket.list('a/')).toEqual(['a/1 +é', 'a/2', 'a/3', 'a/4', 'a/5']);
  expect(Buffer.from((await bucket.read('a/1 +é')) ?? []).toString()).toBe('first');
  expect(await bucket.read('c')).toBeUndefined();
  expect((await bucket.head('b'))?.bytes).toBe(13);
  expect(await bucket.head('c')).toBeUndefined();
  storage.fault = () => (fault === 'torn' || count++ % 2 === 0 ? undefined : fault);
  expect(await textOf(bucket.stream('b', 6))).toBe('content');
  storage.fault = () => (count++ % 2 === 0 ? fault : undefined);
  await bucket.remove('a/2');
  await bucket.remove('a/2');
  expect([...storage.objects.keys()].toSorted()).toEqual(
    ['a/1 +é', 'a/3', 'a/4', 'a/5', 'b'].map((name) => `jobs/of mine/${name}`),
  );
});

test('of many that write one object at once exactly one is the first, whatever is lost', async () => {
  await using all = await start();
  const { storage, bucket } = all;
  storage.fault = () => (Math.random() < 0.5 ? FAULTS[Math.floor(Math.random() * FAULTS.length)] : undefined);
  const contents = Array.from({ length: 12 }, (_, worker) => Buffer.from(`worker ${worker}`));
  const firsts = await Promise.all(contents.map((content) => bucket.create('segment', content)));
  expect(firsts.filter(Boolean)).toHaveLength(1);
  const winner = contents[firsts.indexOf(true)];
  expect(storage.objects.get('jobs/of mine/segment')).toEqual(winner);
});

test('what does not pass is an error at once', async () => {
  await using all = await start();
  const { storage, bucket } = all;
  storage.fault = () => 403 as Fault;
  await expect(bucket.list('')).rejects.toThrow('The storage refused s3://jobs/of mine/: HTTP 403, InternalError');
  await expect(bucket.create('a', Buffer.from('a'))).rejects.toMatchObject({ status: 403 });
  expect(storage.requests).toHaveLength(2);
});

test('storage that says of an object that it is there, and does not have it, is tried again', async () => {
  await using all = await start();
  const { storage, bucket } = all;
  storage.fault = (method) => (method === 'PUT' ? (412 as Fault) : undefined);
  await expect(bucket.create('a', Buffer.from('a'))).rejects.toMatchObject({ name: 'StorageError', status: 409 });
});
