import { expect, test } from 'vitest';
import { type DocumentStore, MemoryDocuments } from './document-store.ts';
import { enterCalls, type GateState, leaveCall, newGate } from './gate-state.ts';
import { SharedDocument } from './shared-document.ts';
import { SharedGate } from './shared-gate.ts';

const LEASE_MS = 60_000;

test('changes of many processes are all made, and those of one process go together', async () => {
  const memory = new MemoryDocuments();
  let writes = 0;
  const documents: DocumentStore = {
    read: (name) => memory.read(name),
    replace: (...given) => {
      writes += 1;
      return memory.replace(...given);
    },
  };
  const processes = [1, 2, 3].map(() => new SharedDocument(documents, 'sum', { create: () => ({ sum: 0 }) }));
  await Promise.all(
    processes.flatMap((one) => Array.from({ length: 100 }, () => one.change((state) => (state.sum += 1)))),
  );
  expect((await processes[0]?.read())?.state).toEqual({ sum: 300 });
  expect(writes).toBeLessThan(60);
});

test('a change is made once the store is back, and waits for a document that another process makes', async () => {
  const memory = new MemoryDocuments();
  let isDown = true;
  const documents: DocumentStore = {
    read: async (name) => {
      if (isDown) throw new Error('down');
      return memory.read(name);
    },
    replace: (...given) => memory.replace(...given),
  };
  const errors: unknown[] = [];
  const waiting = new SharedDocument<{ value: number }>(documents, 'x', { onError: (error) => errors.push(error) });
  const changed = waiting.change((state) => (state.value += 1));
  while (errors.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  isDown = false;
  await new SharedDocument(documents, 'x', { create: () => ({ value: 10 }) }).change(() => {});
  expect(await changed).toBe(11);
});

test('calls of all workers share the places and the minute of a provider', () => {
  const state = newGate();
  const limits = { concurrency: 3, requestsPerMinute: 4, tokensPerMinute: 100 };
  const enter = (worker: string, tokens: number[], now: number) =>
    enterCalls(state, tokens, { worker, until: now + LEASE_MS, now, limits });
  expect(enter('a', [10, 10], 0)).toMatchObject({ places: [{}, {}], waitMs: 0 });
  const { places, waitMs } = enter('b', [10, 10], 500);
  expect([places.length, waitMs]).toEqual([1, Infinity]);
  const [place = { second: 0, halvings: 0 }] = places;
  leaveCall(state, { ...place, worker: 'b', moreTokens: 60, isRateLimited: false, limits });
  // Ten tokens are left in this minute, which ends with its last second.
  expect(enter('b', [10], 500)).toMatchObject({ places: [{}] });
  leaveCall(state, { ...place, worker: 'b', moreTokens: 0, isRateLimited: false, limits });
  expect(enter('b', [1], 30_000)).toEqual({ places: [], waitMs: 31_000 });
  expect(enter('b', [1], 61_000)).toMatchObject({ places: [{}] });
});

test('a call that a provider refuses halves those of all workers, once for all that were under way', () => {
  const state: GateState = newGate();
  const limits = { concurrency: 8 };
  const now = 1000;
  const enter = (worker: string, count: number) =>
    enterCalls(state, Array(count).fill(1), { worker, until: now + LEASE_MS, now, limits }).places;
  const places = [...enter('a', 4), ...enter('b', 4)];
  for (const [index, place] of places.entries()) {
    leaveCall(state, {
      ...place,
      worker: index < 4 ? 'a' : 'b',
      moreTokens: 0,
      isRateLimited: index >= 6,
      limits,
    });
  }
  expect(enter('b', 8)).toHaveLength(4);
  for (let round = 0; round < 4; round += 1) {
    leaveCall(state, { second: 1, halvings: 1, worker: 'b', moreTokens: 0, isRateLimited: false, limits });
  }
  expect(enter('a', 8).length).toBeGreaterThanOrEqual(5);
});

test('a pause of one worker holds for the others, and a call that is left gives its place back', async () => {
  let now = 0;
  const documents = new MemoryDocuments(() => now);
  const gates = ['a', 'b'].map((worker) => {
    const document = new SharedDocument<GateState>(documents, 'gate', { create: newGate });
    return new SharedGate(document, { concurrency: 1 }, { worker, leaseMs: LEASE_MS });
  });
  gates[0]?.pause(1000);
  const abort = new AbortController();
  const left = gates[1]?.enter({ tokens: 1, abortSignal: abort.signal });
  const waiting = gates[1]?.enter({ tokens: 1 });
  abort.abort(new Error('left'));
  await expect(left).rejects.toThrow('left');
  now += 1000;
  const place = await waiting;
  place?.leave({ isRateLimited: true });
  await (await gates[0]?.enter({ tokens: 1 }))?.leave();
});
