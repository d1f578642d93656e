import { readFile, rename } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import type { SpendingSums } from '../../../src/batch/queue/index.ts';
import { startPostgres, startRedis } from './engines.ts';
import { QueueRun } from './queue-run.ts';

const QUESTIONS = 300;
/** Records that a worker has in work at once. */
const IN_WORK = 4;
/** Workers that are killed. */
const KILLED = 2;
/** Records of a range. */
const RANGE = 10;

test('with Redis, faults of all kinds leave the output of one machine', { timeout: 240_000 }, async () => {
  await using redis = await startRedis();
  await using run = await QueueRun.start({ questions: QUESTIONS, delayMs: 100 });
  const expected = await run.expected();
  const before = run.model.requests.length;
  const asked = async (count: number) => {
    while (run.model.requests.length < before + count) await delay(10);
  };
  const job = run.batch('queued', ['--queue', redis.url]);
  const killed = run.worker(redis.url);
  const frozen = run.worker(redis.url);
  await asked(30);
  killed.kill();
  const third = run.worker(redis.url);
  await asked(60);
  // Its lease ends, and its range is done by another one.
  frozen.kill('SIGSTOP');
  await third.says('Job file:');
  const client = new Redis(redis.url);
  await client.config('SET', 'maxmemory', '1');
  await delay(1500);
  await client.config('SET', 'maxmemory', '0');
  await asked(100);
  await rename(run.path('queued/segments'), run.path('elsewhere'));
  await delay(1500);
  await rename(run.path('elsewhere'), run.path('queued/segments'));
  run.worker(redis.url);
  await asked(150);
  // What it had under way is known to nobody in the queue.
  third.kill();
  await client.flushall();
  await asked(180);
  client.disconnect();
  await redis.stop();
  await delay(1000);
  await redis.start();
  await asked(210);
  frozen.kill('SIGCONT');
  expect([await job.end(), job.stderr]).toEqual([0, expect.stringContaining(`${QUESTIONS} done`)]);
  expect(await run.output('queued')).toBe(expected);
  // Those of the workers that were killed, and the ranges of the one that hung: it takes the next while it ends one.
  const more = run.model.requests.length - before - QUESTIONS;
  expect(more).toBeLessThanOrEqual(KILLED * 2 * IN_WORK + 2 * RANGE);
  const spending = JSON.parse(await readFile(run.path('queued/spending.json'), 'utf8')) as SpendingSums;
  const reported = spending.calls - (spending.results?.calls ?? 0);
  expect(reported).toBeGreaterThanOrEqual(more);
  // Those that were set aside and not sent yet.
  expect(reported).toBeLessThanOrEqual(more + KILLED * IN_WORK);
  const note = `${reported} calls more than the results took`;
  const status = run.command(['batch', 'status', run.path('queued')]);
  expect([await status.end(), status.stdout]).toEqual([0, expect.stringContaining(note)]);
  expect(job.stderr).toContain(note);
});

test(
  'with PostgreSQL, a killed worker and a restart leave the output of one machine',
  { timeout: 240_000 },
  async () => {
    await using postgres = await startPostgres();
    await using run = await QueueRun.start();
    const expected = await run.expected();
    const before = run.model.requests.length;
    const job = run.batch('queued', ['--queue', postgres.url]);
    const killed = run.worker(postgres.url);
    const other = run.worker(postgres.url);
    while (run.model.requests.length < before + 25) await delay(10);
    killed.kill();
    while (run.model.requests.length < before + 50) await delay(10);
    await postgres.stop();
    await delay(1000);
    await postgres.start();
    expect([await job.end(), job.stderr]).toEqual([0, expect.stringContaining('120 done')]);
    expect(await run.output('queued')).toBe(expected);
    expect(run.model.requests.length - before - 120).toBeLessThanOrEqual(2 * IN_WORK);
    await other.says('waits for ranges');
    other.kill('SIGTERM');
    expect([await other.end(), other.stderr]).toEqual([0, expect.stringContaining('Stopping')]);
  },
);
