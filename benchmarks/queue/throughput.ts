/**
 * Records a second of 1, 2 and 4 workers on a Redis server of its own, with a model that waits two seconds, in one run:
 * `node benchmarks/queue/throughput.ts`. With `--trivial RECORDS`, the rate and memory of four workers with work that
 * takes no time.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startRedis } from '../../test/wire/queue/engines.ts';
import { QueueRun } from '../../test/wire/queue/queue-run.ts';

const { values } = parseArgs({ options: { trivial: { type: 'string' } } });
const say = (text: string) => process.stdout.write(`${text}\n`);
const QUESTIONS = 192;
const CONCURRENCY = '8';
const WORKERS = [1, 2, 4];

await using redis = await startRedis();

/** Starts so many workers, and waits until they wait for ranges. */
async function startWorkers(run: QueueRun, count: number, more: readonly string[]) {
  const workers = Array.from({ length: count }, () =>
    run.worker(redis.url, ['--lease', '30', '--concurrency', CONCURRENCY, ...more]),
  );
  for (const worker of workers) await worker.says('waits for ranges');
  return workers;
}

if (values.trivial === undefined) {
  await using run = await QueueRun.start({ questions: QUESTIONS, delayMs: 1, waitMs: 2000 });
  // All workers together may have as many calls in flight as their records need.
  const config = run.path('limits.json');
  await writeFile(config, JSON.stringify({ limits: { ollama: { concurrency: 64 } } }));
  const rates: number[] = [];
  for (const count of WORKERS) {
    const workers = await startWorkers(run, count, ['--config', config]);
    const before = run.model.requests.length;
    const job = run.batch(`of-${count}`, ['--queue', redis.url, '--config', config, '--segment-size', '24']);
    while (run.model.requests.length === before) await delay(5);
    const start = performance.now();
    const code = await job.end();
    const last = run.model.requests.at(-1);
    const first = run.model.requests[before];
    const seconds = ((last?.at ?? 0) - (first?.at ?? 0)) / 1000 + 2;
    rates.push(QUESTIONS / seconds);
    const share = (rates.at(-1) ?? 0) / ((rates[0] ?? 1) * count);
    say(
      `${count} workers: ${(rates.at(-1) ?? 0).toFixed(2)} records/s, ${share.toFixed(2)} N (exit code ${code}, ${((performance.now() - start) / 1000).toFixed(0)} s)`,
    );
    for (const worker of workers) worker.kill('SIGTERM');
    for (const worker of workers) await worker.end();
  }
} else {
  const records = Number(values.trivial);
  await using run = await QueueRun.start({ questions: records, form: 'candidates' });
  const workers = await startWorkers(run, 4, ['--metrics-port', '0']);
  const start = performance.now();
  const job = run.rank('trivial', ['--queue', redis.url]);
  const most = new Map<number, number>();
  const watch = setInterval(() => {
    for (const { pid } of [job, ...workers]) void noteMemory(pid, most);
  }, 500);
  const code = await job.end();
  clearInterval(watch);
  const seconds = (performance.now() - start) / 1000;
  say(
    `${records.toLocaleString('en-US')} records on 4 workers: ${Math.round(records / seconds)} records/s (exit code ${code})`,
  );
  const memory = [job, ...workers].map(({ pid }) => `${Math.round(most.get(pid) ?? 0)} MB`);
  say(`memory, at most: the command that waits ${memory[0]}, workers ${memory.slice(1).join(', ')}`);
}

async function noteMemory(pid: number, most: Map<number, number>): Promise<void> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0);
  most.set(pid, Math.max(most.get(pid) ?? 0, kilobytes / 1000));
}
