import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { SequencePool } from './sequence-pool.ts';

const affinity = () => 0;

/** Takes a sequence and holds it until it is released. */
async function hold(pool: SequencePool<string>, options: Partial<Parameters<typeof pool.run>[1]> = {}) {
  const released = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<string>();
  const work = async (sequence: string) => {
    begun.resolve(sequence);
    await released.promise;
    return sequence;
  };
  const call = pool.run(work, { affinity, ...options });
  call.catch(() => {});
  return { sequence: await begun.promise, call, release: () => released.resolve() };
}

test('the sequence that suits best, among equals the one unused for longest', async () => {
  const pool = new SequencePool(['a', 'b', 'c']);
  const best = await hold(pool, { affinity: (sequence) => (sequence === 'c' ? 1 : 0) });
  const first = await hold(pool);
  expect([best.sequence, first.sequence]).toEqual(['c', 'a']);
  best.release();
  await best.call;
  first.release();
  await first.call;
  expect((await hold(pool)).sequence).toBe('b');
  expect((await hold(pool)).sequence).toBe('c');
  expect((await hold(pool)).sequence).toBe('a');
});

test('further calls wait, first come first served', async () => {
  const pool = new SequencePool(['a']);
  const served: string[] = [];
  const { release } = await hold(pool);
  const calls = ['first', 'second', 'third'].map((name) => pool.run(async () => void served.push(name), { affinity }));
  await setImmediate();
  expect(served).toEqual([]);
  release();
  await Promise.all(calls);
  expect(served).toEqual(['first', 'second', 'third']);
});

test('an abort while waiting rejects at once and never begins, and the next is served', async () => {
  const pool = new SequencePool(['a']);
  const controller = new AbortController();
  const { release } = await hold(pool);
  let begun = false;
  const work = async () => void (begun = true);
  const aborted = pool.run(work, { affinity, signal: controller.signal });
  const next = pool.run(async (sequence) => sequence, { affinity });
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(aborted).rejects.toBe(reason);
  release();
  await expect(next).resolves.toBe('a');
  await expect(pool.run(work, { affinity, signal: controller.signal })).rejects.toBe(reason);
  expect(begun).toBe(false);
});

test('an abort of work that has begun rejects at once, and leaves it its sequence until it ends', async () => {
  const pool = new SequencePool(['a']);
  const controller = new AbortController();
  const { call, release } = await hold(pool, { signal: controller.signal });
  let served = false;
  const next = pool.run(async () => void (served = true), { affinity });
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(call).rejects.toBe(reason);
  await setImmediate();
  expect(served).toBe(false);
  release();
  await next;
  expect(served).toBe(true);
});

test('work that fails gives its sequence back', async () => {
  const pool = new SequencePool(['a']);
  await expect(pool.run(() => Promise.reject(new Error('no')), { affinity })).rejects.toThrow('no');
  await expect(pool.run(async (sequence) => sequence, { affinity })).resolves.toBe('a');
});

test('whenIdle resolves once every sequence is back', async () => {
  const pool = new SequencePool(['a', 'b']);
  await pool.whenIdle();
  const [first, second] = [await hold(pool), await hold(pool)];
  let idle = false;
  const waiting = pool.whenIdle().then(() => (idle = true));
  first.release();
  await setImmediate();
  expect(idle).toBe(false);
  second.release();
  await waiting;
});
