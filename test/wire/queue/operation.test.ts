import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startRedis } from './engines.ts';
import { QueueRun } from './queue-run.ts';

test(
  'a job of workers is shown, drained, and refused to a worker with another configuration',
  { timeout: 120_000 },
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
      expect.stringMatching(/ask, in a queue: \d+ done, .*1 worker, ranges: \d+ waiting, [12] running.*, of 120 records/),
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

test('all workers together spend no more than the limit', { timeout: 120_000 }, async () => {
  await using redis = await startRedis();
  await using run = await QueueRun.start({ delayMs: 30 });
  // A dollar for each of the tokens of the server.
  const config = { prices: { 'ollama/a': { inputPerMillion: 1e6, outputPerMillion: 1e6 } } };
  await writeFile(run.path('prices.json'), JSON.stringify(config));
  const priced = ['--config', run.path('prices.json'), '--max-tokens', '10'];
  const begin = (maxCost: string) => run.batch('queued', ['--queue', redis.url, ...priced, '--max-cost', maxCost]);
  const workers = [0, 1].map(() =>
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
  expect(workers.map(({ isRunning }) => isRunning)).toEqual([true, true]);
});
