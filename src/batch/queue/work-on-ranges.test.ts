import { expect, test } from 'vitest';
import { VirtualClock } from './__fixtures__/virtual-clock.ts';
import { CLOCK } from './clock.ts';
import type { RangeQueue } from './range-queue.ts';
import { workOnRanges } from './work-on-ranges.ts';

/** Gives these ranges, and then none. */
function queueOf(starts: number[], completed: number[], onPutBack = () => {}): RangeQueue {
  return {
    add: async () => {},
    counts: async () => ({ waiting: starts.length, running: 0 }),
    clear: async () => {},
    close: async () => {},
    take: async () => {
      const start = starts.shift();
      if (start === undefined) return undefined;
      return {
        queued: { job: 'here', range: { start, end: start + 1, segmentSize: 1, input: {} } },
        attempt: 1,
        extend: async () => {},
        complete: async () => void completed.push(start),
        putBack: async () => onPutBack(),
      };
    },
  };
}

test('the next range is taken once one has room for it, and never a third', async () => {
  const completed: number[] = [];
  const [begun, ends] = [[] as number[], new Map<number, () => void>()];
  const rooms = new Map<number, () => void>();
  const over = workOnRanges({
    queue: queueOf([0, 1, 2], completed),
    leaseMs: 60_000,
    clock: CLOCK,
    stopSignal: new AbortController().signal,
    onError: (error) => {
      throw error;
    },
    onIdle: async () => false,
    work: async ({ range: { start } }, _, onRoom) => {
      begun.push(start);
      rooms.set(start, onRoom);
      await new Promise<void>((resolve) => ends.set(start, resolve));
      return { type: 'done' };
    },
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  await settled();
  expect(begun).toEqual([0]);
  rooms.get(0)?.();
  await settled();
  expect(begun).toEqual([0, 1]);
  rooms.get(1)?.();
  await settled();
  expect(begun).toEqual([0, 1]);
  ends.get(0)?.();
  await settled();
  expect([begun, completed]).toEqual([[0, 1, 2], [0]]);
  ends.get(2)?.();
  ends.get(1)?.();
  await over;
  expect(completed.toSorted()).toEqual([0, 1, 2]);
});

test('a range that is given back for later is kept until then, or until the worker is told to stop', async () => {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const putBackAt: number[] = [];
  const stopAt = 7000;
  const over = workOnRanges({
    queue: queueOf([0, 1], [], () => putBackAt.push(clock.now())),
    leaseMs: 60_000,
    clock,
    stopSignal: stop.signal,
    onError: (error) => {
      throw error;
    },
    onIdle: async () => false,
    work: async () => ({ type: 'later', delayMs: 5000 }),
  });
  void clock.sleep(stopAt).then(() => stop.abort());
  await clock.run(over);
  expect(putBackAt).toEqual([5000, stopAt]);
});
