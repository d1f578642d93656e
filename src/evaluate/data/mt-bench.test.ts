import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { type ExampleItem, readExamples } from './read-examples.ts';

async function read(
  files: Readonly<Record<string, readonly object[]>>,
  promptsOnly = false,
): Promise<readonly ExampleItem[]> {
  const sources = Object.entries(files).map(([name, rows]) => ({
    name,
    chunks: Readable.from([rows.map((row) => JSON.stringify(row)).join('\n')]),
  }));
  const all: ExampleItem[] = [];
  for await (const item of readExamples({ sources, promptsOnly })) all.push(item);
  return all;
}

const QUESTIONS = [
  { question_id: 81, category: 'writing', turns: ['Write.', 'Again.'] },
  { question_id: 101, category: 'math', turns: ['1+1?', '2+2?'], reference: ['2', '4'] },
];
const answer = (model: string, id: number, turns: readonly string[] = [`${model}1`, `${model}2`]) => ({
  question_id: id,
  answer_id: `${model}${id}`,
  model_id: model,
  choices: [{ index: 0, turns }],
  tstamp: 1,
});
const pair = (id: number, turn: number, g1: string, g2: string, models = ['x', 'y']) => ({
  question_id: id,
  model_1: models[0],
  model_2: models[1],
  g1_winner: g1,
  g2_winner: g2,
  turn,
  judge: ['gpt-4', 'pair-v2'],
  g1_user_prompt: 'long',
  g1_judgment: 'long',
});
const single = (model: string, id: number, turn: number, score: number) => ({
  question_id: id,
  model,
  judge: ['gpt-4', 'single-v1'],
  user_prompt: 'long',
  judgment: 'long',
  score,
  turn,
});
const ANSWERS = {
  'model_answer/x.jsonl': [answer('x', 81), answer('x', 101)],
  'model_answer/y.jsonl': [answer('y', 81), answer('y', 101)],
};

test('questions, answers and pair judgements in files of their own are joined, in any order of the files', async () => {
  const judged = [
    pair(81, 1, 'model_1', 'model_1'),
    pair(81, 2, 'model_1', 'model_2'),
    pair(101, 1, 'tie', 'tie'),
    pair(101, 2, 'model_2', 'model_2', ['y', 'x']),
  ];
  const items = await read({ 'gpt-4_pair.jsonl': judged, ...ANSWERS, 'question.jsonl': QUESTIONS });
  expect(items).toMatchObject([
    {
      example: {
        id: '81 turn 1',
        category: 'writing',
        question: { instruction: 'Write.' },
        candidates: [
          { model: 'x', text: 'x1' },
          { model: 'y', text: 'y1' },
        ],
        verdicts: [{ left: 0, right: 1, outcome: 'left' }],
        references: [],
      },
    },
    {
      example: {
        id: '81 turn 2',
        candidates: [{ text: 'Assistant: x1\n\nUser: Again.\n\nAssistant: x2' }, {}],
        // The two games disagree.
        verdicts: [{ outcome: 'tie' }],
      },
    },
    { example: { id: '101 turn 1', verdicts: [{ outcome: 'tie' }], references: ['2'] } },
    {
      example: {
        id: '101 turn 2',
        verdicts: [{ left: 1, right: 0, outcome: 'right' }],
        references: ['Assistant: 2\n\nUser: 2+2?\n\nAssistant: 4'],
      },
    },
  ]);
  const prompts = items.map((item) => 'example' in item && item.example.prompt);
  // The turns of a question are one prompt.
  expect(new Set(prompts).size).toBe(2);
});

test('scores of single answers are preferences, and reference answers a file of their own', async () => {
  const items = await read({
    'question.jsonl': QUESTIONS.slice(0, 1),
    'a.jsonl': [answer('x', 81)],
    'b.jsonl': [answer('y', 81)],
    'mt_bench/reference_answer/gpt-4.jsonl': [answer('gpt-4', 81, ['r1', 'r2'])],
    'gpt-4_single.jsonl': [
      single('x', 81, 1, 9),
      single('y', 81, 1, 4),
      single('x', 81, 2, 7.5),
      single('y', 81, 2, -1),
    ],
  });
  expect(items).toMatchObject([
    { problem: { place: 'gpt-4_single.jsonl, line 4', reason: expect.stringContaining('score is -1') } },
    { example: { candidates: [{ preference: 9 }, { preference: 4 }], references: ['r1'] } },
    { example: { candidates: [{ preference: 7.5 }, { model: 'y' }] } },
  ]);
});

