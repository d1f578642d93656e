import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { BudgetExceededError } from '../../../error/index.ts';
import { type Bill, billOf, type BudgetState, KEEP_MS, newBudget } from './budget-state.ts';
import { type DocumentStore, MemoryDocuments } from './document-store.ts';
import { KeptParts } from './kept-parts.ts';
import { OwnSpending } from './own-spending.ts';
import { SharedBudget } from './shared-budget.ts';
import { SharedDocument } from './shared-document.ts';

const LEASE_MS = 60_000;
const FREE = { model: 'a', cost: 0 };

function budgetOn(documents: DocumentStore, create: () => BudgetState, own?: OwnSpending): SharedBudget {
  const document = new SharedDocument<BudgetState>(documents, 'budget', { create });
  return new SharedBudget(document, { leaseMs: LEASE_MS, ...(own === undefined ? {} : { own }) });
}

/** Budgets of so many workers on one document. */
function budgets(count: number, maxCost: number | undefined, documents: DocumentStore = new MemoryDocuments()) {
  return Array.from({ length: count }, () => budgetOn(documents, () => newBudget(maxCost)));
}

async function stateOf(documents: DocumentStore): Promise<BudgetState> {
  return JSON.parse((await documents.read('budget')).text ?? '') as BudgetState;
}

async function billIn(documents: DocumentStore): Promise<Bill> {
  return billOf(await stateOf(documents), (await documents.read('budget')).now);
}

async function put(documents: DocumentStore, state: BudgetState | undefined): Promise<void> {
  const { version } = await documents.read('budget');
  await documents.replace('budget', state === undefined ? undefined : JSON.stringify(state), version);
}

function paid(cost: number) {
  return { cost, inputTokens: 1, outputTokens: 1 };
}

test('workers together stay within the limit, whatever they set aside', async () => {
  const workers = budgets(4, 10);
  let spent = 0;
  const outcomes = await Promise.all(
    Array.from({ length: 60 }, async (_, number) => {
      try {
        const reservation = await workers[number % 4]?.reserve({ model: 'a', cost: 1 });
        await new Promise((resolve) => setTimeout(resolve, number % 5));
        spent += 0.25;
        reservation?.settle(paid(0.25));
        return 'done';
      } catch (error) {
        expect(error).toBeInstanceOf(BudgetExceededError);
        return 'refused';
      }
    }),
  );
  expect(spent).toBeLessThanOrEqual(10);
  // A call that may cost a dollar is refused once less is left.
  expect(outcomes.filter((outcome) => outcome === 'done').length).toBeGreaterThan(36);
  expect(outcomes).toContain('refused');
});

test('an answer that an earlier run has paid is not paid again; a call without a price is refused', async () => {
  const documents = new MemoryDocuments();
  const [budget] = budgets(1, 10, documents);
  const kept = await budget?.reserve({ model: 'a', cost: 2 });
  kept?.settle({ ...paid(1), isKept: true });
  const made = await budget?.reserve({ model: 'a', cost: 2 });
  made?.settle(paid(1));
  await budget?.reserve(FREE);
  expect(await billIn(documents)).toMatchObject({ cost: 1, calls: 1 });
  await expect(budget?.reserve({ model: 'b', cost: undefined })).rejects.toThrow('the price of b is not known');
});

test('a call that cost more than was planned makes the next ones set aside as much more', async () => {
  const [one, other] = budgets(2, 10);
  const calls = await Promise.all([1, 2, 3].map(() => one?.reserve({ model: 'a', cost: 1 })));
  for (const call of calls) call?.settle(paid(1.5));
  await one?.reserve(FREE);
  expect((await other?.reserve({ model: 'a', cost: 2 }))?.cost).toBe(3);
  expect((await other?.reserve({ model: 'b', cost: 2 }))?.cost).toBe(2);
});

test('a call that is left while it waits sets nothing aside', async () => {
  const documents = new MemoryDocuments();
  const [one, other] = budgets(2, 10, documents);
  const first = await one?.reserve({ model: 'a', cost: 8 });
  const leaving = new AbortController();
  const waiting = other?.reserve({ model: 'a', cost: 8 }, { abortSignal: leaving.signal });
  leaving.abort(new Error('left'));
  await expect(waiting).rejects.toThrow('left');
  first?.release();
  expect((await other?.reserve({ model: 'a', cost: 9 }))?.cost).toBe(9);
  expect(await billIn(documents)).toEqual({ calls: 0, cost: 0, lostCalls: 0, reserved: 9 });
});

test('the calls of a dead worker count as spent, and as they were once it is heard of again', async () => {
  let now = 0;
  const documents = new MemoryDocuments(() => now);
  const [dead, alive] = budgets(2, 10, documents);
  const lost = await dead?.reserve({ model: 'a', cost: 4 });
  now += LEASE_MS + 1;
  await expect(alive?.reserve({ model: 'a', cost: 7 })).rejects.toThrow('$4 of $10 are spent');
  expect(await billIn(documents)).toMatchObject({ cost: 4, calls: 1, lostCalls: 1 });
  lost?.settle(paid(1));
  await dead?.reserve(FREE);
  expect(await billIn(documents)).toMatchObject({ cost: 1, calls: 1, lostCalls: 0 });
});

