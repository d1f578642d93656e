/**
 * PairRM at its published size, in float32 and in 8 bits, beside PyTorch in float32: speed, agreement and memory, in one
 * go on the same inputs.
 *
 * Run: node benchmarks/pairrm.ts [--python PYTHON] [--folder FOLDER | --seed 1] [--rounds 3] [--pairs 16] [--least 4]
 *   [--most 30] [--threads 2] [--ranking 12] [--parts memory,speed,ranking]
 *
 * PYTHON needs the packages of training/cross_encoder/requirements.txt. Without FOLDER, random weights (1.7 GB) are made
 * in the folder for temporary files, and removed; so are those in 8 bits (0.4 GB). Ratios of one run mean something;
 * absolute times are of the machine. The ranking of 12 candidates, of so many words, takes PyTorch minutes.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rank } from '../src/index.ts';
import { readCheckpoint } from '../src/rankers/cross-encoder/checkpoint/checkpoint.ts';
import { createNetwork } from '../src/rankers/cross-encoder/cross-encoder-ranker.ts';
import { loadCrossEncoder, quantizeCheckpoint } from '../src/rankers/cross-encoder/index.ts';
import { TextTokens } from '../src/rankers/cross-encoder/input/text-tokens.ts';
import type { Pair, PairRanker } from '../src/spec/pair-ranker.ts';
import { makePairRm } from './pairrm-weights.ts';
import { makePools } from './pools.ts';
import { PyTorchPairRm } from './pytorch-pairrm.ts';

const { values } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    folder: { type: 'string' },
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '3' },
    pairs: { type: 'string', default: '16' },
    least: { type: 'string', default: '4' },
    most: { type: 'string', default: '30' },
    threads: { type: 'string', default: '2' },
    ranking: { type: 'string', default: '12' },
    parts: { type: 'string', default: 'memory,speed,ranking' },
  },
});
const threads = Number(values.threads);
const tokenizer = join(import.meta.dirname, '../src/rankers/cross-encoder/__fixtures__/pairrm/tokenizer.json');
/** Rows of PyTorch's batches; more gain it nothing on two cores. */
const BATCH = 8;
const print = (text: string) => process.stdout.write(`${text}\n`);
const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;
const seconds = async (work: () => Promise<unknown>) => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
};

const temporary = await mkdtemp(join(tmpdir(), 'pairrm-'));
try {
  const folder = values.folder ?? join(temporary, 'float32');
  if (values.folder === undefined) await makePairRm(folder, { tokenizer, seed: Number(values.seed) });
  const small = join(temporary, 'int8');
  const quantizing = await seconds(() => quantizeCheckpoint({ folder, target: small, reference: folder }));
  print(`brought to 8 bits in ${quantizing.toFixed(1)} s`);
  const parts = values.parts.split(',');
  if (parts.includes('memory')) await memory({ float32: folder, int8: small });
  if (parts.includes('speed') || parts.includes('ranking')) await speed(folder, small, parts);
} finally {
  await rm(temporary, { recursive: true });
}

/** Peak memory of a process of its own that compares texts as long as can be. */
async function memory(folders: Readonly<Record<string, string>>): Promise<void> {
  const whole = await stat(join(folders.float32 ?? '', 'model.safetensors'));
  for (const [name, folder] of Object.entries(folders)) {
    for (const words of ['60', '2000']) {
      const script = join(import.meta.dirname, 'pairrm-peak.ts');
      const { tokens, bytes } = JSON.parse(String(execFileSync(process.execPath, [script, folder, words]))) as {
        tokens: number;
        bytes: number;
      };
      print(
        `${name}: peak memory with ${tokens} tokens ${gigabytes(bytes)}, ${(bytes / whole.size).toFixed(2)} of the file in float32`,
      );
    }
  }
}

