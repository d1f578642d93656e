/**
 * Records a second of 1, 2 and 4 workers on a Redis server of its own, with a model that waits one to three seconds, in
 * one run: `node benchmarks/queue/throughput.ts`. Each worker gets the same number of records, as machines are added to
 * a job that takes as long. With `--trivial RECORDS`, the rate and memory of four workers with work that takes no time:
 * `--work nothing` ranks one candidate, `compare` two short ones, and `ask` asks a model that answers at once, in the
 * process of this program. `--built` runs `dist/`, which takes less memory than `src/` with its types.
 */
import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startRedis } from '../../test/wire/queue/engines.ts';
import { type Command, QueueRun } from '../../test/wire/queue/queue-run.ts';
import { ProcessUse } from './process-use.ts';

const { values } = parseArgs({
  options: {
    trivial: { type: 'string' },
    work: { type: 'string', default: 'nothing' },
    built: { type: 'boolean', default: false },
    each: { type: 'string', default: '192' },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const count = (value: number) => value.toLocaleString('en-US');
const load = () => `load ${loadavg()[0]?.toFixed(1)}`;
const WORKERS = [1, 2, 4];
const CONCURRENCY = 8;
/** Milliseconds of a call: from the first to the second, all as likely. */
const CALL_MS = [1000, 3000] as const;
const RANGE = 48;
/** What takes next to no time, by the name of `--work`. */
const WORK = {
  nothing: { verb: 'rank', candidates: ['It.'] },
  compare: { verb: 'rank', candidates: ['It.', 'It is.'] },
  ask: { verb: 'ask', candidates: undefined },
} as const;

await using redis = await startRedis();
if (values.trivial === undefined) await compareCounts(Number(values.each));
else await runTrivial(Number(values.trivial));

/** Starts so many workers, and waits until they wait for ranges. */
async function startWorkers(run: QueueRun, workers: number, more: readonly string[]): Promise<readonly Command[]> {
  const started = Array.from({ length: workers }, () =>
    run.worker(redis.url, ['--lease', '30', '--concurrency', String(CONCURRENCY), ...more]),
  );
  for (const worker of started) await worker.says('waits for ranges');
  return started;
}

/** All workers together may have as many calls in flight as their records need. @returns the path of a configuration. */
async function writeLimits(run: QueueRun): Promise<string> {
  const config = run.path('limits.json');
  await writeFile(config, JSON.stringify({ limits: { ollama: { concurrency: 64 } } }));
  return config;
}

async function compareCounts(each: number): Promise<void> {
  const meanMs = (CALL_MS[0] + CALL_MS[1]) / 2;
  say(`${each} records for each worker, ${CONCURRENCY} at once, ranges of ${RANGE}, calls of ${meanMs / 1000} s`);
  say(`at most ${((CONCURRENCY * 1000) / meanMs).toFixed(2)} records/s for one worker`);
  let first: { readonly whole: number; readonly steady: number } | undefined;
  for (const workers of WORKERS) {
    const { whole, steady, text } = await runWaiting(workers, each * workers, meanMs);
    first ??= { whole, steady };
    const share = (rate: number, one: number) => (rate / (one * workers)).toFixed(2);
    say(
      `${workers} workers: ${whole.toFixed(2)} records/s, ${share(whole, first.whole)} N; in the middle ${steady.toFixed(2)}, ${share(steady, first.steady)} N; ${text}`,
    );
  }
}

async function runWaiting(workers: number, questions: number, meanMs: number) {
  await using run = await QueueRun.start({
    questions,
    waitMs: CALL_MS[0],
    delayMs: CALL_MS[1] - CALL_MS[0],
    built: values.built,
  });
  const config = await writeLimits(run);
  const started = await startWorkers(run, workers, ['--config', config]);
  // What they still do at their start is not that of records.
  await delay(2000);
  const use = started.map(({ pid }) => ProcessUse.of(pid));
  const begin = performance.now();
  const job = run.batch('job', ['--queue', redis.url, '--config', config, '--segment-size', String(RANGE)]);
  const code = await job.end();
  const end = performance.now();
  const spent = use.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  for (const worker of started) worker.kill('SIGTERM');
  for (const worker of started) await worker.end();
  const starts = run.model.requests.map(({ at }) => at);
  const at = (share: number) => starts[Math.round(share * (questions - 1))] ?? 0;
  return {
    // From the first call to the end of the last.
    whole: (1000 * questions) / (at(1) + meanMs - at(0)),
    // The half of all calls between the first and the last quarter: all workers are at work, and none has run out of it.
    steady: (1000 * questions) / 2 / (at(0.75) - at(0.25)),
    text: `the command ${((end - begin) / 1000).toFixed(0)} s (exit code ${code}), CPU ${(spent / questions).toFixed(1)} ms a record, ${load()}`,
  };
}

async function runTrivial(records: number): Promise<void> {
  const work = values.work as keyof typeof WORK;
  const { verb, candidates } = WORK[work];
  await using run = await QueueRun.start({
    questions: records,
    delayMs: 1,
    built: values.built,
    ...(candidates === undefined ? {} : { candidates }),
  });
  const config = await writeLimits(run);
  const workers = await startWorkers(run, 4, ['--metrics-port', '0', '--config', config]);
  const begin = performance.now();
  const settings = ['--queue', redis.url, '--config', config, '--segment-size', '1000'];
  const job = verb === 'ask' ? run.batch('trivial', settings) : run.rank('trivial', settings);
  const uses = [job, ...workers].map(({ pid }) => ProcessUse.of(pid));
  const watch = setInterval(() => {
    for (const use of uses) use.look();
  }, 500);
  // Memory that grows with the records would show.
  const tell = setInterval(
    () => say(`  after ${Math.round((performance.now() - begin) / 1000)} s: ${uses.map((use) => use.text).join(', ')}`),
    30_000,
  );
  const code = await job.end();
  clearInterval(watch);
  clearInterval(tell);
  const seconds = (performance.now() - begin) / 1000;
  say(
    `${count(records)} records on 4 workers: ${Math.round(records / seconds)} records/s, ${seconds.toFixed(0)} s (exit code ${code}, ${load()})`,
  );
  const cpuMs = uses.slice(1).reduce((sum, use) => sum + use.cpuMs, 0);
  say(`CPU of the workers: ${((1000 * cpuMs) / records).toFixed(0)} µs a record`);
  const memory = uses.map(({ peakMb }) => `${Math.round(peakMb)} MB`);
  say(`memory, at most: the command that waits ${memory[0]}, workers ${memory.slice(1).join(', ')}`);
}
