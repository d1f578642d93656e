import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeLanguageModel } from '../../test/index.ts';
import { ProviderGate } from './provider-gate.ts';
import { type ProviderLimitOptions, ProviderLimits } from './provider-limits.ts';
import { RateWindow } from './rate-window.ts';

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
    const place = await limits.enter({ given: model, name, endpoint: undefined }, { tokens });
    times.push(Date.now() - start);
    setTimeout(() => place.leave({ tokens: took }), holdMs);
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
  limits.pause({ given: model, name: 'fake/m', endpoint: undefined }, 5000);
  limits.pause({ given: model, name: 'fake/n', endpoint: undefined }, 2000);
  const paused = enterMany(limits, 2);
  const free = enterMany(limits, 1, { name: 'other/m' });
  await vi.advanceTimersByTimeAsync(10_000);
  expect([paused.times, free.times]).toEqual([[5000, 5000], [0]]);
});

test('an abort ends the wait and gives the place back', async () => {
  const limits = new ProviderLimits({ fake: { concurrency: 1, requestsPerMinute: 1 } });
  const place = await limits.enter({ given: model, name: 'fake/m', endpoint: undefined }, { tokens: 1 });
  const leaving = new AbortController();
  const waiting = limits.enter(
    { given: model, name: 'fake/m', endpoint: undefined },
    { tokens: 1, abortSignal: leaving.signal },
  );
  const waitsForRate = expect(waiting).rejects.toThrow('bye');
  place.leave();
  await vi.advanceTimersByTimeAsync(100);
  leaving.abort(new Error('bye'));
  await waitsForRate;
  const { times } = enterMany(limits, 1);
  await vi.advanceTimersByTimeAsync(61_000);
  expect(times).toEqual([59_900]);
});

test.each([
  ['https://api.x.example/v1?', 64],
  [undefined, 64],
  ['http://127.0.0.1:11434/v1?', 8],
  ['http://localhost:1234/v1', 8],
  ['http://[::1]:1234/v1', 8],
])('a provider at %s takes %i calls at once unless it has a limit', async (endpoint, expected) => {
  const limits = new ProviderLimits();
  let entered = 0;
  for (let call = 0; call < 100; call += 1) {
    void limits.enter({ given: model, name: 'fake/m', endpoint }, { tokens: 1 }).then(() => (entered += 1));
  }
  await vi.advanceTimersByTimeAsync(1000);
  expect(entered).toBe(expected);
});

test('calls in flight are halved where the provider takes no more, once for all that were under way, and grow back', async () => {
  const gate = new ProviderGate({ concurrency: 8 });
  const enter = () => gate.enter({ tokens: 1 });
  const underWay = await Promise.all(Array.from({ length: 8 }, enter));
  for (const place of underWay.slice(0, 5)) place.leave({ isRateLimited: true });
  expect(gate.concurrency).toBe(4);
  for (const place of underWay.slice(5)) place.leave();
  for (const place of await Promise.all([enter(), enter()])) place.leave({ isRateLimited: true });
  expect(gate.concurrency).toBe(2);
  const seen: number[] = [];
  for (let round = 0; round < 40; round += 1) {
    (await enter()).leave();
    seen.push(gate.concurrency);
  }
  expect([...new Set(seen)]).toEqual([2, 3, 4, 5, 6, 7, 8]);
  // The lowest that is possible still lets one call through.
  for (let round = 0; round < 5; round += 1) (await enter()).leave({ isRateLimited: true });
  expect(gate.concurrency).toBe(1);
});

test('without limits of rates nothing is remembered; with one, what a call really took counts as long as it is in the minute', () => {
  const unlimited = new RateWindow();
  for (let call = 0; call < 10; call += 1) unlimited.take(1e9, call).correct(1e12);
  expect(unlimited.waitMs(1e12, 10)).toBe(0);
  const window = new RateWindow(100);
  const first = window.take(60, 0);
  const second = window.take(30, 10_000);
  expect(window.waitMs(20, 10_000)).toBe(50_000);
  first.correct(10);
  expect(window.waitMs(60, 10_000)).toBe(0);
  expect(window.waitMs(65, 10_000)).toBe(50_000);
  expect(window.waitMs(70, 60_000)).toBe(0);
  // A correction that comes after the minute changes nothing.
  first.correct(1000);
  second.correct(95);
  expect(window.waitMs(5, 60_000)).toBe(0);
  expect(window.waitMs(6, 60_000)).toBe(10_000);
});

test.each<[ProviderLimitOptions, string]>([
  [{ a: { concurrency: 0 } }, 'limits.a.concurrency'],
  [{ a: { requestsPerMinute: 1.5 } }, 'limits.a.requestsPerMinute'],
  [{ a: { tokensPerMinute: Number.NaN } }, 'limits.a.tokensPerMinute'],
])('refuses %j', (limits, parameter) => {
  expect(() => new ProviderLimits(limits)).toThrow(parameter);
});

test('gates that are kept elsewhere are asked for once for each provider, but not for models in this process', async () => {
  const made: unknown[] = [];
  const entered: unknown[] = [];
  const limits = new ProviderLimits({ openai: { concurrency: 3, tokensPerMinute: 900 } }, (provider, own) => {
    made.push([provider, own]);
    return {
      enter: async ({ tokens }) => {
        entered.push(tokens);
        return { leave: (end) => entered.push(end) };
      },
      pause: (milliseconds) => entered.push(milliseconds),
    };
  });
  const target = { given: model, name: 'openai/a', endpoint: undefined };
  const place = await limits.enter(target, { tokens: 70 });
  limits.pause({ ...target, name: 'openai/b' }, 20);
  place.leave({ tokens: 60 });
  const local = Object.assign(new FakeLanguageModel({ answer: 'x' }), {
    contextTokens: 100,
    maxParallelCalls: 1,
    countTokens: () => 1,
    scoreContinuations: async () => ({ logProbabilities: [], inputTokens: 0 }),
  });
  (await limits.enter({ given: local, name: 'local/c', endpoint: undefined }, { tokens: 1 })).leave();
  expect(made).toEqual([['openai', { concurrency: 3, tokensPerMinute: 900 }]]);
  expect(entered).toEqual([70, 20, { tokens: 60 }]);
});
