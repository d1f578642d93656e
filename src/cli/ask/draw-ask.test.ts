import pc from 'picocolors';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import {
  type BlendEvent,
  type BlendState,
  type CallFailure,
  type Candidate,
  INITIAL_BLEND_STATE,
  type RankedCandidate,
  reduceBlend,
} from '../../index.ts';
import { drawAsk } from './draw-ask.ts';
import { plainAskLine } from './plain-ask.ts';

const colors = pc.createColors(false);
const model = 'local/smollm2-135m-instruct';
const usage = { calls: 1, inputTokens: 10, outputTokens: 40, cost: 0 };

function candidate(id: string, text: string): Candidate {
  return {
    id,
    model,
    sample: Number(id),
    text,
    object: undefined,
    finishReason: id === '1' ? 'length' : 'stop',
    usage,
    timings: { firstTokenMs: 90, totalMs: 2400 },
  };
}

const failure: CallFailure = {
  id: '3',
  model: 'openai/gpt-5',
  phase: 'generate',
  kind: 'error',
  message: 'the key\u001B[2J was refused',
};
const texts = ['Kaggle has a big\ncommunity 🎉 of 日本語 and 👨‍👩‍👧‍👦 people.', 'Data \u001B[31msets\u001B[0m.'] as const;
const ranked: readonly RankedCandidate[] = [
  { ...candidate('2', texts[1]), rank: 1, score: 0.5 },
  { ...candidate('1', texts[0]), rank: 2, score: -0.5 },
];
const fused = {
  text: 'Fused.',
  object: undefined,
  fuser: model,
  from: ['2', '1'],
  finishReason: 'stop',
  analysis: undefined,
  probability: undefined,
};

/** A blend from its beginning to the check of the fused answer. */
const STORY: readonly BlendEvent[] = [
  {
    type: 'blend-start',
    turn: 1,
    question: 'What is the best thing about Kaggle?',
    from: undefined,
    stream: 'decided',
    members: [],
    calls: [
      { id: '1', member: 'm1', model, sample: 1 },
      { id: '2', member: 'm1', model, sample: 2 },
      { id: '3', member: 'm2', model: 'openai/gpt-5', sample: 1 },
    ],
  },
  { type: 'candidate-start', id: '1', model, sample: 1 },
  { type: 'candidate-delta', id: '1', delta: 'Kaggle has a big\ncommunity 🎉 ' },
  { type: 'candidate-delta', id: '1', delta: 'of 日本語 and 👨‍👩‍👧‍👦 people.' },
  { type: 'candidate-error', failure },
  { type: 'candidate-end', candidate: candidate('1', texts[0]) },
  { type: 'candidate-start', id: '2', model, sample: 2 },
  { type: 'candidate-end', candidate: candidate('2', texts[1]) },
  { type: 'rank-start', ranker: 'small', candidates: ['1', '2'] },
  {
    type: 'comparison-end',
    comparison: { phase: 'rank', left: '1', right: '2', logit: -0.5, probability: 0.38, consistent: true },
    progress: { done: 1, total: 1 },
  },
  {
    type: 'rank-end',
    candidates: ranked,
    explanation: undefined,
    warning: undefined,
    failure: undefined,
    usage,
    ms: 5,
  },
  { type: 'fusion-start', id: 'fused', fuser: model, from: ['2', '1'] },
  {
    type: 'fusion-delta',
    id: 'fused',
    delta: 'The best thing about Kaggle is that so many people share what they know. ',
  },
  { type: 'fusion-delta', id: 'fused', delta: 'That\u001B[2J is it.\n\nReally.' },
  { type: 'fusion-end', id: 'fused', fused, failure: undefined, usage, ms: 9 },
];

/** The state after one more event; each takes a second. */
function next(state: BlendState, event: BlendEvent): BlendState {
  return reduceBlend(state, { seq: state.seq + 1, at: state.seq * 1000, ...event });
}

function stateAfter(parts: number): BlendState {
  return STORY.slice(0, parts).reduce(next, INITIAL_BLEND_STATE);
}