test('a document that is lost is whole again after one write, with what a dead worker had spent', async () => {
  const documents = new MemoryDocuments();
  const first = newBudget(10);
  const [dead, alive] = [1, 2].map(() => budgetOn(documents, () => structuredClone(first)));
  const ended = await dead?.reserve({ model: 'a', cost: 1 });
  await dead?.reserve({ model: 'a', cost: 2 });
  ended?.settle(paid(0.5));
  const own = await alive?.reserve({ model: 'a', cost: 3 });
  await put(documents, structuredClone(first));
  own?.settle(paid(3));
  await expect(alive?.reserve({ model: 'a', cost: 4 })).resolves.toMatchObject({ cost: 4 });
  expect(billOf(await stateOf(documents), Infinity)).toEqual({
    calls: 4,
    cost: 0.5 + 2 + 3 + 4,
    lostCalls: 2,
    reserved: 0,
  });
});

test('a document that is older than what a worker has seen is made whole as well', async () => {
  const documents = new MemoryDocuments();
  const [one, other] = budgets(2, 10, documents);
  (await one?.reserve({ model: 'a', cost: 1 }))?.settle(paid(1));
  await other?.reserve(FREE);
  const older = await stateOf(documents);
  (await one?.reserve({ model: 'a', cost: 1 }))?.settle(paid(1));
  await one?.reserve(FREE);
  await put(documents, older);
  await one?.reserve(FREE);
  expect(billOf(await stateOf(documents), Infinity)).toMatchObject({ calls: 5, cost: 2 });
});

test('no money is given out while parts may be missing; calls that cost nothing go on', async () => {
  let now = 1000;
  const documents = new MemoryDocuments(() => now);
  await put(documents, { ...newBudget(10), completeAt: 2000 });
  const [budget] = budgets(1, 10, documents);
  let isGranted = false;
  const waiting = budget?.reserve({ model: 'a', cost: 1 }).then(() => (isGranted = true));
  await budget?.reserve(FREE);
  expect(isGranted).toBe(false);
  now = 2000;
  await waiting;
});

test('workers that are gone are summed up, and one that comes back begins anew', async () => {
  let now = 0;
  const documents = new MemoryDocuments(() => now);
  const [first] = budgets(1, undefined, documents);
  const late = await first?.reserve({ model: 'a', cost: 1 });
  (await first?.reserve({ model: 'a', cost: 2 }))?.settle(paid(2));
  await first?.reserve(FREE);
  for (let number = 0; number < 50; number += 1) {
    now += KEEP_MS / 4;
    const [another] = budgets(1, undefined, documents);
    (await another?.reserve({ model: 'a', cost: 1 }))?.settle(paid(1));
    await another?.close();
  }
  expect(Object.keys((await stateOf(documents)).workers).length).toBeLessThan(8);
  expect(await billIn(documents)).toMatchObject({ calls: 53, cost: 53, lostCalls: 2 });
  late?.settle(paid(0.5));
  (await first?.reserve({ model: 'a', cost: 1 }))?.settle(paid(1));
  await first?.close();
  // What was under way was lost.
  expect(await billIn(documents)).toMatchObject({ calls: 54, cost: 54, lostCalls: 2 });
});

test('what is spent outlives the work on a job, and is not counted for another job in its place', async () => {
  const documents = new MemoryDocuments();
  const own = new OwnSpending();
  const budget = newBudget(10);
  const before = budgetOn(documents, () => structuredClone(budget), own);
  (await before.reserve({ model: 'a', cost: 1 })).settle(paid(1));
  await before.close();
  await put(documents, structuredClone(budget));
  await budgetOn(documents, () => budget, own).close();
  expect(await billIn(documents)).toMatchObject({ calls: 1, cost: 1 });
  await put(documents, newBudget(10));
  const other = budgetOn(documents, () => budget, own);
  (await other.reserve({ model: 'a', cost: 1 })).settle(paid(3));
  await other.close();
  expect(await billIn(documents)).toMatchObject({ calls: 1, cost: 3 });
});

test('once a job is over, calls that wait for money are refused, and those that come', async () => {
  // Nobody makes it.
  const document = new SharedDocument<BudgetState>(new MemoryDocuments(), 'budget');
  const budget = new SharedBudget(document, { leaseMs: LEASE_MS });
  const waiting = budget.reserve({ model: 'a', cost: 1 });
  budget.refuse(new Error('over'));
  await expect(waiting).rejects.toThrow('over');
  await expect(budget.reserve({ model: 'a', cost: 1 })).rejects.toThrow('over');
  await document.close(0);
});

test('a call is made only once it is kept in the folder of the job as under way', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shared-budget-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const documents = new MemoryDocuments();
  const kept = new KeptParts(join(folder, 'spending'));
  const state = newBudget(10);
  await put(documents, state);
  const budget = new SharedBudget(new SharedDocument<BudgetState>(documents, 'budget'), { leaseMs: LEASE_MS, kept });
  await Promise.all([1, 2].map((cost) => budget.reserve({ model: 'a', cost })));
  expect(Object.values(await kept.read(state.id))).toMatchObject([{ underWay: { calls: 2, cost: 3 } }]);
  expect(await kept.read(newBudget(10).id)).toEqual({});
  await budget.close();
  await kept.clear();
  expect(await kept.read(state.id)).toEqual({});
});