async function speed(folder: string, small: string, parts: readonly string[]): Promise<void> {
  await using float32 = await loadCrossEncoder({ folder, name: 'float32', threads });
  await using int8 = await loadCrossEncoder({ folder: small, name: 'int8', threads });
  await using pytorch = await PyTorchPairRm.start({ python: values.python, folder, threads });
  const checkpoint = await readCheckpoint(folder, folder);
  const writer = createNetwork(checkpoint).createWriter(new TextTokens(checkpoint.tokenizer));
  const idsOf = ({ task, left, right }: Pair) => {
    if (writer.reads !== 'pairs') throw new Error('PairRM reads pairs');
    return writer.write(task.instruction, left, right).ids;
  };
  const logitsOf = async (ranker: PairRanker, pairs: readonly Pair[]) =>
    (await ranker.doCompare({ pairs })).judgements.map(({ logit }) => logit);

  if (parts.includes('ranking')) await ranking({ float32, int8 }, pytorch, idsOf);
  if (!parts.includes('speed')) return;
  const times: Record<'pytorch' | 'float32' | 'int8', number>[] = [];
  const all: { theirs: number; float32: number; int8: number }[] = [];
  for (let round = 0; round <= Number(values.rounds); round += 1) {
    const pairs = makePairs(round);
    const rows = pairs.map(idsOf);
    const theirs = await pytorch.score(rows, BATCH);
    let [ours, smalls]: readonly (readonly number[])[] = [[], []];
    const time = {
      pytorch: theirs.seconds,
      float32: await seconds(async () => (ours = await logitsOf(float32, pairs))),
      int8: await seconds(async () => (smalls = await logitsOf(int8, pairs))),
    };
    // The first round warms up.
    if (round === 0) continue;
    times.push(time);
    all.push(
      ...theirs.logits.map((logit, at) => ({
        theirs: logit,
        float32: ours?.[at] ?? Number.NaN,
        int8: smalls?.[at] ?? Number.NaN,
      })),
    );
    const tokens = rows.reduce((sum, { length }) => sum + length, 0);
    const pace = (taken: number) => `${(tokens / taken).toFixed(0)} tokens/s`;
    print(
      `round ${round}, ${pairs.length} pairs of ${Math.min(...rows.map(({ length }) => length))} to ${Math.max(...rows.map(({ length }) => length))} tokens, load ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} cores: ` +
        `PyTorch ${pace(time.pytorch)}, float32 ${pace(time.float32)} (${(time.pytorch / time.float32).toFixed(2)}), int8 ${pace(time.int8)} (${(time.pytorch / time.int8).toFixed(2)})`,
    );
  }
  print(
    `float32 to PyTorch, batched, ${threads} threads: ${median(times.map((t) => t.pytorch / t.float32)).toFixed(2)}`,
  );
  print(`int8 to PyTorch, batched, ${threads} threads: ${median(times.map((t) => t.pytorch / t.int8)).toFixed(2)}`);
  print(
    `largest difference of a logit, float32 to PyTorch: ${Math.max(...all.map((l) => Math.abs(l.theirs - l.float32))).toExponential(1)}`,
  );
  const rms = (numbers: readonly number[]) =>
    Math.sqrt(numbers.reduce((sum, number) => sum + number ** 2, 0) / numbers.length);
  print(
    `root mean square of a logit ${rms(all.map((l) => l.float32)).toFixed(3)}, of what int8 changes in it ${rms(all.map((l) => l.float32 - l.int8)).toFixed(4)}`,
  );
  const sure = all.filter(({ float32: logit }) => Math.abs(logit) > 0.1);
  const agreeing = sure.filter(({ float32: logit, int8: other }) => Math.sign(logit) === Math.sign(other));
  print(`int8 and float32 have the same sign in ${agreeing.length} of ${sure.length} pairs with a logit over 0.1`);
}

/** A full ranking of 12 candidates, which Python LLM-Blender does in 132 passes of one pair each. */
async function ranking(
  rankers: Readonly<Record<string, PairRanker>>,
  pytorch: PyTorchPairRm,
  idsOf: (pair: Pair) => readonly number[],
): Promise<void> {
  const words = Number(values.ranking);
  const [pool] = makePools({ count: 1, size: 12, least: Math.ceil(words / 2), most: words, seed: 9 });
  if (pool === undefined) throw new Error('no pool');
  const { instruction, candidates } = pool;
  const task = { instruction, input: '' };
  const rows = candidates.flatMap((left) =>
    candidates.filter((right) => right !== left).map((right) => idsOf({ task, left, right })),
  );
  const loop = await pytorch.score(rows, 1);
  for (const [name, ranker] of Object.entries(rankers)) {
    const { timings } = await rank({ prompt: instruction, candidates, ranker, strategy: 'full' });
    print(
      `12 candidates of up to ${words} words, all ${rows.length} ordered pairs: ${name} ${(timings.totalMs / 1000).toFixed(1)} s, ` +
        `Python's loop ${loop.seconds.toFixed(1)} s: ${((loop.seconds * 1000) / timings.totalMs).toFixed(2)} times`,
    );
  }
}

function makePairs(round: number): readonly Pair[] {
  const [least, most] = [Number(values.least), Number(values.most)];
  return makePools({ count: Number(values.pairs), size: 2, least, most, seed: 100 + round }).map(
    ({ instruction, candidates: [left = '', right = ''] }) => ({ task: { instruction, input: '' }, left, right }),
  );
}
