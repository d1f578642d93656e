import { expect, test } from 'vitest';
import { ThreadControl } from './thread-control.ts';
import { ThreadTuner } from './thread-tuner.ts';

const FREE = { count: () => Infinity };

test('a batch alone gets what its tuner chooses, and teaches it', async () => {
  const set: number[] = [];
  let now = 0;
  const control = new ThreadControl({ setMost: (threads) => set.push(threads), freeCores: FREE, now: () => now });
  const tuner = new ThreadTuner(2);
  for (let batch = 0; batch < 6; batch++) {
    // A machine on which two threads take twice as long as one.
    await control.run(1, async () => void (now += set.at(-1) ?? 0), { tuner, cap: 2 });
  }
  expect(set).toEqual([1, 1, 2, 2, 1, 1]);
});

test('batches at the same time get all threads to share, and teach nothing', async () => {
  const set: number[] = [];
  const control = new ThreadControl({ setMost: (threads) => set.push(threads), freeCores: FREE });
  const tuner = new ThreadTuner(2);
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = control.run(1, () => promise, { tuner, cap: 2 });
  await control.run(1, async () => {}, { tuner, cap: 2 });
  resolve();
  await first;
  expect(set).toEqual([1, 2]);
  for (let batch = 0; batch < 2; batch++) await control.run(1, async () => {}, { tuner, cap: 2 });
  expect(set.slice(2)).toEqual([1, 1]);
});

test('cores that other programs use are left to them, but for one', async () => {
  const set: number[] = [];
  let free = 8;
  const control = new ThreadControl({
    setMost: (threads) => set.push(threads),
    freeCores: { count: () => free },
    now: () => 0,
  });
  const tuner = new ThreadTuner(8);
  for (free of [8, 3, 0, 8]) await control.run(1, async () => {}, { tuner, cap: 8 });
  expect(set).toEqual([4, 2, 1, 4]);
});
