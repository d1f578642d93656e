import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startRedis } from './engines.ts';
import { type Fault, ObjectStorage } from './object-storage.ts';
import { QueueRun } from './queue-run.ts';

/** Parts of the log of a range. */
function partsOf({ objects }: ObjectStorage, number: number): number {
  return [...objects.keys()].filter((name) => name.includes(`/open/0000000${number}.`)).length;
}

/** Records that a worker has in work at once. */
const IN_WORK = 4;

test('in a bucket, the next worker goes on with what one has left or saved', { timeout: 240_000 }, async () => {
  await using redis = await startRedis();
  await using storage = await ObjectStorage.start();
  await using run = await QueueRun.start({ questions: 90, waitMs: 150 });
  const expected = await run.expected();
  const before = run.model.requests.length;
  const asked = async (count: number) => {
    while (run.model.requests.length < before + count) await delay(10);
  };
  /** Machines that have no disk in common. */
  const worker = (machine: string) => run.worker(redis.url, [], { ...storage.env, TMPDIR: run.path(machine) });
  const settings = ['--queue', redis.url, '--storage', 's3://jobs/numbers', '--segment-size', '30'];
  const job = run.batch('queued', settings, storage.env);
  const drained = worker('first');
  await asked(15);
  drained.kill('SIGTERM');
  expect(await drained.end()).toBe(0);
  expect(partsOf(storage, 0)).toBeGreaterThan(0);
  const killed = worker('second');
  // In the middle of a range of its own.
  while (partsOf(storage, 1) < 2) await delay(10);
  killed.kill();
  worker('third');
  expect([await job.end(), job.stderr]).toEqual([0, expect.stringContaining('90 done')]);
  expect(await run.output('queued')).toBe(expected);
  // None of the drained one; of the killed one those under way, and what it had not saved yet of a third of a lease.
  const more = run.model.requests.length - before - 90;
  expect(more).toBeGreaterThan(0);
  expect(more).toBeLessThanOrEqual(IN_WORK + 3 * IN_WORK);
  // A call of the killed one may have been noted and not have reached the model; it counts all the same.
  const reported = Number(/(\d+) calls? more than the results took/.exec(job.stderr)?.[1]);
  expect(reported).toBeGreaterThanOrEqual(more);
  expect(reported).toBeLessThanOrEqual(more + IN_WORK);
  // Nothing is left of what was in work.
  expect([0, 1, 2].map((number) => partsOf(storage, number))).toEqual([0, 0, 0]);
});

test(
  'storage that fails at random, and refuses writes for a while, costs no call; what failed is done again',
  { timeout: 240_000 },
  async () => {
    await using redis = await startRedis();
    await using storage = await ObjectStorage.start();
    await using run = await QueueRun.start({ delayMs: 100 });
    const expected = await run.expected();
    const before = run.model.requests.length;
    const faults: readonly Fault[] = [500, 503, 'lost', 'cut', 'torn', 'slow'];
    const fault = () => (Math.random() < 0.2 ? faults[Math.floor(Math.random() * faults.length)] : undefined);
    storage.fault = fault;
    run.reply = (prompt) => (/ \d*7\?/.test(prompt) ? { status: 400 } : undefined);
    const settings = ['--queue', redis.url, '--storage', 's3://jobs/numbers'];
    const job = run.batch('queued', settings, storage.env);
    const workers = ['first', 'second'].map((machine) =>
      run.worker(redis.url, [], { ...storage.env, TMPDIR: run.path(machine) }),
    );
    while (run.model.requests.length < before + 30) await delay(10);
    // Longer than a lease.
    storage.fault = (method) => (method === 'PUT' ? 503 : fault());
    for (const worker of workers) await worker.says('Waiting for the storage');
    const status = run.command(['batch', 'status', run.path('queued')], storage.env);
    expect([await status.end(), status.stdout]).toEqual([0, expect.stringContaining('wait for the storage')]);
    storage.fault = fault;
    expect([await job.end(), job.stderr]).toEqual([1, expect.stringContaining('108 done, 12 failed')]);
    expect(run.model.requests.length - before).toBe(120);
    // One may still wait for its next try where the other has done its range.
    for (const worker of workers) await worker.says('The storage answers again');
    run.reply = () => undefined;
    const retried = run.command(['batch', 'retry-failed', run.path('queued')], storage.env);
    expect([await retried.end(), retried.stderr]).toEqual([0, expect.stringContaining('120 done')]);
    expect(await run.output('queued')).toBe(expected);
    expect(run.model.requests.length - before).toBe(132);
  },
);
