/**
 * Speed and memory of the ranker that ships, beside the same network in PyTorch, in one go on the same inputs.
 *
 * Run: node benchmarks/ranker.ts [--python PYTHON] [--rounds 3] [--rankings 10000]
 *
 * PYTHON needs the packages of training/requirements.txt. Ratios of one run mean something; absolute times are of the
 * machine.
 */
import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createBlender } from '../src/index.ts';
import { makePools, type Pool } from './pools.ts';

const { values } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    rounds: { type: 'string', default: '3' },
    rankings: { type: 'string', default: '10000' },
  },
});
const folder = join(import.meta.dirname, '../models/small');
const pools = makePools({ count: 24, size: 12, least: 20, most: 400, seed: 1 });
const print = (text: string) => process.stdout.write(`${text}\n`);
const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

/** Pairs per second of full rankings, each text new to the ranker. */
async function ourPace(round: number): Promise<number> {
  await using blender = createBlender();
  await blender.compare({ prompt: 'Warm', a: 'up.', b: 'down.' });
  const start = performance.now();
  let pairs = 0;
  for (const { instruction, candidates } of pools) {
    const { comparisons } = await blender.rank({ prompt: `${instruction} ${round}`, candidates });
    pairs += comparisons.length;
  }
  return pairs / ((performance.now() - start) / 1000);
}

interface Measured {
  readonly seconds: number;
  readonly pairs: number;
}

async function theirPace(): Promise<{ byPair: number; byText: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = execFile(values.python, [join(import.meta.dirname, 'pytorch_ranker.py'), folder], (error, stdout) =>
    error === null ? resolve(stdout) : reject(error),
  );
  child.stdin?.end(JSON.stringify(pools));
  const { byPair, byText } = JSON.parse(await promise) as { byPair: Measured; byText: Measured };
  return { byPair: byPair.pairs / byPair.seconds, byText: byText.pairs / byText.seconds };
}

/** Milliseconds for one ranking of 12 answers of 300 words, once the ranker is loaded. */
async function twelveAnswers(): Promise<number> {
  await using blender = createBlender();
  await blender.compare({ prompt: 'Warm', a: 'up.', b: 'down.' });
  const times: number[] = [];
  for (const { instruction, candidates } of makePools({ count: 5, size: 12, least: 300, most: 300, seed: 2 })) {
    const { timings } = await blender.rank({ prompt: instruction, candidates });
    times.push(timings.totalMs);
  }
  return median(times);
}

function firstComparison(): number {
  const times = Array.from({ length: 5 }, () => {
    const stdout = execFileSync(process.execPath, [join(import.meta.dirname, 'first-comparison.ts')]);
    return (JSON.parse(String(stdout)) as { ms: number }).ms;
  });
  return median(times);
}

/** Resident memory, in MB, along a number of rankings of ever new texts. */
async function memory(rankings: number): Promise<readonly number[]> {
  await using blender = createBlender();
  const sizes: number[] = [];
  const few: readonly Pool[] = makePools({ count: 50, size: 4, least: 5, most: 60, seed: 3 });
  for (let index = 0; index < rankings; index += 1) {
    const { instruction, candidates } = few[index % few.length] as Pool;
    await blender.rank({ prompt: `${instruction} ${index}`, candidates });
    if ((index + 1) % Math.ceil(rankings / 10) === 0) sizes.push(Math.round(process.memoryUsage.rss() / 1e6));
  }
  return sizes;
}

const ratios: { byPair: number; byText: number }[] = [];
for (let round = 1; round <= Number(values.rounds); round += 1) {
  const ours = await ourPace(round);
  const theirs = await theirPace();
  ratios.push({ byPair: ours / theirs.byPair, byText: ours / theirs.byText });
  print(
    `round ${round}: ${ours.toFixed(0)} pairs/s; PyTorch ${theirs.byPair.toFixed(0)} pair by pair, ${theirs.byText.toFixed(0)} with each text run once`,
  );
}
print(`ratio to PyTorch, pair by pair: ${median(ratios.map(({ byPair }) => byPair)).toFixed(1)}`);
print(`ratio to PyTorch, each text run once: ${median(ratios.map(({ byText }) => byText)).toFixed(1)}`);
print(`12 answers of 300 words ranked: ${(await twelveAnswers()).toFixed(0)} ms`);
print(`start of the process to the first comparison: ${firstComparison().toFixed(0)} ms`);
print(`memory along ${values.rankings} rankings, MB: ${(await memory(Number(values.rankings))).join(' ')}`);
