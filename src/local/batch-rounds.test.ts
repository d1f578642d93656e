import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { BatchRounds } from './batch-rounds.ts';

/** Rounds that write down what ran together. */
function recordRounds() {
  const batches: string[][] = [];
  const rounds = new BatchRounds(async (_tokens, work) => {
    batches.push([]);
    await work();
  });
  const step = (name: string, { alone = false, signal }: { alone?: boolean; signal?: AbortSignal } = {}) =>
    rounds.run(
      async () => {
        batches.at(-1)?.push(name);
        await sleep(1 + Math.random() * 5);
        return name;
      },
      { tokens: 1, alone, signal },
    );
  return { rounds: () => batches.map((names) => names.toSorted()), step };
}

test('calls that run side by side share every batch, whichever ends its step first', async () => {
  const { rounds, step } = recordRounds();
  const call = async (name: string) => {
    for (let token = 0; token < 10; token++) await step(name);
  };
  await Promise.all([call('a'), call('b'), call('c')]);
  expect(rounds()).toEqual(Array.from({ length: 10 }, () => ['a', 'b', 'c']));
});

test('a call that comes later joins the next round', async () => {
  const { rounds, step } = recordRounds();
  const call = async (name: string, tokens: number) => {
    for (let token = 0; token < tokens; token++) await step(name);
  };
  const first = call('a', 4);
  await step('b');
  await Promise.all([first, call('c', 2)]);
  expect(rounds()).toEqual([['a', 'b'], ['a', 'c'], ['a', 'c'], ['a']]);
});

test('steps that go alone take turns with the others', async () => {
  const { rounds, step } = recordRounds();
  const call = async (name: string, alone: boolean) => {
    for (let token = 0; token < 2; token++) await step(name, { alone });
  };
  await Promise.all([call('a', false), call('P', true), call('b', false), call('Q', true)]);
  expect(rounds()).toEqual([['a', 'b'], ['P'], ['Q'], ['a', 'b'], ['P'], ['Q']]);
});

test('an abort takes a step out of the queue, and lets one that has begun end', async () => {
  const { rounds, step } = recordRounds();
  const controller = new AbortController();
  const running = step('a', { signal: controller.signal });
  await sleep(0);
  const waiting = step('b', { signal: controller.signal });
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  await expect(running).resolves.toBe('a');
  await expect(step('c', { signal: controller.signal })).rejects.toBe(reason);
  expect(rounds()).toEqual([['a']]);
});

test('a step that fails fails alone', async () => {
  const rounds = new BatchRounds();
  const failing = rounds.run(() => Promise.reject(new Error('no')), { tokens: 1, alone: false });
  const fine = rounds.run(async () => 'fine', { tokens: 1, alone: false });
  await expect(failing).rejects.toThrow('no');
  await expect(fine).resolves.toBe('fine');
});
