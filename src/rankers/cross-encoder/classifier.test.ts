import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { describePairRanker } from '../pair-ranker.contract.ts';
import type { SequenceWriter } from '../onnx/onnx-ranker.ts';
import { readCheckpoint } from './checkpoint/checkpoint.ts';
import { createNetwork, loadCrossEncoder } from './cross-encoder-ranker.ts';
import { type Sequence, TextTokens } from './input/text-tokens.ts';
import { openNetwork } from './network.ts';

/** A text, or one that repeats a part: `[part, times, end]`. */
type Text = string | readonly [part: string, times: number, end: string];
const full = (text: Text) => (typeof text === 'string' ? text : text[0].repeat(text[1]) + text[2]);

interface Case {
  /** Task and candidates: one or two. */
  readonly texts: readonly Text[];
  readonly ids: readonly number[];
  readonly score: number;
}

function write(writer: SequenceWriter<Sequence>, [task = '', left = '', right = '']: readonly string[]): Sequence {
  return writer.reads === 'pairs' ? writer.write(task, left, right) : writer.write(task, left);
}

// Random weights, and what PyTorch makes of them: `python -m cross_encoder.make_classifiers` in training/.
describe.each([
  { kind: 'bert', reads: 'texts', most: 512 },
  { kind: 'roberta', reads: 'texts', most: 513 },
  { kind: 'xlm-roberta', reads: 'texts', most: 513 },
  { kind: 'deberta-v2', reads: 'texts', most: 512 },
  { kind: 'deberta-v2-chosen', reads: 'texts', most: 512 },
  { kind: 'modernbert', reads: 'texts', most: 1024 },
  { kind: 'bert-degrees', reads: 'pairs', most: 512 },
  { kind: 'roberta-pairs', reads: 'pairs', most: 513 },
  { kind: 'deberta-v2-pairs', reads: 'pairs', most: 600 },
  { kind: 'modernbert-arena', reads: 'pairs', most: 1024 },
])('$kind', async ({ kind, reads, most }) => {
  const folder = join(import.meta.dirname, '__fixtures__', kind);
  const cases = JSON.parse(readFileSync(join(folder, 'parity.json'), 'utf8')) as Case[];
  const checkpoint = await readCheckpoint(folder, kind);
  const network = createNetwork(checkpoint);
  const writer = network.createWriter(new TextTokens(checkpoint.tokenizer));
  const session = await openNetwork(network, { folder, reference: kind });
  const ranker = await loadCrossEncoder({ folder, name: kind });
  afterAll(async () => {
    await session.dispose();
    await ranker[Symbol.asyncDispose]();
  });

  test('tokens and scores are those of PyTorch, with and without padding', async () => {
    expect(writer.reads).toBe(reads);
    for (const { texts, ids, score } of cases) {
      const sequence = write(writer, texts.map(full));
      expect(sequence.ids).toEqual(ids);
      expect(sequence.truncated).toBe(false);
      const exact = await session.score([sequence], ids.length);
      expect(Math.abs((exact[0] ?? Number.NaN) - score)).toBeLessThan(1e-4);
      const padded = await session.score([sequence, sequence], ids.length + 21);
      for (const value of padded) expect(Math.abs(value - score)).toBeLessThan(1e-4);
    }
  });

  test('no sequence is longer than the network takes, and long texts keep their ends', () => {
    const long = 'Nobody knows. '.repeat(1400);
    const { ids: whole } = write(writer, ['Begin', 'A end', 'B end']);
    for (const texts of [
      [`Begin ${long}`, `A ${long} end`, `B ${long} end`],
      ['Begin', `A ${long} end`, 'B end'],
    ]) {
      const { ids, truncated } = write(writer, texts);
      expect(truncated).toBe(true);
      expect(ids.length).toBeLessThanOrEqual(most);
      expect(ids.length).toBeGreaterThan(most - 3);
      expect(ids.slice(0, 3)).toEqual(whole.slice(0, 3));
      expect(ids.slice(-2)).toEqual(whole.slice(-2));
    }
  });

  describePairRanker(`a classifier of kind ${kind}`, { create: () => ranker });
});

test.each([
  { kind: 'modernbert-arena', file: undefined, message: 'Write a file ranker.json beside its config.json' },
  { kind: 'modernbert-arena', file: '{"input":"{task} {left} {right}","max_length":2000}', message: '1024 positions' },
  { kind: 'bert', file: '{"max_length":3}', message: 'its input leaves no room for texts: 3 tokens are the most' },
  {
    kind: 'roberta',
    file: '{"input":"{task}[SEP]{text}"}',
    message: 'writes [SEP], which is no special token of its tokenizer',
  },
  { kind: 'bert', file: '[]', message: 'ranker.json: it is no JSON object' },
  { kind: 'pairrm', file: '{}', message: 'remove its ranker.json' },
])('$kind with the ranker.json $file is refused with what helps', async ({ kind, file, message }) => {
  const folder = await mkdtemp(join(tmpdir(), 'ranker-json-'));
  try {
    await cp(join(import.meta.dirname, '__fixtures__', kind), folder, { recursive: true });
    await rm(join(folder, 'ranker.json'), { force: true });
    if (file !== undefined) await writeFile(join(folder, 'ranker.json'), file);
    await expect(loadCrossEncoder({ folder })).rejects.toThrow(message);
  } finally {
    await rm(folder, { recursive: true });
  }
});
