/**
 * How a cross-encoder in 8 bits agrees with itself in float32 on given pairs.
 *
 * Run: node benchmarks/int8-agreement.ts FOLDER PAIRS [--count 300]
 *
 * PAIRS is a file of JSON lines, plain or gzipped, with `instruction`, `a`, `b` and perhaps `label` (1 = a is better).
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { loadCrossEncoder, quantizeCheckpoint } from '../src/rankers/cross-encoder/index.ts';

interface Line {
  readonly instruction: string;
  readonly a: string;
  readonly b: string;
  readonly label?: 0 | 1;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string', default: '300' } },
});
const [folder, path] = positionals;
if (folder === undefined || path === undefined)
  throw new Error('give a folder with a cross-encoder and a file of pairs');
const print = (text: string) => process.stdout.write(`${text}\n`);
const read = await readFile(path);
const text = path.endsWith('.gz') ? gunzipSync(read) : read;
const lines = String(text)
  .trim()
  .split('\n')
  .slice(0, Number(values.count))
  .map((line) => JSON.parse(line) as Line);
// Long texts are cut as in training, which was on short ones.
const pairs = lines.map(({ instruction, a, b }) => ({
  task: { instruction: instruction.slice(0, 100), input: '' },
  left: a.slice(0, 200),
  right: b.slice(0, 200),
}));

const logitsOf = async (from: string) => {
  await using ranker = await loadCrossEncoder({ folder: from });
  return (await ranker.doCompare({ pairs })).judgements.map(({ logit }) => logit);
};
const right = (logits: readonly number[]) => {
  const labelled = lines.flatMap(({ label }, at) =>
    label === undefined ? [] : [(logits[at] ?? 0) > 0 === (label === 1)],
  );
  return labelled.length === 0 ? 'no labels' : (labelled.filter(Boolean).length / labelled.length).toFixed(3);
};

const target = await mkdtemp(join(tmpdir(), 'int8-'));
try {
  await quantizeCheckpoint({ folder, target, reference: folder });
  const [whole, small] = [await logitsOf(folder), await logitsOf(target)];
  const both = whole.map((logit, at) => [logit, small[at] ?? Number.NaN] as const);
  const sure = both.filter(([logit]) => Math.abs(logit) > 0.1);
  const agree = sure.filter(([logit, other]) => Math.sign(logit) === Math.sign(other));
  const rms = (numbers: readonly number[]) =>
    Math.sqrt(numbers.reduce((sum, number) => sum + number ** 2, 0) / numbers.length);
  print(`${pairs.length} pairs; logits in float32: root mean square ${rms(whole).toFixed(3)}`);
  print(`same sign where |logit| > 0.1: ${agree.length} of ${sure.length}, ${(agree.length / sure.length).toFixed(4)}`);
  print(`same sign of all: ${both.filter(([one, other]) => Math.sign(one) === Math.sign(other)).length}`);
  print(`error of a logit: root mean square ${rms(both.map(([one, other]) => one - other)).toFixed(4)}`);
  print(`right by the labels: float32 ${right(whole)}, int8 ${right(small)}`);
} finally {
  await rm(target, { recursive: true });
}
