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
  const usual = (threads: number[]) => threads.toSorted((a, b) => a - b)[threads.length / 2];
  expect(new Set(run(new ThreadTuner(16), 40, (threads) => 100 / threads))).toEqual(new Set([8, 16]));
  expect(usual(run(new ThreadTuner(16), 100, (threads) => threads))).toBe(1);
  expect(usual(run(new ThreadTuner(8), 100, (threads) => Math.abs(threads - 4) + 1))).toBe(4);
});

test('no more than other programs leave, and all of it later', () => {
  const tuner = new ThreadTuner(8);
  const batch = (most: number) => {
    const threads = tuner.choose(64, most);
    tuner.record(64, threads, 1000 / threads);
    return threads;
  };
  expect([3, 3, 3, 0].map(batch)).toEqual([2, 2, 2, 1]);
  expect(Array.from({ length: 5 }, () => batch(8)).at(-1)).toBe(8);
  expect(batch(4)).toBe(4);
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
  expect(busy.filter((threads) => threads === 2).length).toBeLessThanOrEqual(4);
  expect(busy.at(-1)).toBe(1);
  expect(run(tuner, 3000, (threads) => 10 / threads).at(-1)).toBe(2);
});

test('a hiccup changes nothing', () => {
  const tuner = new ThreadTuner(2);
  run(tuner, 6, (threads) => 10 * threads);
  tuner.record(1, 1, 1000);
  expect(new Set(run(tuner, 5, (threads) => 10 * threads))).toEqual(new Set([1]));
});

test('trying takes a small part of the time, also where one number of threads is far slower', () => {
  const tuner = new ThreadTuner(2);
  const threads = run(tuner, 5000, (count) => (count === 1 ? 10 : 500));
  const milliseconds = (count: number) => threads.filter((used) => used === count).length * (count === 1 ? 10 : 500);
  expect(milliseconds(2)).toBeLessThan(0.06 * milliseconds(1));
});

test('prompts of any length are one size', () => {
  const tuner = new ThreadTuner(2);
  for (const tokens of [64, 10, 20, 40]) run(tuner, 1, (threads) => 10 / threads, tokens);
  expect(tuner.choose(33)).toBe(2);
});
