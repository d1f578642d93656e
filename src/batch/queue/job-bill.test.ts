import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { mulberry } from './__fixtures__/mulberry.ts';
import { JobBill } from './job-bill.ts';
import { jobBudget } from './job-documents.ts';
import { readSpending, withLaterCalls } from './job-spending.ts';
import type { QueueConnection } from './range-queue.ts';
import type { CallReservation } from '../../spec/call-budget.ts';
import { type DocumentStore, MemoryDocuments } from './shared/document-store.ts';
import { KeptParts } from './shared/kept-parts.ts';
import { SharedBudget } from './shared/shared-budget.ts';

const LEASE_MS = 1000;
const NAME = 'job';
const NOTHING = { calls: 0, inputTokens: 0, outputTokens: 0, cost: 0 };
const never = new Promise<never>(() => {});

async function jobFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'job-bill-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function openBill(
  job: string,
  documents: DocumentStore,
  { maxCost, usage = NOTHING, kept }: { maxCost?: number; usage?: typeof NOTHING; kept?: KeptParts } = {},
) {
  const queue = { documents } as QueueConnection;
  return JobBill.open({
    job,
    name: NAME,
    queue,
    kept,
    maxCost,
    results: usage,
    onError: (error) => expect.fail(String(error)),
  });
}

async function empty(documents: DocumentStore): Promise<void> {
  const { version } = await documents.read(`budget:${NAME}`);
  await documents.replace(`budget:${NAME}`, undefined, version);
}

/** Waits until workers have written what is new. */
async function written(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** A worker that can be killed. */
class Worker {
  readonly budget: SharedBudget;
  readonly underWay: CallReservation[] = [];
  #isDead = false;

  constructor(documents: DocumentStore, kept?: KeptParts) {
    const alive = async <RESULT>(result: Promise<RESULT>) => (this.#isDead ? never : result);
    const own: DocumentStore = {
      read: (name) => alive(documents.read(name)),
      replace: (...given) => (this.#isDead ? never : documents.replace(...given)),
    };
    this.budget = new SharedBudget(jobBudget(own, NAME), { leaseMs: LEASE_MS, kept });
    onTestFinished(() => void this.budget.close());
  }

  kill(): void {
    this.#isDead = true;
  }
}

test.each([1, 2, 3, 4])(
  'with workers that die and a queue that is emptied at random, every call is counted once (seed %i)',
  async (seed) => {
    const random = mulberry(seed);
    const pick = <ITEM>(items: readonly ITEM[]) => items[Math.floor(random() * items.length)];
    let now = 0;
    const documents = new MemoryDocuments(() => now);
    const job = await jobFolder();
    let bill = await openBill(job, documents);
    let workers = Array.from({ length: 4 }, () => new Worker(documents));
    let made = 0;
    let cost = 0;
    let lost = 0;
    const call = async (worker: Worker | undefined) => {
      const reservation = await worker?.budget.reserve({ model: 'a', cost: 1 });
      if (worker === undefined || reservation === undefined) return;
      made += 1;
      worker.underWay.push(reservation);
    };
    /** As every worker does within a second. */
    const restore = async () => {
      for (const { budget } of workers) {
        (await budget.reserve({ model: 'a', cost: 0 })).release();
        await written();
      }
    };
    const settle = (reservation: CallReservation) => {
      cost += 0.5;
      reservation.settle({ cost: 0.5, inputTokens: 1, outputTokens: 1 });
    };
    for (let step = 0; step < 200; step += 1) {
      now += 50 * random();
      const chance = random();
      const worker = pick(workers);
      if (chance < 0.5) await call(worker);
      else if (chance < 0.8) {
        worker?.underWay.splice(0, 1).forEach(settle);
        // It is written before the worker may die: else it is lost.
        await written();
      } else if (chance < 0.9) await bill.look();
      else if (chance < 0.93 && worker !== undefined) {
        worker.kill();
        lost += worker.underWay.length;
        cost += worker.underWay.length;
        workers = [...workers.filter((one) => one !== worker), new Worker(documents)];
        // What it has written last is seen before the queue is emptied.
        await bill.look();
      } else if (chance < 0.98) {
        await empty(documents);
        await bill.look();
        await restore();
      } else {
        await bill.close();
        await empty(documents);
        bill = await openBill(job, documents);
        await restore();
      }
    }
    for (const worker of workers) {
      worker.underWay.splice(0).forEach(settle);
      await worker.budget.close();
    }
    await bill.look();
    const last = await bill.finish({ ...NOTHING, calls: made });
    expect(last).toMatchObject({ calls: made, lostCalls: lost, spent: expect.closeTo(cost, 6) as number });
    expect(lost).toBeGreaterThan(0);
    expect(await readSpending(job)).toEqual(last);
    await bill.close();
  },
);

test('a worker that dies, and a queue that is emptied before anybody has looked, leave what is in the folder', async () => {
  const documents = new MemoryDocuments();
  const job = await jobFolder();
  const kept = new KeptParts(join(job, 'kept'));
  const bill = await openBill(job, documents, { kept });
  const worker = new Worker(documents, kept);
  await Promise.all([1, 2].map((cost) => worker.budget.reserve({ model: 'a', cost })));
  worker.kill();
  await empty(documents);
  await bill.look();
  expect(await bill.finish(NOTHING)).toMatchObject({ calls: 2, lostCalls: 2, spent: 3 });
  await bill.close();
});

test('after the queue is emptied it is known to be whole only once workers had time to put back their parts', async () => {
  let now = 0;
  const documents = new MemoryDocuments(() => now);
  const job = await jobFolder();
  const bill = await openBill(job, documents, { maxCost: 10 });
  expect(bill.isWhole).toBe(true);
  const worker = new Worker(documents);
  const call = await worker.budget.reserve({ model: 'a', cost: 8 });
  await bill.look();
  expect(bill.isWhole).toBe(false);
  await empty(documents);
  await bill.look();
  call.settle({ cost: 8, inputTokens: 1, outputTokens: 1 });
  await worker.budget.reserve({ model: 'a', cost: 0 }).then((free) => free.release());
  await worker.budget.close();
  await bill.look();
  expect([bill.isWhole, bill.spending]).toMatchObject([false, { spent: 8, budget: { maxCost: 10 } }]);
  now += 3000;
  await bill.look();
  expect(bill.isWhole).toBe(true);
  await bill.close();
});

test('what was spent since without the queue is added, and nothing is waited for where all was finished', async () => {
  const documents = new MemoryDocuments();
  const job = await jobFolder();
  const bill = await openBill(job, documents);
  const worker = new Worker(documents);
  for (const cost of [1, 2, 3]) {
    (await worker.budget.reserve({ model: 'a', cost })).settle({ cost, inputTokens: 1, outputTokens: 1 });
  }
  await worker.budget.close();
  await bill.look();
  await bill.finish({ ...NOTHING, calls: 2, cost: 5 });
  await bill.close();
  await empty(documents);
  // Two records that had failed were done once more on one machine.
  const usage = { ...NOTHING, calls: 4, cost: 6.5 };
  const noted = await readSpending(job);
  expect(noted && withLaterCalls(noted, usage)).toMatchObject({
    calls: 5,
    spent: 7.5,
    results: { calls: 4, cost: 6.5 },
  });
  const again = await openBill(job, documents, { usage });
  expect([again.isWhole, again.spending]).toMatchObject([true, { calls: 5, spent: 7.5 }]);
  expect(await again.finish(usage)).toMatchObject({ calls: 5, spent: 7.5, results: { calls: 4, cost: 6.5 } });
  await again.close();
});
