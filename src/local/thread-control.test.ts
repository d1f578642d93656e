import { describe, expect, test } from 'vitest';
import { FreeCores, ThreadControl, ThreadTuner } from './thread-control.ts';

describe('ThreadControl', () => {
  const FREE = { count: () => Infinity };

  test('a batch alone gets what its tuner chooses, and teaches it', async () => {
    const set: number[] = [];
    let now = 0;
    const control = new ThreadControl({
      setMaxThreads: (threads) => set.push(threads),
      freeCores: FREE,
      now: () => now,
    });
    const tuner = new ThreadTuner(2);
    for (let batch = 0; batch < 6; batch++) {
      // A machine on which two threads take twice as long as one.
      await control.run(1, async () => void (now += set.at(-1) ?? 0), { tuner, cap: 2 });
    }
    expect(set).toEqual([1, 1, 2, 2, 1, 1]);
  });

  test('batches at the same time get all threads to share, and teach nothing', async () => {
    const set: number[] = [];
    const control = new ThreadControl({ setMaxThreads: (threads) => set.push(threads), freeCores: FREE });
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
      setMaxThreads: (threads) => set.push(threads),
      freeCores: { count: () => free },
      now: () => 0,
    });
    const tuner = new ThreadTuner(8);
    for (free of [8, 3, 0, 8]) await control.run(1, async () => {}, { tuner, cap: 8 });
    expect(set).toEqual([4, 2, 1, 4]);
  });
});

describe('ThreadTuner', () => {
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
    const batch = (max: number) => {
      const threads = tuner.choose(64, max);
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
});

describe('FreeCores', () => {
  /** A machine of 4 cores, on which others use `others` cores and this process `own`. */
  function machine() {
    const time = { now: 1000, idleMs: 5000, ownMs: 100 };
    const free = new FreeCores({ read: () => ({ ...time }), now: () => time.now });
    const pass = (milliseconds: number, { others, own }: { others: number; own: number }) => {
      time.now += milliseconds;
      time.idleMs += milliseconds * (4 - others - own);
      time.ownMs += milliseconds * own;
      return free.count();
    };
    return { free, pass };
  }

  test('what others do not use is free, whatever this process does', () => {
    const { pass } = machine();
    expect(pass(300, { others: 0, own: 0 })).toBe(4);
    expect(pass(300, { others: 0, own: 4 })).toBe(4);
    expect(pass(300, { others: 1, own: 3 })).toBe(3);
    expect(pass(300, { others: 3, own: 1 })).toBe(1);
    expect(pass(300, { others: 4, own: 0 })).toBe(0);
  });

  test('a core that is free for most of the time is free', () => {
    const { pass } = machine();
    expect(pass(300, { others: 0.2, own: 1 })).toBe(4);
    expect(pass(300, { others: 0.5, own: 1 })).toBe(3);
  });

  test('short times are not measured', () => {
    const { pass } = machine();
    expect(pass(100, { others: 3, own: 0 })).toBe(Infinity);
    expect(pass(200, { others: 3, own: 0 })).toBe(1);
    expect(pass(100, { others: 0, own: 0 })).toBe(1);
  });

  test('a system that does not say leaves all cores', () => {
    let now = 0;
    const free = new FreeCores({ read: () => ({ idleMs: 0, ownMs: now }), now: () => now });
    now = 1000;
    expect(free.count()).toBe(Infinity);
  });

  test('on this machine it is some number of cores', async () => {
    const free = new FreeCores();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(free.count()).toBeGreaterThanOrEqual(0);
  });
});