test('rows that cannot be used or joined are named with their place and the reason', async () => {
  const items = await read({
    'question.jsonl': [...QUESTIONS, { question_id: 81, turns: ['Else'] }, { question_id: 9, turns: [] }],
    'x.jsonl': [answer('x', 81), answer('x', 81), answer('x', 101, ['only one']), answer('x', 7)],
    'pair.jsonl': [
      pair(81, 1, 'model_1', 'perhaps'),
      pair(81, 1, 'model_1', 'model_1', ['x', 'absent']),
      pair(81, 1, 'error', 'error'),
      { ...pair(81, 1, 'tie', 'tie'), turn: 'first' },
    ],
  });
  expect(items.flatMap((item) => ('problem' in item ? [`${item.problem.place}: ${item.problem.reason}`] : []))).toEqual(
    [
      expect.stringContaining('question.jsonl, line 3: question_id is "81"'),
      expect.stringContaining('question.jsonl, line 4: turns is []'),
      expect.stringContaining('x.jsonl, line 2: model_id is "x"'),
      expect.stringContaining('pair.jsonl, line 1: g2_winner is "perhaps"'),
      expect.stringContaining('pair.jsonl, line 3: g1_winner is "error"'),
      expect.stringContaining('pair.jsonl, line 4: turn is "first"'),
      'x.jsonl, line 3: the answer of x to the question 101 has no turn 2.',
      'x.jsonl, line 4: no file has the question 7: name question.jsonl of the benchmark as well.',
      expect.stringContaining(
        'pair.jsonl, line 2: 1 judgement names absent, of which no answer to these questions was read',
      ),
    ],
  );
  expect(items.flatMap((item) => ('example' in item ? [item.example.id] : []))).toEqual([
    '81 turn 1',
    '81 turn 2',
    '101 turn 1',
  ]);
});

test('further choices are candidates, and the first one is judged', async () => {
  const x = { ...answer('x', 81), choices: [['a1', 'a2'], ['b1']].map((turns, index) => ({ index, turns })) };
  const items = await read({
    'question.jsonl': QUESTIONS.slice(0, 1),
    'model_answer/x.jsonl': [x],
    'model_answer/y.jsonl': [answer('y', 81)],
    'reference_answer/gpt-4.jsonl': [{ ...x, model_id: 'gpt-4' }],
    'pair.jsonl': [pair(81, 1, 'model_2', 'model_2'), pair(81, 2, 'model_1', 'model_1')],
    'single.jsonl': [single('x', 81, 1, 7)],
  });
  expect(items).toMatchObject([
    {
      example: {
        candidates: [
          { model: 'x', text: 'a1', preference: 7 },
          { model: 'x', text: 'b1' },
          { model: 'y', text: 'y1' },
        ],
        verdicts: [{ left: 0, right: 2, outcome: 'right' }],
        references: ['a1', 'b1'],
      },
      notes: [{ reason: expect.stringContaining('x has several choices in 1 answer.') }],
    },
    { problem: { place: 'model_answer/x.jsonl, line 1', reason: expect.stringContaining('choice 1 of the answer') } },
    { example: { candidates: [{ model: 'x' }, { model: 'y' }], verdicts: [{ left: 0, right: 1, outcome: 'left' }] } },
  ]);
});

test('questions and answers in the form before turns, and questions as on the hub', async () => {
  const files = {
    'question.jsonl': [{ question_id: 1, text: 'How?', category: 'generic' }],
    'x.jsonl': [{ answer_id: 'k', question_id: 1, model_id: 'x', text: 'So.', metadata: {} }],
  };
  await expect(read(files)).resolves.toMatchObject([
    { example: { id: '1', category: 'generic', candidates: [{ model: 'x', text: 'So.' }] } },
  ]);
  const hub = [{ prompt: ['Write.', 'Again.'], reference: [], category: 'writing', prompt_id: 81 }];
  await expect(read({ 'prompts.jsonl': hub }, true)).resolves.toMatchObject([
    { example: { id: '81', question: { instruction: 'Write.' }, references: [] }, notes: [{}] },
  ]);
});

test('as prompts alone, the first turn of each question is asked', async () => {
  await expect(read({ 'question.jsonl': QUESTIONS }, true)).resolves.toMatchObject([
    {
      example: { id: '81', question: { instruction: 'Write.' }, candidates: [] },
      notes: [{ place: 'question.jsonl, line 1', reason: 'the question 81 has 2 turns, of which the first is asked.' }],
    },
    { example: { id: '101', references: ['2'] } },
  ]);
  await expect(read({ 'question.jsonl': QUESTIONS })).resolves.toMatchObject([
    { problem: { reason: expect.stringContaining('no file has an answer to the question 81') } },
    { problem: { place: 'question.jsonl, line 2' } },
  ]);
});
