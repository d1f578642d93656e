import { expect, test } from 'vitest';
import type { SegmentStore } from '../journal/segment-store.ts';
import { VirtualClock } from './__fixtures__/virtual-clock.ts';
import { RetryingStore, STORAGE_RETRY_MS } from './retrying-store.ts';

const [SECOND, MINUTE] = [1000, 60_000];

/** A store that fails until a moment, and one that is told of what is waited for. */
function outage(untilMs: number, commits: (content: Uint8Array) => boolean = () => true) {
  const clock = new VirtualClock();
  const abort = new AbortController();
  const attempts: number[] = [];
  const waits: boolean[] = [];
  let written: Uint8Array | undefined;
  const inner: SegmentStore = {
    list: async () => [],
    read: async () => written,
    remove: async () => {},
    commit: async (_, content) => {
      attempts.push(clock.now());
      const isFirst = written === undefined;
      if (isFirst && commits(content)) written = content;
      if (clock.now() < untilMs) throw new Error('503');
      written ??= content;
      return isFirst;
    },
  };
  const store = new RetryingStore(inner, {
    maxMs: STORAGE_RETRY_MS,
    abortSignal: abort.signal,
    onRetry: () => {},
    onWait: (isWaiting) => waits.push(isWaiting),
    clock,
  });
  return { clock, abort, attempts, waits, store, write: (content: Uint8Array) => (written = content) };
}

const CONTENT = Buffer.from('a\n');

test('a write that storage refuses for a minute is made within ten seconds of its end', async () => {
  const { clock, attempts, waits, store } = outage(MINUTE, () => false);
  expect(await clock.run(store.commit('a', CONTENT))).toBe(true);
  expect(clock.now()).toBeGreaterThanOrEqual(MINUTE);
  expect(clock.now()).toBeLessThanOrEqual(MINUTE + 10 * SECOND);
  // Often at first, and then every five to ten seconds.
  expect(attempts.filter((at) => at < 10 * SECOND).length).toBeGreaterThanOrEqual(5);
  expect(attempts.length).toBeLessThan(25);
  expect(waits).toEqual([true, false]);
});

test('it is given up after ten minutes, and left at once where nobody waits any more', async () => {
  const forEver = outage(Infinity, () => false);
  await expect(forEver.clock.run(forEver.store.commit('a', CONTENT))).rejects.toThrow('503');
  expect(forEver.clock.now()).toBeLessThanOrEqual(STORAGE_RETRY_MS);
  expect(forEver.clock.now()).toBeGreaterThan(STORAGE_RETRY_MS - 10 * SECOND);
  const left = outage(Infinity, () => false);
  const committed = left.store.commit('a', CONTENT);
  void left.clock.sleep(MINUTE).then(() => left.abort.abort(new Error('left')));
  await expect(left.clock.run(committed)).rejects.toThrow('left');
  expect(left.clock.now()).toBe(MINUTE);
  expect(left.waits).toEqual([true, false]);
});

test('a write that seemed to fail is the first, and that of another worker is not', async () => {
  const own = outage(MINUTE);
  expect(await own.clock.run(own.store.commit('a', CONTENT))).toBe(true);
  const other = outage(MINUTE);
  other.write(Buffer.from('b\n'));
  expect(await other.clock.run(other.store.commit('a', CONTENT))).toBe(false);
});

test('a bucket that is not there is an error at once', async () => {
  const missing = Object.assign(new Error('NoSuchBucket'), { name: 'StorageError', status: 404 });
  const fail = () => Promise.reject(missing);
  const retries: unknown[] = [];
  const store = new RetryingStore(
    { list: fail, read: fail, remove: fail, commit: fail },
    { onRetry: (error) => retries.push(error), clock: new VirtualClock() },
  );
  await expect(store.list()).rejects.toBe(missing);
  await expect(store.read('a')).rejects.toBe(missing);
  await expect(store.remove('a')).rejects.toBe(missing);
  await expect(store.commit('a', CONTENT)).rejects.toBe(missing);
  expect(retries).toEqual([]);
});
