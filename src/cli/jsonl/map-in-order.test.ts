import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { mapInOrder } from './map-in-order.ts';

async function* count(until: number) {
  for (let number = 1; number <= until; number++) yield number;
}

async function collect<ITEM>(items: AsyncIterable<ITEM>): Promise<ITEM[]> {
  const collected: ITEM[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

test('results come in the order of the items, however long each takes, and no more are in work than allowed', async () => {
  let running = 0;
  let most = 0;
  const results = mapInOrder(count(20), { concurrency: 3 }, async (item) => {
    running += 1;
    most = Math.max(most, running);
    await delay((item * 7) % 5);
    running -= 1;
    return item * 10;
  });
  expect(await collect(results)).toEqual(Array.from({ length: 20 }, (_, index) => (index + 1) * 10));
  expect(most).toBe(3);
});

test('items are not taken ahead of what is wanted', async () => {
  let taken = 0;
  async function* source() {
    for (;;) yield ++taken;
  }
  const results = mapInOrder(source(), { concurrency: 2 }, async (item) => item);
  await results.next();
  await delay(5);
  expect(taken).toBeLessThanOrEqual(3);
});

test('a source that waits for a result before it gives the next item gets it', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  async function* source() {
    yield 'first';
    await promise;
    yield 'second';
  }
  const results = mapInOrder(source(), { concurrency: 4 }, async (item) => item);
  expect((await results.next()).value).toBe('first');
  resolve();
  expect(await collect(results)).toEqual(['second']);
});

test('an error of the work comes in its turn, and what fails after it is not reported as unhandled', async () => {
  const results = mapInOrder(count(5), { concurrency: 3 }, async (item) => {
    if (item >= 2) throw new Error(`item ${item}`);
    return item;
  });
  expect(await results.next()).toEqual({ done: false, value: 1 });
  await expect(results.next()).rejects.toThrow('item 2');
  await delay(5);
});

test('an error of the source ends the results', async () => {
  async function* source() {
    yield 1;
    throw new Error('no more');
  }
  await expect(collect(mapInOrder(source(), { concurrency: 2 }, async (item) => item))).rejects.toThrow('no more');
});