function draw(parts: number, { columns = 79, rows = 22 }: { columns?: number; rows?: number } = {}): string {
  return drawAsk(stateAfter(parts), {
    columns,
    rows,
    now: parts * 1000,
    progressLines: ['loading'],
    colors,
  }).join('\n');
}

test('a thought is shown as one, and gives way to the answer', () => {
  let state = stateAfter(2);
  const lines = () => drawAsk(state, { columns: 79, rows: 22, now: 5000, progressLines: [], colors })[1];
  state = next(state, { type: 'candidate-reasoning-delta', id: '1', delta: 'What is good there?' });
  expect(lines()).toBe('▸ local/smollm2-135m-instruct#1  thinking, 4 words  What is good there?');
  state = next(state, { type: 'candidate-delta', id: '1', delta: 'It has a' });
  expect(lines()).toBe('▸ local/smollm2-135m-instruct#1  3 words  It has a');
  state = next(state, { type: 'candidate-restart', id: '1' });
  expect(lines()).toBe('▸ local/smollm2-135m-instruct#1  thinking, 3 words  It has a');
});

test('a fuser that thinks says so', () => {
  let state = stateAfter(STORY.findIndex(({ type }) => type === 'fusion-start') + 1);
  state = next(state, { type: 'fusion-reasoning-delta', id: 'fused', delta: 'Which is best?' });
  const drawn = drawAsk(state, { columns: 79, rows: 22, now: 9000, progressLines: [], colors });
  expect(drawn).toContain(`Fusing 2 answers with ${model}: thinking, 3 words`);
  expect(drawn.join('\n')).not.toContain('Which');
});

test('each call is a line: waiting, writing with the end of its text, done, failed', () => {
  expect([draw(1), draw(4), draw(5), draw(7)].join('\n\n')).toMatchInlineSnapshot(`
    "Blending 3 answers, 1.0 s
    loading
    · local/smollm2-135m-instruct#1  waiting
    · local/smollm2-135m-instruct#2  waiting
    · openai/gpt-5#1                 waiting

    Blending 3 answers, 4.0 s
    loading
    ▸ local/smollm2-135m-instruct#1  11 words  …mmunity 🎉 of 日本語 and 👨‍👩‍👧‍👦 people.
    · local/smollm2-135m-instruct#2  waiting
    · openai/gpt-5#1                 waiting

    Blending 3 answers, 5.0 s
    loading
    ▸ local/smollm2-135m-instruct#1  11 words  …mmunity 🎉 of 日本語 and 👨‍👩‍👧‍👦 people.
    · local/smollm2-135m-instruct#2  waiting
    ✗ openai/gpt-5#1                 failed: the key was refused

    Blending 3 answers, 7.0 s
    loading
    ✓ local/smollm2-135m-instruct#1  2.4 s, 40 tokens, cut at the limit
    ▸ local/smollm2-135m-instruct#2  asked 1.0 s ago
    ✗ openai/gpt-5#1                 failed: the key was refused"
  `);
});

test('then come the comparisons, the ranking, the fusion as it is written, and its check', () => {
  expect([draw(8), draw(10), draw(11), draw(14), draw(15)].join('\n\n')).toMatchInlineSnapshot(`
    "Blending 3 answers, 8.0 s
    loading
    ✓ local/smollm2-135m-instruct#1  2.4 s, 40 tokens, cut at the limit
    ✓ local/smollm2-135m-instruct#2  2.4 s, 40 tokens
    ✗ openai/gpt-5#1                 failed: the key was refused
    Comparing

    Blending 3 answers, 10 s
    loading
    ✓ local/smollm2-135m-instruct#1  2.4 s, 40 tokens, cut at the limit
    ✓ local/smollm2-135m-instruct#2  2.4 s, 40 tokens
    ✗ openai/gpt-5#1                 failed: the key was refused
    Comparing ██████████████████████████ 1 of 1

    Blending 3 answers, 11 s
    loading
    rank  model                          score  pairs won  answer
    1     local/smollm2-135m-instruct#2  0.50   1 of 1     Data sets.
    2     local/smollm2-135m-instruct#1  -0.50  0 of 1     [cut] Kaggle has a big…

    Blending 3 answers, 14 s
    loading
    rank  model                          score  pairs won  answer
    1     local/smollm2-135m-instruct#2  0.50   1 of 1     Data sets.
    2     local/smollm2-135m-instruct#1  -0.50  0 of 1     [cut] Kaggle has a big…
    Fusing 2 answers with local/smollm2-135m-instruct
    │ The best thing about Kaggle is that so many people share what they know. That
    │ is it.
    │
    │ Really.

    Blending 3 answers, 15 s
    loading
    rank  model                          score  pairs won  answer
    1     local/smollm2-135m-instruct#2  0.50   1 of 1     Data sets.
    2     local/smollm2-135m-instruct#1  -0.50  0 of 1     [cut] Kaggle has a big…
    Comparing the fused answer with the best candidate
    │ The best thing about Kaggle is that so many people share what they know. That
    │ is it.
    │
    │ Really."
  `);
});

