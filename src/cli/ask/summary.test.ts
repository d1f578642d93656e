import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import type { BlendResult, CallFailure } from '../../index.ts';
import { summarize } from './summary.ts';

const usage = { calls: 1, inputTokens: 10, outputTokens: 40, cost: 0 };
const timings = { firstTokenMs: 90, totalMs: 2400 };
const failed: CallFailure = {
  id: '3',
  model: 'openai/gpt-5',
  phase: 'generate',
  kind: 'error',
  message: 'the key was\nrefused',
};

const RESULT: BlendResult = {
  text: 'Fused.',
  object: undefined,
  decision: 'fused',
  decisionReason: 'The fused answer beat the best candidate with probability 0.62.',
  candidates: [
    {
      id: '2',
      model: 'local/a-model-with-a-rather-long-name',
      sample: 2,
      text: 'Two\n日本語 🎉',
      object: undefined,
      finishReason: 'stop',
      usage,
      timings,
      rank: 1,
      score: 1.5,
    },
    {
      id: '1',
      model: 'ollama/b',
      sample: 1,
      text: 'One '.repeat(50),
      object: undefined,
      finishReason: 'stop',
      usage,
      timings,
      rank: 2,
      score: -1.5,
    },
  ],
  fused: {
    text: 'Fused.',
    object: undefined,
    fuser: 'ollama/b',
    from: ['2', '1'],
    finishReason: 'stop',
    analysis: undefined,
    probability: 0.62,
  },
  comparisons: [
    { phase: 'rank', left: '1', right: '2', logit: -1.5, probability: 0.18, consistent: true },
    { phase: 'check', left: 'fused', right: '2', logit: 0.5, probability: 0.62, consistent: true },
  ],
  explanation: undefined,
  failures: [
    failed,
    { ...failed, id: '4' },
    { ...failed, id: 'ranker', model: 'judge:x', phase: 'check', message: 'no opinion' },
  ],
  ranker: 'judge:x',
  warning: 'A weak judge.',
  positionBias: undefined,
  lowQuality: false,
  unreadable: false,
  truncated: true,
  usage: { calls: 7, inputTokens: 1234, outputTokens: 5678, cost: 0.01234 },
  cost: 0.01234,
  timings: { totalMs: 65_000, generateMs: 1, rankMs: 1, fuseMs: 1, checkMs: 1 },
};

test('the summary has the ranking, what went wrong, the decision with its reason, and what it took', () => {
  const { table, warnings, outcome } = summarize(RESULT, { columns: 79 });
  expect([...table, ...warnings, ...outcome].join('\n')).toMatchInlineSnapshot(`
    "rank  model                            score  pairs won  answer
    1     …odel-with-a-rather-long-name#2  1.50   1 of 1     Two 日本語 🎉
    2     ollama/b#1                       -1.50  0 of 1     One One One One One O…
    openai/gpt-5 failed to answer: the key was refused (2 times)
    judge:x failed to check the fused answer: no opinion
    Warning: A weak judge.
    Warning: a text was too long and was shortened in the middle for comparing or fusing.
    Answer: fused. The fused answer beat the best candidate with probability 0.62.
    1 min 05 s, 7 calls, 1,234 tokens read, 5,678 written, $0.0123"
  `);
  expect(summarize(RESULT, { columns: 79, reported: ['generate'] }).warnings).toHaveLength(3);
});

test('without a ranking, tokens or price nothing is made up', () => {
  const { table, outcome } = summarize(
    {
      ...RESULT,
      candidates: RESULT.candidates.map((candidate) => ({ ...candidate, rank: undefined, score: undefined })),
      comparisons: [],
      usage: { calls: 2, inputTokens: undefined, outputTokens: undefined, cost: undefined },
    },
    { columns: 39 },
  );
  expect([...table, ...outcome].join('\n')).toMatchInlineSnapshot(`
    "rank  model            score
    -     …er-long-name#2  -
    -     ollama/b#1       -
    Answer: fused. The fused answer beat the best candidate with probability 0.62.
    1 min 05 s, 2 calls, cost unknown"
  `);
});

test('passes of a ranker are counted apart from calls to language models', () => {
  const spent = (rankerPasses: number, calls: number) =>
    summarize({ ...RESULT, usage: { ...RESULT.usage, calls, rankerPasses } }, { columns: 79 }).outcome.at(-1);
  expect([spent(4, 8), spent(1, 1)]).toEqual([
    '1 min 05 s, 4 calls, 4 ranker passes, 1,234 tokens read, 5,678 written, $0.0123',
    '1 min 05 s, 0 calls, 1 ranker pass, 1,234 tokens read, 5,678 written, $0.0123',
  ]);
});

test('a single candidate won no pairs, so there is no column for them', () => {
  const { table } = summarize({ ...RESULT, candidates: RESULT.candidates.slice(1), comparisons: [] }, { columns: 79 });
  expect(table[0]).toBe('rank  model       score  answer');
});

test('the table fits, whatever the width', () => {
  for (const columns of [10, 20, 39, 59, 79, 200]) {
    for (const line of summarize(RESULT, { columns }).table) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
  }
});

test('answers that were cut say so, in the table and in words', () => {
  const cut = (finishReason: string, fusedReason: string) =>
    summarize(
      {
        ...RESULT,
        truncated: false,
        failures: [],
        warning: undefined,
        candidates: RESULT.candidates.map((candidate, index) =>
          index === 1 ? { ...candidate, finishReason } : candidate,
        ),
        fused: RESULT.fused && { ...RESULT.fused, finishReason: fusedReason },
      },
      { columns: 79 },
    );
  expect(cut('stop', 'stop').warnings).toEqual([]);
  expect(cut('length', 'stop').warnings).toEqual([
    'Warning: 1 of 2 candidates was cut at the limit of length. Raise --max-tokens.',
  ]);
  expect(cut('length', 'length').warnings).toContain('Warning: the answer itself was cut at the limit of length.');
  expect(cut('length', 'stop').table[2]).toContain('[cut] One');
});
