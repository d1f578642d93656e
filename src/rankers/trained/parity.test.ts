import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readRankerFolder } from './ranker-folder.ts';
import { TextEncoder } from './text-encoder.ts';
import { TextScorer } from '../onnx/text-scorer.ts';
import { MAX_BATCH_TOKENS, openTrainedNetwork } from './trained-ranker.ts';

/** A text, or one that repeats a part: `[part, times, end]`. */
type Text = string | readonly [part: string, times: number, end: string];

interface Case {
  readonly instruction: Text;
  readonly text: Text;
  readonly ids: readonly number[];
  readonly first: number;
  readonly tail_start: number;
  readonly gap: number;
  readonly surface: readonly number[];
  readonly score: number;
}

// Made by `python -m ranker.parity` in training/, with the tokenizer of training and PyTorch.
const cases = JSON.parse(readFileSync(join(import.meta.dirname, '__fixtures__/parity.json'), 'utf8')) as Case[];
const full = (text: Text) => (typeof text === 'string' ? text : text[0].repeat(text[1]) + text[2]);

const folder = await readRankerFolder(fileURLToPath(new URL('../../../models/small', import.meta.url)), 'small');
const encoder = new TextEncoder(folder);
const scorer = new TextScorer(await openTrainedNetwork(folder.graph, 'small'), { maxTokens: MAX_BATCH_TOKENS });

test.each(cases.map((entry, index) => ({ ...entry, index })))(
  'case $index: the tokens and the score are those of training',
  async ({ instruction, text, ids, first, tail_start: tailStart, gap, surface, score, index }) => {
    const encoded = encoder.encode(full(instruction), full(text));
    expect(encoded).toMatchObject({ ids, instructionLength: first, tailStart, gap });
    expect(encoded.surface).toHaveLength(surface.length);
    for (const [position, value] of surface.entries()) expect(encoded.surface[position]).toBeCloseTo(value, 9);
    const ours = await scorer.score(String(index), () => encoded, undefined);
    expect(Math.abs(ours.score - score)).toBeLessThan(1e-3);
  },
);
