import { expect, test, vi } from 'vitest';
import { startDeadline } from './deadline.ts';
import { mergeAbortSignals } from './merge-abort-signals.ts';
import { raceAbort } from './race-abort.ts';

test('raceAbort settles with the promise', async () => {
  const { signal } = new AbortController();
  await expect(raceAbort(Promise.resolve(1), signal)).resolves.toBe(1);
  await expect(raceAbort(Promise.reject(new Error('x')), signal)).rejects.toThrow('x');
});

test('raceAbort rejects with the reason, also where it was aborted before', async () => {
  const reason = new Error('enough');
  const never = new Promise(() => {});
  await expect(raceAbort(never, AbortSignal.abort(reason))).rejects.toBe(reason);
  const controller = new AbortController();
  const pending = raceAbort(never, controller.signal);
  controller.abort(reason);
  await expect(pending).rejects.toBe(reason);
});

test('raceAbort leaves no listener and no unhandled rejection behind', async () => {
  const unhandled = vi.fn<(reason: unknown) => void>();
  process.on('unhandledRejection', unhandled);
  const controller = new AbortController();
  const remove = vi.spyOn(controller.signal, 'removeEventListener');
  const late = Promise.withResolvers<never>();
  const pending = raceAbort(late.promise, controller.signal);
  controller.abort(new Error('enough'));
  await expect(pending).rejects.toThrow('enough');
  late.reject(new Error('late'));
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(remove).toHaveBeenCalled();
  expect(unhandled).not.toHaveBeenCalled();
  process.off('unhandledRejection', unhandled);
});

test('a deadline aborts with its own error, or not at all once disposed', async () => {
  vi.useFakeTimers();
  try {
    const error = new Error('too late');
    const deadline = startDeadline({ timeoutMs: 10, createError: () => error });
    vi.advanceTimersByTime(10);
    expect(deadline.signal?.reason).toBe(error);
    const disposed = startDeadline({ timeoutMs: 10, createError: () => error });
    disposed[Symbol.dispose]();
    vi.advanceTimersByTime(20);
    expect(disposed.signal?.aborted).toBe(false);
    const month = startDeadline({ timeoutMs: 30 * 86_400_000, createError: () => error });
    vi.advanceTimersByTime(1000);
    expect(month.signal?.aborted ?? false).toBe(false);
    const { signal } = new AbortController();
    expect(startDeadline({ timeoutMs: undefined, createError: () => error, abortSignal: signal }).signal).toBe(signal);
  } finally {
    vi.useRealTimers();
  }
});

test('signals are merged, and undefined ones skipped', () => {
  const controller = new AbortController();
  expect(mergeAbortSignals(undefined, controller.signal)).toBe(controller.signal);
  expect(mergeAbortSignals(undefined)).toBeUndefined();
  const merged = mergeAbortSignals(new AbortController().signal, controller.signal);
  controller.abort('why');
  expect(merged?.reason).toBe('why');
});
