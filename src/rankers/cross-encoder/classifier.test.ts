import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { describePairRanker } from '../pair-ranker.contract.ts';
import { readCheckpoint } from './checkpoint.ts';
import { createNetwork } from './create-network.ts';
import { CrossEncoderRanker } from './cross-encoder-ranker.ts';
import { loadNetworkSession } from './network-session.ts';
import { TextTokens } from './text-tokens.ts';

/** A text, or one that repeats a part: `[part, times, end]`. */
type Text = string | readonly [part: string, times: number, end: string];
const full = (text: Text) => (typeof text === 'string' ? text : text[0].repeat(text[1]) + text[2]);

interface Case {
  readonly texts: readonly [Text, Text];
  readonly ids: readonly number[];
  readonly score: number;
}

// Random weights, and what PyTorch makes of them: `python -m cross_encoder.make_classifiers` in training/.
describe.each(['bert', 'roberta', 'xlm-roberta', 'deberta-v2'])('%s', async (kind) => {
  const folder = join(import.meta.dirname, '__fixtures__', kind);
  const cases = JSON.parse(readFileSync(join(folder, 'parity.json'), 'utf8')) as Case[];
  const checkpoint = await readCheckpoint(folder, kind);
  const network = createNetwork(checkpoint);
  const writer = network.createWriter(new TextTokens(checkpoint.tokenizer));
  const session = await loadNetworkSession(network, { folder, reference: kind });
  const ranker = await CrossEncoderRanker.load({ folder, name: kind });
  afterAll(async () => {
    await session.dispose();
    await ranker[Symbol.asyncDispose]();
  });

  test('tokens and scores are those of PyTorch, with and without padding', async () => {
    for (const { texts, ids, score } of cases) {
      if (writer.reads !== 'texts') throw new Error('a reward model reads texts');
      const sequence = writer.write(full(texts[0]), full(texts[1]));
      expect(sequence.ids).toEqual(ids);
      const exact = await session.score([sequence], ids.length);
      expect(Math.abs((exact[0] ?? Number.NaN) - score)).toBeLessThan(1e-4);
      const padded = await session.score([sequence, sequence], ids.length + 21);
      for (const value of padded) expect(Math.abs(value - score)).toBeLessThan(1e-4);
    }
  });

  test('no sequence is longer than the table of positions', async () => {
    if (writer.reads !== 'texts') throw new Error('a reward model reads texts');
    const long = 'Nobody knows. '.repeat(700);
    const sequence = writer.write(`Begin ${long}`, `${long} end`);
    const most = kind.includes('roberta') ? 513 : 512;
    expect(sequence.ids.length).toBe(most);
    expect(sequence.truncated).toBe(true);
    expect(writer.write('short', `${long} end`).ids.length).toBe(most);
  });

  describePairRanker(`a reward model of kind ${kind}`, { create: () => ranker });
});
