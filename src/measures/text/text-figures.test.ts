import { expect, test } from 'vitest';
import { InvalidArgumentError } from '../../error/index.ts';
import fixture from './__fixtures__/text-figures.json' with { type: 'json' };
import { type BleuTokenizer } from './bleu-tokens.ts';
import { bleuMetric, type BleuOptions, type BleuSmoothing, corpusBleu, sentenceBleu } from './bleu.ts';
import { chrfMetric, type ChrfOptions, corpusChrf, sentenceChrf } from './chrf.ts';
import { porterStem } from './porter-stemmer.ts';
import { type RougeKind, rougeMetric, rougeScore } from './rouge.ts';

// What the packages in Python gave: training/measures/make_text_figures.py.
const { cases, corpora, stems } = fixture;

/** Options by the names of the fixture: `lc`, a tokenizer, or `smooth` and a smoothing. */
function bleuOptions(setting: string, smoothing: string | undefined): BleuOptions {
  if (setting === 'lc') return { lowercase: true };
  return smoothing === undefined ? { tokenizer: setting as BleuTokenizer } : { smoothing: smoothing as BleuSmoothing };
}
const chrfOptions = (setting: string): ChrfOptions =>
  setting === 'lc' ? { lowercase: true } : { wordOrder: Number(setting) as 0 | 1 | 2 };

function figureOf(name: string, candidate: string, references: readonly string[]): number {
  const [metric = '', setting = '', smoothing] = name.split(':');
  if (metric === 'bleu') return sentenceBleu({ candidate, references }, bleuOptions(setting, smoothing));
  if (metric === 'chrf') return sentenceChrf({ candidate, references }, chrfOptions(setting));
  const kind = metric as RougeKind;
  if (setting === 'precision' || setting === 'recall') return rougeScore(kind, candidate, references[0] ?? '')[setting];
  return Math.max(
    ...references.map((reference) => rougeScore(kind, candidate, reference, { stem: setting !== 'no-stem' }).f1),
  );
}

test.each(cases.map((row, index) => [index, row] as const))('text %i as in Python', (_index, row) => {
  const { candidate, references, figures } = row;
  const own = Object.fromEntries(Object.keys(figures).map((name) => [name, figureOf(name, candidate, references)]));
  const wanted = Object.entries(figures).map(([name, value]) => [name, expect.closeTo(value, 8) as number]);
  expect(own).toEqual(Object.fromEntries(wanted));
});

test('corpora as in Python', () => {
  for (const { from, to, figures } of corpora) {
    const answers = cases.slice(from, to);
    for (const [name, value] of Object.entries(figures)) {
      const [metric, setting = '', smoothing] = name.split(':');
      const own =
        metric === 'bleu'
          ? corpusBleu(answers, bleuOptions(setting, smoothing))
          : corpusChrf(answers, chrfOptions(setting));
      expect([name, own]).toEqual([name, expect.closeTo(value, 8)]);
    }
  }
});

test('stems as in NLTK', () => {
  const pairs = stems.split(' ').map((pair) => pair.split(':'));
  expect(pairs.length).toBeGreaterThan(1500);
  expect(pairs.map(([word = '']) => porterStem(word))).toEqual(pairs.map(([, stem]) => stem));
});

test('metrics name their settings', async () => {
  const answers = [{ candidate: 'The cat sat.', references: ['A cat sat down.', 'The cat sat.'] }];
  const metrics = [
    rougeMetric('rouge2'),
    rougeMetric('rougeLsum', { split: 'sentences', stem: false }),
    bleuMetric(),
    bleuMetric({ tokenizer: 'zh', smoothing: 'add-k', lowercase: true }),
    chrfMetric(),
    chrfMetric({ wordOrder: 2 }),
  ];
  const shown = await Promise.all(
    metrics.map(async (metric) => [metric.name, metric.signature, await metric.score(answers)]),
  );
  expect(shown).toMatchInlineSnapshot(`
    [
      [
        "rouge2",
        "rouge2|f1|refs:best|case:lc|tok:a-z0-9|stem:porter-nltk|like:rouge_score-0.1.2",
        [
          1,
        ],
      ],
      [
        "rougeLsum",
        "rougeLsum|f1|refs:best|case:lc|tok:a-z0-9|stem:no|split:sentences|like:rouge_score-0.1.2",
        [
          1,
        ],
      ],
      [
        "bleu",
        "bleu|case:mixed|eff:yes(corpus:no)|tok:13a|smooth:exp|like:sacrebleu-2.6.0",
        [
          100.00000000000004,
        ],
      ],
      [
        "bleu",
        "bleu|case:lc|eff:yes(corpus:no)|tok:zh|smooth:add-k[1.00]|like:sacrebleu-2.6.0",
        [
          100.00000000000004,
        ],
      ],
      [
        "chrf",
        "chrf2|refs:best|case:mixed|eff:yes|nc:6|nw:0|space:no|like:sacrebleu-2.6.0",
        [
          100,
        ],
      ],
      [
        "chrf++",
        "chrf2++|refs:best|case:mixed|eff:yes|nc:6|nw:2|space:no|like:sacrebleu-2.6.0",
        [
          100,
        ],
      ],
    ]
  `);
  for (const metric of metrics) {
    await expect(metric.score([...answers, { candidate: 'x', references: [] }])).rejects.toThrow(InvalidArgumentError);
    expect(await metric.score([])).toEqual([]);
  }
});

test('rougeLsum splits sentences where asked to', () => {
  const [candidate, reference] = ['He left at five. It rained.', 'It rained. He left at five.'];
  expect(rougeScore('rougeLsum', candidate, reference).f1).toBeLessThan(1);
  expect(rougeScore('rougeLsum', candidate, reference, { split: 'sentences' }).f1).toBe(1);
});

test('long runs of one character take no time to speak of', () => {
  for (const unit of [' ', '\n', '.', '-', 'y', '中', '😀']) {
    const text = `a${unit.repeat(20_000)}b`;
    expect(sentenceBleu({ candidate: text, references: [text] })).toBeCloseTo(100, 8);
    expect(sentenceChrf({ candidate: text, references: [text] }, { wordOrder: 2 })).toBeCloseTo(100, 8);
    expect(rougeScore('rouge1', text, text).f1).toBe(1);
  }
});
