import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startMoto, startRedis, startRefusing } from './engines.ts';
import { QueueRun } from './queue-run.ts';

test(
  'a job in a bucket that refuses writes for a while ends with the output of one machine',
  { timeout: 180_000 },
  async () => {
    await using redis = await startRedis();
    await using moto = await startMoto();
    await using proxy = await startRefusing(moto.url);
    await using run = await QueueRun.start({ delayMs: 50 });
    const expected = await run.expected();
    const before = run.model.requests.length;
    const keys = {
      AWS_ACCESS_KEY_ID: 'tester',
      AWS_SECRET_ACCESS_KEY: 'a-secret-of-the-tester',
      AWS_ENDPOINT_URL_S3: proxy.url,
    };
    const job = run.batch('queued', ['--queue', redis.url, '--storage', 's3://jobs/numbers'], keys);
    const killed = run.worker(redis.url, [], keys);
    const other = run.worker(redis.url, [], keys);
    while (run.model.requests.length < before + 25) await delay(10);
    killed.kill();
    proxy.refuses = (method) => method === 'PUT';
    await delay(3000);
    proxy.refuses = () => Math.random() < 0.3;
    expect([await job.end(), job.stderr]).toEqual([0, expect.stringContaining('120 done')]);
    expect(await run.output('queued')).toBe(expected);
    expect(run.model.requests.length - before - 120).toBeLessThanOrEqual(10 + 4);
    expect(`${job.stderr}${other.stderr}`).not.toContain(keys.AWS_SECRET_ACCESS_KEY);
  },
);
