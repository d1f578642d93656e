import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Pair } from '../../../spec/pair-ranker.ts';
import { describePairRanker } from '../../pair-ranker.contract.ts';
import { loadCrossEncoder } from '../cross-encoder-ranker.ts';
import { quantizeCheckpoint } from './quantize-checkpoint.ts';
import { readStoredTensors } from './checkpoint.ts';
import { createSafetensors } from './safetensors-writer.ts';

const KINDS = ['pairrm', 'bert', 'roberta', 'xlm-roberta', 'deberta-v2', 'modernbert', 'modernbert-arena'] as const;
const source = (kind: string) => join(import.meta.dirname, '../__fixtures__', kind);

const root = await mkdtemp(join(tmpdir(), 'quantized-'));
const quantized = (kind: string) => join(root, kind);
beforeAll(async () => {
  for (const kind of KINDS) {
    await quantizeCheckpoint({ folder: source(kind), target: quantized(kind), reference: kind });
  }
});
afterAll(() => rm(root, { recursive: true }));

const task = { instruction: 'Boil an egg.', input: '' };
const WORDS = ['water', 'egg', 'minutes', 'cold', 'quick', 'fox', 'never', 'good'];
/** Pairs of texts of ever other words and lengths. */
const pairs = [...Array.from({ length: 40 }).keys()].map((index): Pair => {
  const word = (at: number) => WORDS[at % WORDS.length];
  const text = (step: number) =>
    Array.from({ length: 3 + ((index * step) % 11) }, (_, at) => word(index * 3 + at * step)).join(' ');
  return { task, left: text(5), right: text(7) };
});

async function logitsOf(folder: string): Promise<readonly number[]> {
  await using ranker = await loadCrossEncoder({ folder });
  return (await ranker.doCompare({ pairs })).judgements.map(({ logit }) => logit);
}

// Random weights that are far apart carry errors on more than trained ones do.
test.each(KINDS)('%s in 8 bits agrees with float32 where that is sure', async (kind) => {
  const [whole, small] = [await logitsOf(source(kind)), await logitsOf(quantized(kind))];
  const spread = Math.sqrt(whole.reduce((sum, logit) => sum + logit ** 2, 0) / whole.length);
  const error = Math.sqrt(
    whole.reduce((sum, logit, at) => sum + (logit - (small[at] ?? Number.NaN)) ** 2, 0) / whole.length,
  );
  expect(error).toBeLessThan(0.35 * spread);
  // It would be of no use as a proof that 8 bits are computed with if nothing had changed.
  expect(error).toBeGreaterThan(0);
  const sure = whole.flatMap((logit, at) => (Math.abs(logit) > spread ? [[logit, small[at]] as const] : []));
  expect(sure.length).toBeGreaterThan(5);
  for (const [logit, other] of sure) expect(Math.sign(other ?? 0)).toBe(Math.sign(logit));
});

test('a logit in 8 bits is the same to the last bit alone, in a batch, in any order and with any number of threads', async () => {
  const folder = quantized('pairrm');
  await using one = await loadCrossEncoder({ folder, threads: 1 });
  await using two = await loadCrossEncoder({ folder, threads: 2 });
  const { judgements } = await two.doCompare({ pairs });
  await using other = await loadCrossEncoder({ folder, threads: 2 });
  const reversed = await one.doCompare({ pairs: pairs.toReversed() });
  expect(reversed.judgements.toReversed()).toEqual(judgements);
  for (const [index, pair] of pairs.entries()) {
    expect((await other.doCompare({ pairs: [pair] })).judgements[0]).toEqual(judgements[index]);
  }
});

describePairRanker('PairRM in 8 bits', { create: () => loadCrossEncoder({ folder: quantized('pairrm') }) });

test('layers and words are in 8 bits, the rest as it was; no factor is too large for processors that add in 16 bits', async () => {
  const [before, after] = [
    await readStoredTensors(source('pairrm'), ''),
    await readStoredTensors(quantized('pairrm'), ''),
  ];
  const bytes = await readFile(join(quantized('pairrm'), 'model.safetensors'));
  let factors = 0;
  for (const [name, tensor] of before) {
    const stored = after.get(name);
    if (stored?.type !== 'int8') {
      expect(stored).toMatchObject({ type: 'float32', shape: tensor.shape, length: tensor.length });
      continue;
    }
    const table = name.endsWith('word_embeddings.weight');
    expect(stored.shape).toEqual(table ? tensor.shape : tensor.shape.toReversed());
    expect(after.get(`${name}.scale`)?.shape[0]).toBe(tensor.shape[0]);
    if (table) continue;
    factors += 1;
    const values = new Int8Array(bytes.buffer, bytes.byteOffset + stored.offset, stored.length);
    expect(Math.max(...values.map(Math.abs))).toBe(64);
  }
  // Three layers of six matrices.
  expect(factors).toBe(18);
  for (const { type, offset } of after.values()) expect(offset % (type === 'float32' ? 4 : 1)).toBe(0);
});

test('half precision is widened before it is brought to 8 bits', async () => {
  const folder = join(root, 'half');
  await mkdir(folder);
  for (const file of ['config.json', 'tokenizer.json'])
    await copyFile(join(source('pairrm'), file), join(folder, file));
  const tensors = [...(await readStoredTensors(source('pairrm'), ''))];
  const bytes = await readFile(join(source('pairrm'), 'model.safetensors'));
  const writer = await createSafetensors(
    join(folder, 'model.safetensors'),
    tensors.map(([name, { shape }]) => ({ name, shape, type: 'bfloat16' })),
  );
  for (const [name, { offset, length }] of tensors) {
    const halves = Uint16Array.from({ length: length / 4 }, (_, at) => bytes.readUInt16LE(offset + 4 * at + 2));
    await writer.write(name, halves);
  }
  await writer[Symbol.asyncDispose]();
  await quantizeCheckpoint({ folder, target: join(root, 'from-half'), reference: '' });
  const [whole, small] = [await logitsOf(folder), await logitsOf(join(root, 'from-half'))];
  for (const [at, logit] of whole.entries()) expect(Math.abs(logit - (small[at] ?? Number.NaN))).toBeLessThan(0.5);
  // What is in 8 bits already stays as it is.
  await quantizeCheckpoint({ folder: join(root, 'from-half'), target: join(root, 'again'), reference: '' });
  expect(await logitsOf(join(root, 'again'))).toEqual(small);
});

test('it reports its progress, and stops at once on abort', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const shares: number[] = [];
  const options = { folder: source('pairrm'), target: join(root, 'aborted'), reference: '' };
  const work = quantizeCheckpoint({
    ...options,
    onShare: (share) => {
      shares.push(share);
      if (share > 0.5) controller.abort(reason);
    },
    abortSignal: controller.signal,
  });
  await expect(work).rejects.toBe(reason);
  expect(shares.filter((share) => share > 0.5)).toHaveLength(1);
  expect(shares).toEqual(shares.toSorted((left, right) => left - right));
  shares.length = 0;
  await quantizeCheckpoint({ ...options, onShare: (share) => shares.push(share) });
  expect(shares.at(-1)).toBe(1);
});
