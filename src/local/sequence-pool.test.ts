import { expect, test } from 'vitest';
import { SequencePool } from './sequence-pool.ts';

const any = () => 0;

test('the place that suits best, among equals the one unused for longest', async () => {
  const pool = new SequencePool(['a', 'b', 'c']);
  expect(await pool.acquire((place) => (place === 'c' ? 1 : 0))).toBe('c');
  expect(await pool.acquire(any)).toBe('a');
  pool.release('c');
  pool.release('a');
  expect(await pool.acquire(any)).toBe('b');
  expect(await pool.acquire(any)).toBe('c');
});

test('further calls wait in line, first come first served', async () => {
  const pool = new SequencePool(['a']);
  const served: string[] = [];
  const call = async (name: string) => {
    const place = await pool.acquire(any);
    served.push(name);
    pool.release(place);
  };
  const place = await pool.acquire(any);
  const calls = [call('first'), call('second'), call('third')];
  pool.release(place);
  await Promise.all(calls);
  expect(served).toEqual(['first', 'second', 'third']);
});

test('an abort while waiting leaves the line, and the next is served', async () => {
  const pool = new SequencePool(['a']);
  const controller = new AbortController();
  const place = await pool.acquire(any);
  const aborted = pool.acquire(any, controller.signal);
  const next = pool.acquire(any);
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(aborted).rejects.toBe(reason);
  pool.release(place);
  await expect(next).resolves.toBe('a');
  await expect(pool.acquire(any, controller.signal)).rejects.toBe(reason);
});

test('an abort after the place was given changes nothing', async () => {
  const pool = new SequencePool(['a']);
  const controller = new AbortController();
  const place = await pool.acquire(any);
  const second = pool.acquire(any, controller.signal);
  const third = pool.acquire(any);
  pool.release(place);
  controller.abort();
  await expect(second).resolves.toBe('a');
  pool.release('a');
  await expect(third).resolves.toBe('a');
});

test('whenIdle resolves once every place is back', async () => {
  const pool = new SequencePool(['a', 'b']);
  await pool.whenIdle();
  const places = [await pool.acquire(any), await pool.acquire(any)];
  let idle = false;
  const waiting = pool.whenIdle().then(() => (idle = true));
  pool.release(places[0] ?? '');
  await Promise.resolve();
  expect(idle).toBe(false);
  pool.release(places[1] ?? '');
  await waiting;
});
