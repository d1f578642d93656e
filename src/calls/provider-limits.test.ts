import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeLanguageModel } from '../test/index.ts';
import { type ProviderLimitOptions, ProviderLimits } from './provider-limits.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const model = new FakeLanguageModel({ answer: 'x' });

/** Asks for places at once and notes when each was had, in milliseconds. */
function enterMany(limits: ProviderLimits, count: number, { name = 'fake/m', tokens = 1, holdMs = 0, took = 1 } = {}) {
  const start = Date.now();
  const times: number[] = [];
  const all = Array.from({ length: count }, async () => {
    const place = await limits.enter({ model, name }, { tokens });
    times.push(Date.now() - start);
    setTimeout(() => place.leave(took), holdMs);
  });
  return { times, all: Promise.all(all) };
}

test('no more calls at once than allowed', async () => {
  const { times } = enterMany(new ProviderLimits({ fake: { concurrency: 2 } }), 6, { holdMs: 1000 });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(times).toEqual([0, 0, 1000, 1000, 2000, 2000]);
});

test('no more requests within any minute than allowed, also around its border', async () => {
  const limits = new ProviderLimits({ fake: { requestsPerMinute: 3 } });
  const first = enterMany(limits, 2);
  await vi.advanceTimersByTimeAsync(50_000);
  const second = enterMany(limits, 5);
  await vi.advanceTimersByTimeAsync(200_000);
  expect(first.times).toEqual([0, 0]);
  // One place of the first minute was left; two come free 60 s after the first two, and so on.
  expect(second.times).toEqual([0, 10_000, 10_000, 60_000, 70_000]);
});

test('tokens within any minute: estimated first, corrected by what the answer took', async () => {
  const exact = enterMany(new ProviderLimits({ fake: { tokensPerMinute: 1000 } }), 4, { tokens: 400, took: 400 });
  await vi.advanceTimersByTimeAsync(120_000);
  expect(exact.times).toEqual([0, 0, 60_000, 60_000]);

  const limits = new ProviderLimits({ fake: { tokensPerMinute: 1000, concurrency: 1 } });
  const corrected = enterMany(limits, 4, { tokens: 400, took: 100, holdMs: 10 });
  await vi.advanceTimersByTimeAsync(120_000);
  expect(corrected.times).toEqual([0, 10, 20, 30]);

  const huge = enterMany(new ProviderLimits({ fake: { tokensPerMinute: 10 } }), 2, { tokens: 5000, took: 5000 });
  await vi.advanceTimersByTimeAsync(120_000);
  expect(huge.times).toEqual([0, 60_000]);
});

test('a pause holds up one provider and no other; the longer of two counts', async () => {
  const limits = new ProviderLimits();
  limits.pause({ model, name: 'fake/m' }, 5000);
  limits.pause({ model, name: 'fake/n' }, 2000);
  const paused = enterMany(limits, 2);
  const free = enterMany(limits, 1, { name: 'other/m' });
  await vi.advanceTimersByTimeAsync(10_000);
  expect([paused.times, free.times]).toEqual([[5000, 5000], [0]]);
});

test('an abort ends the wait and gives the place back', async () => {
  const limits = new ProviderLimits({ fake: { concurrency: 1, requestsPerMinute: 1 } });
  const place = await limits.enter({ model, name: 'fake/m' }, { tokens: 1 });
  const leaving = new AbortController();
  const waiting = limits.enter({ model, name: 'fake/m' }, { tokens: 1, abortSignal: leaving.signal });
  const waitsForRate = expect(waiting).rejects.toThrow('bye');
  place.leave();
  await vi.advanceTimersByTimeAsync(100);
  leaving.abort(new Error('bye'));
  await waitsForRate;
  const { times } = enterMany(limits, 1);
  await vi.advanceTimersByTimeAsync(61_000);
  expect(times).toEqual([59_900]);
});

test.each<[ProviderLimitOptions, string]>([
  [{ a: { concurrency: 0 } }, 'limits.a.concurrency'],
  [{ a: { requestsPerMinute: 1.5 } }, 'limits.a.requestsPerMinute'],
  [{ a: { tokensPerMinute: Number.NaN } }, 'limits.a.tokensPerMinute'],
])('refuses %j', (limits, parameter) => {
  expect(() => new ProviderLimits(limits)).toThrow(parameter);
});
