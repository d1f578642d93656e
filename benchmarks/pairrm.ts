/**
 * Time and memory of PairRM at its published size, with random weights.
 *
 * Run: node benchmarks/pairrm.ts [--folder FOLDER] [--pairs 4] [--words 100] [--threads 2]
 *
 * Without FOLDER the weights (1.7 GB) are made in the folder for temporary files, and removed.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CrossEncoderRanker } from '../src/rankers/cross-encoder/index.ts';
import { makePairRm } from './pairrm-weights.ts';
import { makePools } from './pools.ts';

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    pairs: { type: 'string', default: '4' },
    words: { type: 'string', default: '100' },
    threads: { type: 'string', default: '2' },
  },
});
const tokenizer = join(import.meta.dirname, '../src/rankers/cross-encoder/__fixtures__/pairrm/tokenizer.json');
const print = (text: string) => process.stdout.write(`${text}\n`);
/** Most memory this process has had, in bytes. */
const peak = () => process.resourceUsage().maxRSS * 1024;
const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;

const folder = values.folder ?? (await mkdtemp(join(tmpdir(), 'pairrm-')));
try {
  if (values.folder === undefined) await makePairRm(folder, { tokenizer });
  const { size } = await stat(join(folder, 'model.safetensors'));
  const before = peak();
  const start = performance.now();
  await using ranker = await CrossEncoderRanker.load({ folder, threads: Number(values.threads) });
  print(`load ${((performance.now() - start) / 1000).toFixed(1)} s, file ${gigabytes(size)}`);
  print(
    `peak memory ${gigabytes(peak())} once loaded (${gigabytes(before)} before), ${(peak() / size).toFixed(2)} of the file`,
  );
  const words = Number(values.words);
  const pools = makePools({ count: Number(values.pairs), size: 2, least: words, most: words, seed: 3 });
  const began = performance.now();
  const { usage } = await ranker.doCompare({
    pairs: pools.map(({ instruction, candidates: [left = '', right = ''] }) => ({
      task: { instruction, input: '' },
      left,
      right,
    })),
  });
  const seconds = (performance.now() - began) / 1000;
  const tokens = usage.inputTokens ?? 0;
  print(
    `${usage.calls} pairs, ${tokens} tokens in ${seconds.toFixed(1)} s: ${(tokens / seconds).toFixed(0)} tokens a second`,
  );
  print(`peak memory ${gigabytes(peak())} after that, ${(peak() / size).toFixed(2)} of the file`);
} finally {
  if (values.folder === undefined) await rm(folder, { recursive: true });
}
