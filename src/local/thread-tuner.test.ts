import { expect, test } from 'vitest';
import { ThreadTuner } from './thread-tuner.ts';

/** Runs batches on a machine on which a batch takes `cost(threads)`; returns the threads of each. */
function run(tuner: ThreadTuner, batches: number, cost: (threads: number) => number, tokens = 1): number[] {
  return Array.from({ length: batches }, () => {
    const threads = tuner.choose(tokens);
    tuner.record(tokens, threads, cost(threads) * tokens);
    return threads;
  });
}

test('one core leaves no choice', () => {
  expect(run(new ThreadTuner(1), 3, () => 10)).toEqual([1, 1, 1]);
});

test('tries half, then all, and stays with what is fastest', () => {
  expect(run(new ThreadTuner(2), 7, (threads) => 10 / threads)).toEqual([1, 1, 2, 2, 2, 2, 2]);
  expect(run(new ThreadTuner(2), 7, (threads) => 10 * threads)).toEqual([1, 1, 2, 2, 1, 1, 1]);
});

test('goes down only while that helps', () => {
  expect(new Set(run(new ThreadTuner(16), 40, (threads) => 100 / threads))).toEqual(new Set([8, 16]));
  expect(run(new ThreadTuner(16), 40, (threads) => threads).at(-1)).toBe(1);
  expect(run(new ThreadTuner(8), 40, (threads) => Math.abs(threads - 4) + 1).at(-1)).toBe(4);
});

test('prompts and single tokens are separate', () => {
  const tuner = new ThreadTuner(2);
  run(tuner, 10, (threads) => 10 / threads, 64);
  run(tuner, 10, (threads) => 10 * threads, 1);
  expect([tuner.choose(64), tuner.choose(1)]).toEqual([2, 1]);
});

test('another program that takes the cores is noticed at once, and its end in time', () => {
  const tuner = new ThreadTuner(2);
  run(tuner, 10, (threads) => 10 / threads);
  const busy = run(tuner, 20, (threads) => (threads === 1 ? 10 : 500));
  expect(busy.filter((threads) => threads === 2).length).toBeLessThanOrEqual(2);
  expect(busy.at(-1)).toBe(1);
  expect(run(tuner, 600, (threads) => 10 / threads).at(-1)).toBe(2);
});
