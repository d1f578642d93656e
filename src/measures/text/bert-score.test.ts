import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InvalidArgumentError, ModelLoadError } from '../../error/index.ts';
import fixture from './__fixtures__/bert-scores.json' with { type: 'json' };
import { bertScoreLayer, modelNameOf } from './bert-score-layers.ts';
import { loadBertScore } from './bert-score.ts';

/** RoBERTa has a folder of its own: its tokenizer of bytes treats the first word of a text in its own way. */
const folderOf = (kind: string) =>
  join(import.meta.dirname, kind === 'roberta' ? '__fixtures__' : '../../rankers/cross-encoder/__fixtures__', kind);
const idfTexts = fixture.cases.flatMap(({ references }) => references);

// What bert_score gave on the same random weights: training/measures/make_bert_scores.py.
test.each(fixture.runs.filter(({ model }) => model !== 'minilm'))(
  'BERTScore with $model, layer $layer, idf $idf as in Python',
  async ({ model, layer, idf, scores }) => {
    await using metric = await loadBertScore({ folder: folderOf(model), layer, idfTexts: idf ? idfTexts : undefined });
    const own = await metric.scoreAll(fixture.cases);
    const differences = own.map(({ precision, recall, f1 }, place) => {
      const figures = [precision, recall, f1];
      return Math.max(...figures.map((figure, index) => Math.abs(figure - (scores[place]?.[index] ?? Number.NaN))));
    });
    const different = differences.flatMap((difference, place) =>
      difference < 2e-6 ? [] : [[place, fixture.cases[place]?.candidate.slice(0, 40), own[place], scores[place]]],
    );
    expect(different).toEqual([]);
    expect(own.length).toBe(scores.length);
  },
);

test('a score does not depend on the other texts', async () => {
  await using metric = await loadBertScore({ folder: folderOf('bert'), layer: 2, name: 'tiny' });
  const together = await metric.score(fixture.cases);
  for (const place of [0, 9, 30, 45]) {
    expect(await metric.score(fixture.cases.slice(place, place + 1))).toEqual([together[place]]);
  }
  expect(metric.signature).toBe('tiny_L2_no-idf|f1|refs:best|rescaled:no|like:bert_score-0.3.13');
  expect(metric.truncatedTexts).toBeGreaterThan(0);
});

test('what cannot be used is refused by name', async () => {
  const folder = folderOf('bert');
  await expect(loadBertScore({ folder })).rejects.toThrow('Invalid name "bert": the table of bert_score has no layer');
  await expect(loadBertScore({ folder, layer: 99 })).rejects.toThrow(
    /Invalid layer 99: expected an integer between 1 and/,
  );
  await expect(loadBertScore({ folder: join(folder, 'missing'), layer: 1 })).rejects.toThrow(ModelLoadError);
  await using metric = await loadBertScore({ folder, layer: 1 });
  await expect(metric.score([{ candidate: 'a', references: [] }])).rejects.toThrow(InvalidArgumentError);
  const reason = new Error('enough');
  const abortSignal = AbortSignal.abort(reason);
  await expect(metric.score([{ candidate: 'a', references: ['b'] }], { abortSignal })).rejects.toBe(reason);
});

test('layers by the names of models', () => {
  expect(bertScoreLayer('bert-base-multilingual-cased')).toBe(9);
  expect(bertScoreLayer('google-bert/bert-base-multilingual-cased')).toBe(9);
  expect(bertScoreLayer('FacebookAI/roberta-large')).toBe(17);
  expect(bertScoreLayer('microsoft/deberta-v3-large')).toBe(12);
  expect(bertScoreLayer('all-MiniLM-L6-v2')).toBeUndefined();
  expect(modelNameOf('models/roberta-large/')).toBe('roberta-large');
  expect(modelNameOf('C:\\models\\roberta-large')).toBe('roberta-large');
  expect(modelNameOf('/cache/models--microsoft--deberta-v3-base/snapshots/ab12')).toBe('microsoft/deberta-v3-base');
});
