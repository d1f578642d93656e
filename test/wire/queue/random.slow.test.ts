import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Engine, startMoto, startPostgres, startRedis, startRefusing } from './engines.ts';
import { type Command, QueueRun } from './queue-run.ts';

const SECRETS = { AWS_ACCESS_KEY_ID: 'tester', AWS_SECRET_ACCESS_KEY: 'a-secret-of-the-tester' };
const KILLS = 6;
const IN_WORK = 4;

/** Three workers, of which one after the other is killed, and a new one started. */
async function killAtRandom(url: string, run: QueueRun, env: Readonly<Record<string, string>>): Promise<Command[]> {
  let machines = 0;
  // Machines with no disk in common, besides that of the job.
  const start = () => run.worker(url, [], { ...env, TMPDIR: run.path(`machine-${(machines += 1)}`) });
  const workers = [start(), start(), start()];
  for (let kill = 0; kill < KILLS; kill += 1) {
    await delay(1000 + 3000 * Math.random());
    const index = Math.floor(Math.random() * workers.length);
    workers[index]?.kill();
    workers[index] = start();
  }
  return workers;
}

const ENGINES: readonly (readonly [string, () => Promise<Engine>])[] = [
  ['Redis', startRedis],
  ['PostgreSQL', startPostgres],
];

test.each(ENGINES)('with %s and a folder, random kills leave the output of one machine', async (_, start) => {
  await using engine = await start();
  await using run = await QueueRun.start({ questions: 400, delayMs: 300 });
  const expected = await run.expected();
  const before = run.model.requests.length;
  const job = run.batch('queued', ['--queue', engine.url]);
  await killAtRandom(engine.url, run, {});
  expect([await job.end(), job.stderr]).toEqual([0, expect.stringContaining('400 done')]);
  expect(await run.output('queued')).toBe(expected);
  expect(run.model.requests.length - before - 400).toBeLessThanOrEqual(KILLS * 2 * IN_WORK);
});

test.each(ENGINES)('with %s and a bucket that fails at random, as well', async (_, start) => {
  await using engine = await start();
  await using moto = await startMoto();
  await using proxy = await startRefusing(moto.url);
  proxy.refuses = () => Math.random() < 0.3;
  await using run = await QueueRun.start({ questions: 200, delayMs: 300 });
  const expected = await run.expected();
  const before = run.model.requests.length;
  const env = { ...SECRETS, AWS_ENDPOINT_URL_S3: proxy.url };
  const job = run.batch('queued', ['--queue', engine.url, '--storage', 's3://jobs/random'], env);
  await killAtRandom(engine.url, run, env);
  expect([await job.end(), job.stderr]).toEqual([0, expect.stringContaining('200 done')]);
  expect(await run.output('queued')).toBe(expected);
  // Those under way, and those of a third of a lease.
  expect(run.model.requests.length - before - 200).toBeLessThanOrEqual(KILLS * 3 * IN_WORK);
});
