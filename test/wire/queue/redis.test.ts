import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startRedis } from './engines.ts';
import { QueueRun } from './queue-run.ts';

test('workers that are killed leave the output of one machine', { timeout: 90_000 }, async () => {
  await using redis = await startRedis();
  await using run = await QueueRun.start();
  const expected = await run.expected();
  const before = run.model.requests.length;
  const job = run.batch('queued', ['--queue', redis.url]);
  const first = run.worker(redis.url);
  const others = [run.worker(redis.url)];
  while (run.model.requests.length < before + 25) await delay(10);
  first.kill();
  others.push(run.worker(redis.url));
  expect([await job.end(), job.stderr]).toEqual([0, expect.stringContaining('120 done')]);
  expect(await run.output('queued')).toBe(expected);
  // Those that were under way in the worker that was killed.
  expect(run.model.requests.length - before - 120).toBeLessThanOrEqual(4);
  for (const worker of others) {
    await worker.says('waits for ranges');
    worker.kill('SIGTERM');
    expect([await worker.end(), worker.stderr]).toEqual([0, expect.stringContaining('Stopping')]);
  }
});
