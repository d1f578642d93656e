import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startRedis } from './engines.ts';
import { QueueRun } from './queue-run.ts';

/** Records that a worker has in work at once, and calls that a local server takes at once. */
const IN_WORK = 4;
const LOCAL_LIMIT = 8;
const CODE = 'code of this package';

test(
  'a job of workers is shown, drained, and refused to a worker with another configuration',
  { timeout: 240_000 },
  async () => {
    await using redis = await startRedis();
    await using run = await QueueRun.start({ delayMs: 200 });
    await writeFile(run.path('other.json'), JSON.stringify({ cache: false }));
    const job = run.batch('queued', ['--queue', redis.url]);
    const drained = run.worker(redis.url, ['--metrics-port', '0']);
    const stranger = run.command(['worker', '--queue', redis.url, '--config', run.path('other.json')]);
    while (run.model.requests.length < 10) await delay(10);
    const status = run.command(['batch', 'status', run.path('queued')]);
    expect([await status.end(), status.stdout]).toEqual([
      0,
      expect.stringMatching(
        /ask, in a queue: \d+ done, .*1 worker, ranges: \d+ waiting, [12] running.*, of 120 records/,
      ),
    ]);
    const [, url = ''] = /Metrics on (\S+)/.exec(drained.stderr) ?? [];
    const metrics = await (await fetch(url)).text();
    expect(metrics).toMatch(/llm_blender_worker_records_total\{outcome="done"\} [1-9]/);
    drained.kill('SIGTERM');
    expect([await drained.end(), drained.stderr]).toEqual([0, expect.stringContaining('Stopping')]);
    const refusal = 'configuration file was null and is ';
    expect([await stranger.end(), stranger.stderr]).toEqual([1, expect.stringContaining(refusal)]);
    run.worker(redis.url);
    expect([await job.end(), job.stderr]).toEqual([0, expect.stringContaining(refusal)]);
    // What was in work was done before the worker ended, and is not done again.
    expect(run.model.requests.length).toBe(120);
    const [output, expected] = [await run.output('queued'), await run.expected()];
    expect(output).toBe(expected);
  },
);

test('all workers together spend no more than the limit', { timeout: 240_000 }, async () => {
  await using redis = await startRedis();
  await using run = await QueueRun.start({ delayMs: 30 });
  // A dollar for each token. The server counts no more of them than are set aside.
  run.reply = () => ({ delayMs: 30, inputTokens: 2, outputTokens: 10 });
  const config = { prices: { 'ollama/a': { inputPerMillion: 1e6, outputPerMillion: 1e6 } } };
  await writeFile(run.path('prices.json'), JSON.stringify(config));
  const priced = ['--config', run.path('prices.json'), '--max-tokens', '10'];
  const begin = (maxCost: string) => run.batch('queued', ['--queue', redis.url, ...priced, '--max-cost', maxCost]);
  const workers = [0, 1, 2].map(() =>
    run.worker(redis.url, ['--config', run.path('prices.json'), '--trace', run.path('trace.jsonl')]),
  );
  const spent = () =>
    run.model.requests.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0);
  const stopped = begin('800');
  expect([await stopped.end(), stopped.stderr]).toEqual([1, expect.stringContaining('of $800 are spent')]);
  expect(spent()).toBeLessThanOrEqual(800);
  expect(spent()).toBeGreaterThan(500);
  const resumed = begin('1000000');
  expect([await resumed.end(), resumed.stderr]).toEqual([0, expect.stringContaining('120 done')]);
  expect(await readFile(run.path('trace.jsonl'), 'utf8')).toContain('What is 7?');
  expect(workers.map(({ isRunning }) => isRunning)).toEqual([true, true, true]);
});

test('a 429 that one worker gets holds all of them back for as long as it says', { timeout: 240_000 }, async () => {
  await using redis = await startRedis();
  await using run = await QueueRun.start({ questions: 200, waitMs: 100 });
  const expected = await run.expected();
  const before = run.model.requests.length;
  run.model.maxRunning = 0;
  let refusedAt: number | undefined;
  run.reply = () => {
    // More than one worker alone has in work.
    if (refusedAt !== undefined || run.model.maxRunning <= IN_WORK) return undefined;
    refusedAt = performance.now();
    return { status: 429, headers: { 'retry-after': '3' } };
  };
  const job = run.batch('queued', ['--queue', redis.url]);
  for (let worker = 0; worker < 3; worker += 1) run.worker(redis.url);
  expect([await job.end(), job.stderr]).toEqual([0, expect.stringContaining('200 done')]);
  const times = run.model.requests.slice(before).map(({ at }) => at - (refusedAt ?? Infinity));
  expect(times).toHaveLength(201);
  // At a tenth of a second for an answer there would be more than 200; those that had begun when the answer came are few.
  expect(times.filter((at) => at > 0 && at < 2900).length).toBeLessThanOrEqual(LOCAL_LIMIT);
  expect(times.filter((at) => at >= 2900).length).toBeGreaterThan(50);
  expect(await run.output('queued')).toBe(expected);
});

test(
  'a worker of another version leaves the job to others, and does one that it may do',
  { timeout: 240_000 },
  async () => {
    await using redis = await startRedis();
    await using run = await QueueRun.start();
    const expected = await run.expected();
    const before = run.model.requests.length;
    const job = run.batch('queued', ['--queue', redis.url]);
    await job.says('ranges of records for the workers');
    // As if another version had begun it.
    const path = run.path('queued/manifest.json');
    const manifest = await readFile(path, 'utf8');
    const { version, configuration } = JSON.parse(manifest) as { version: string; configuration: object };
    const another = {
      ...JSON.parse(manifest),
      version: '0.0.1',
      configuration: { ...configuration, [CODE]: 'another' },
    };
    await writeFile(path, JSON.stringify(another));
    const stranger = run.worker(redis.url);
    const refusal = `version was "0.0.1" and is "${version}"; ${CODE} was "another" and is `;
    expect([await stranger.end(), stranger.stderr]).toEqual([1, expect.stringContaining(refusal)]);
    await job.says(refusal);
    await writeFile(path, manifest);
    const status = run.command(['batch', 'status', run.path('queued')]);
    expect([await status.end(), status.stdout]).toEqual([0, expect.stringContaining('ranges: 12 waiting, 0 running')]);
    expect(run.model.requests.length).toBe(before);
    await writeFile(path, JSON.stringify(another));
    const own = run.batch('own', ['--queue', redis.url]);
    await own.says('ranges of records for the workers');
    const busy = run.worker(redis.url);
    expect([await own.end(), own.stderr]).toEqual([0, expect.stringContaining('120 done')]);
    expect([await busy.end(), busy.stderr]).toEqual([1, expect.stringContaining('none of the jobs in the queue')]);
    expect(busy.stderr.split(refusal)).toHaveLength(2);
    await writeFile(path, manifest);
    run.worker(redis.url);
    expect([await job.end(), await run.output('queued')]).toEqual([0, expected]);
    expect(run.model.requests.length - before).toBe(240);
  },
);
