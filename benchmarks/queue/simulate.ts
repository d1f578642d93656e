/**
 * A job of ten million records on 64 workers with failures, by the scheduler of `worker` and `batch … --queue` in time
 * that is made up: `node benchmarks/queue/simulate.ts [--svg FILE]`.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { simulate } from '../../src/batch/queue/__fixtures__/simulated-job.ts';
import { drawSimulation } from './draw-simulation.ts';

const { values } = parseArgs({ options: { svg: { type: 'string' } } });
const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];
const CONCURRENCY = 16;
/** Seconds of a record: four calls one after the other, of one to two seconds. */
const RECORD_SECONDS = 6;
const RANGE = 1000;

const options = {
  ranges: 10_000,
  workers: 64,
  rangeSize: RANGE,
  rangeMs: (random: () => number) => ((RANGE * RECORD_SECONDS) / CONCURRENCY) * SECOND * (0.8 + 0.4 * random()),
  leaseMs: 30 * SECOND,
  killMs: 4 * HOUR,
  restartMs: 2 * MINUTE,
  hangMs: 24 * HOUR,
  hungMs: 10 * MINUTE,
  emptiedAt: [5 * HOUR],
  refusals: [{ at: 9 * HOUR, forMs: 10 * MINUTE }],
  sampleMs: MINUTE,
  seed: 24,
};
const { samples, kills, hangs, discarded, lostMs, workMs, ms, commits } = await simulate(options);
const ideal = (options.ranges * RANGE * RECORD_SECONDS * SECOND) / CONCURRENCY / options.workers;
const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;
const lines = [
  `${(commits.size * RANGE).toLocaleString('en-US')} records in ${(ms / HOUR).toFixed(2)} hours; ${(ideal / HOUR).toFixed(2)} without failures`,
  `${kills} workers killed, ${hangs} hung for ten minutes, the queue emptied once, the storage away for ten minutes`,
  `ranges done twice: ${discarded} of ${options.ranges} (${share(discarded, options.ranges)})`,
  `begun and lost with a worker: ${share(lostMs, workMs)} of the work, where another worker cannot go on with it`,
];
process.stdout.write(`${lines.join('\n')}\n`);
if (values.svg !== undefined) await writeFile(values.svg, drawSimulation(samples, { ...options, idealMs: ideal }));