test('while the candidates are analysed the fusion says so', () => {
  let state = stateAfter(12);
  const lines = () => drawAsk(state, { columns: 79, rows: 22, now: 0, progressLines: [], colors });
  state = next(state, { type: 'analysis-start', id: 'fused' });
  expect(lines().at(-1)).toBe('Analysing 2 answers with local/smollm2-135m-instruct');
  state = next(state, { type: 'analysis-end', id: 'fused', analysis: undefined, failure: undefined });
  expect(lines().at(-1)).toBe('Fusing 2 answers with local/smollm2-135m-instruct');
});

test('on a narrow terminal the less needed gives way', () => {
  expect([draw(5, { columns: 39 }), draw(14, { columns: 39 })].join('\n\n')).toMatchInlineSnapshot(`
    "Blending 3 answers, 5.0 s
    loading
    ▸ …-135m-instruct#1  11 words
    · …-135m-instruct#2  waiting
    ✗ openai/gpt-5#1     failed: the key w…

    Blending 3 answers, 14 s
    loading
    rank  model            score
    1     …35m-instruct#2  0.50
    2     …35m-instruct#1  -0.50
    Fusing 2 answers with local/smollm2-13…
    │ The best thing about Kaggle is that
    │ so many people share what they know.
    │ That is it.
    │
    │ Really."
  `);
});

test('on a low terminal the calls at work and the newest text stay', () => {
  expect([draw(4, { rows: 4 }), draw(14, { rows: 6 })].join('\n\n')).toMatchInlineSnapshot(`
    "Blending 3 answers, 4.0 s
    loading
    ▸ local/smollm2-135m-instruct#1  11 words  …mmunity 🎉 of 日本語 and 👨‍👩‍👧‍👦 people.
    … 3 in all, 0 ended

    Blending 3 answers, 14 s
    loading
    rank  model                          score  pairs won  answer
    Fusing 2 answers with local/smollm2-135m-instruct
    │
    │ Really."
  `);
});

test('no line is ever too wide, there are never too many, and none holds a control character', () => {
  for (let parts = 0; parts <= STORY.length; parts++) {
    for (const columns of [10, 20, 39, 79, 200]) {
      for (const rows of [1, 3, 8, 40]) {
        const lines = draw(parts, { columns, rows }).split('\n');
        expect(lines.length).toBeLessThanOrEqual(rows);
        // oxlint-disable-next-line no-control-regex
        for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001F\u007F-\u009F]/);
        for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
      }
    }
  }
});

test('where nothing can be drawn, each step is a line', () => {
  let state = INITIAL_BLEND_STATE;
  const lines = STORY.map((event, index) => {
    state = next(state, event);
    return plainAskLine({ seq: state.seq, at: index * 1000, ...event }, state, index * 1000);
  });
  expect(lines.filter((line) => line !== undefined).join('\n')).toMatchInlineSnapshot(`
    "Asking for 3 answers: local/smollm2-135m-instruct ×2, openai/gpt-5
    openai/gpt-5#1 (1 of 3): failed: the key was refused
    local/smollm2-135m-instruct#1 (2 of 3): 2.4 s, 40 tokens, cut at the limit
    local/smollm2-135m-instruct#2 (3 of 3): 2.4 s, 40 tokens
    Compared 1 pair
    Fusing 2 answers with local/smollm2-135m-instruct
    Comparing the fused answer with the best candidate"
  `);
});
