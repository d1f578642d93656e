import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type ExampleItem, readExamples, type ReadExamplesOptions } from './read-examples.ts';

const source = (content: string | Uint8Array, name = 'data.jsonl') => ({ name, chunks: Readable.from([content]) });

async function read(content: string | Uint8Array, options: Partial<ReadExamplesOptions> = {}) {
  return collect(readExamples({ sources: [source(content)], ...options }));
}

async function collect(items: AsyncIterable<ExampleItem>): Promise<readonly ExampleItem[]> {
  const all: ExampleItem[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function readRow(row: object, options: Partial<ReadExamplesOptions> = {}): Promise<ExampleItem> {
  const [item, ...more] = await read(`${JSON.stringify(row)}\n`, options);
  expect(more).toEqual([]);
  if (item === undefined) throw new Error('nothing was read');
  return item;
}

const mixInstruct = (cmpResults: unknown, others: object = {}) => ({
  id: 'unified_chip2/69962',
  instruction: '',
  input: 'What is a skeptic?',
  output: 'Someone who questions.',
  candidates: ['vicuna', 'alpaca', 'moss'].map((model) => ({
    decoding_method: 'top_p_sampling',
    model,
    text: `I am ${model}.`,
    scores: { bleu: 1.5, bertscore: 0.75, bleurt: null },
  })),
  ...(cmpResults === undefined ? {} : { cmp_results: cmpResults }),
  ...others,
});
const CMP = { 'vicuna,alpaca': 'A is better', 'moss,vicuna': 'Same bad', 'alpaca,moss': 'Same good' };
const CMP_VERDICTS = [
  { left: 0, right: 1, outcome: 'left' },
  { left: 2, right: 0, outcome: 'both-bad' },
  { left: 1, right: 2, outcome: 'tie' },
];

test.each([
  ['an object', CMP, CMP_VERDICTS],
  ['a JSON text', JSON.stringify(CMP), CMP_VERDICTS],
  ['"null"', 'null', []],
  ['null', null, []],
  ['absent', undefined, []],
  ['an empty object', {}, []],
])('cmp_results of MixInstruct as %s', async (_, given, verdicts) => {
  await expect(readRow(mixInstruct(given))).resolves.toMatchObject({
    example: {
      id: 'unified_chip2/69962',
      question: { instruction: '', input: 'What is a skeptic?' },
      category: 'unified_chip2',
      references: ['Someone who questions.'],
      candidates: [
        { model: 'vicuna', text: 'I am vicuna.', scores: { bleu: 1.5, bertscore: 0.75 } },
        { model: 'alpaca' },
        { model: 'moss' },
      ],
      verdicts,
    },
    notes: [],
  });
});

test('MixInstruct is read as JSONL, as an indented JSON list and compressed', async () => {
  const rows = [mixInstruct(CMP), mixInstruct('null', { id: 'laion/1' })];
  const lines = rows.map((row) => JSON.stringify(row)).join('\n');
  const list = JSON.stringify(rows, null, 4);
  for (const content of [lines, list, gzipSync(lines)]) {
    const items = await read(content);
    expect(items.map((item) => 'example' in item && item.example.id)).toEqual(['unified_chip2/69962', 'laion/1']);
  }
});

test('a comparison with a model that wrote no candidate is left out, and noted', async () => {
  const item = await readRow(mixInstruct({ ...CMP, 'vicuna,fused': 'B is better' }));
  expect(item).toMatchObject({
    example: { verdicts: CMP_VERDICTS },
    notes: [{ place: 'data.jsonl, line 1', reason: expect.stringContaining('vicuna,fused') }],
  });
});

const AB = { id: 'q', instruction: 'Say it.', a: 'A!', b: 'B!' };
const NUMBERED = { instruction: 'Say it.', output_1: 'A!', output_2: 'B!' };
const talk = (...answers: string[]) =>
  answers.flatMap((content, index) => [
    { role: 'user', content: `Question ${index + 1}` },
    { role: 'assistant', content },
  ]);
const BATTLE = {
  question_id: 81,
  model_a: 'x',
  model_b: 'y',
  judge: 'author_2',
  conversation_a: talk('a1', 'a2'),
  conversation_b: talk('b1', 'b2'),
};
const battle = { model_a: 'x', model_b: 'y', prompt: '["Hi"]', response_a: '["A"]', response_b: '["B"]' };

test.each([
  ['ours, a better', { ...AB, label: 1 }, 'left'],
  ['ours, b better', { ...AB, label: 0 }, 'right'],
  ['ours, a tie of people', { ...AB, label: 0.5 }, 'tie'],
  ['AlpacaEval, the first', { ...NUMBERED, generator_1: 'm1', generator_2: 'm2', preference: 1.0 }, 'left'],
  ['AlpacaEval, a probability', { ...NUMBERED, preference: 1.87 }, 'right'],
  ['LLMBar', { input: 'Say it.', output_1: 'A!', output_2: 'B!', label: 2 }, 'right'],
  ['RewardBench', { id: 3, prompt: 'Say it.', chosen: 'A!', rejected: 'B!', subset: 'hep-js' }, 'left'],
  ['RewardBench as messages', { chosen: talk('good'), rejected: talk('bad') }, 'left'],
  ['MT-Bench', { ...BATTLE, winner: 'model_b', turn: 2 }, 'right'],
  ['MT-Bench, the first turn', { ...BATTLE, winner: 'tie', turn: 1 }, 'tie'],
  ['Arena, both bad', { ...BATTLE, winner: 'tie (bothbad)' }, 'both-bad'],
  ['Arena of 2025', { ...BATTLE, winner: 'both_bad' }, 'both-bad'],
  ['Arena with columns', { ...battle, winner_model_a: 0, winner_model_b: 0, winner_tie: 1 }, 'tie'],
  ['the name of a model', { ...AB, model_a: 'gpt', model_b: 'claude', winner: 'claude' }, 'right'],
  ['a letter', { ...AB, winner: 'A' }, 'left'],
  ['an order', { question: 'Q', response_A: 'A', response_B: 'B', label: 'B>A' }, 'right'],
  ['an order of a judge', { ...AB, verdict: '[[A>>B]]' }, 'left'],
  ['an order, the other sign', { ...AB, verdict: 'A<B' }, 'right'],
  ['an order that is none', { ...AB, verdict: 'A=B' }, 'tie'],
  ['true', { ...AB, label: true }, 'left'],
  ['AlpacaEval, a tie of people', { ...NUMBERED, preference: 0 }, 'tie'],
  ['HelpSteer', { prompt: 'Q', response1: 'A', response2: 'B', overall_preference: -2 }, 'left'],
  ['Auto-J, 0-based', { scenario: 's', prompt: 'Q', 'response 1': 'A', 'response 2': 'B', label: 1 }, 'right'],
  ['Auto-J, a tie', { scenario: 's', prompt: 'Q', 'response 1': 'A', 'response 2': 'B', label: 2 }, 'tie'],
])('a pair: %s', async (_, row, outcome) => {
  const item = await readRow(row);
  expect(item).toMatchObject({ example: { verdicts: [{ left: 0, right: 1, outcome }] } });
});

test('multiple choice: each right answer beats each wrong one', async () => {
  const right = [
    { left: 1, right: 0, outcome: 'left' },
    { left: 1, right: 2, outcome: 'left' },
  ];
  const choices = { input: 'Q', targets: { choices: ['A', 'B', 'C'], labels: [0, 1, 0] } };
  const scores = { input: 'Q', target_scores: { A: 0, B: 1, C: 0 } };
  for (const row of [choices, scores]) {
    await expect(readRow(row)).resolves.toMatchObject({
      example: { candidates: [{ text: 'A' }, {}, {}], verdicts: right },
    });
  }
});

test('in the first turn of MT-Bench the second is not shown', async () => {
  await expect(readRow({ ...BATTLE, winner: 'model_a', turn: 1 })).resolves.toMatchObject({
    example: {
      id: '81 turn 1 author_2',
      question: { instruction: 'Question 1' },
      candidates: [
        { text: 'a1', model: 'x' },
        { text: 'b1', model: 'y' },
      ],
    },
  });
  await expect(readRow({ ...BATTLE, winner: 'model_a', turn: 2 })).resolves.toMatchObject({
    example: { candidates: [{ text: 'Assistant: a1\n\nUser: Question 2\n\nAssistant: a2' }, {}] },
  });
});

test('RewardBench 2: every chosen answer beats every rejected one', async () => {
  const row = { id: '7', prompt: 'Q', chosen: ['c1', 'c2'], rejected: ['r1'], models: ['m', 'n', 'o'], subset: 'Ties' };
  await expect(readRow(row)).resolves.toMatchObject({
    example: {
      candidates: [
        { text: 'c1', model: 'm' },
        { text: 'c2', model: 'n' },
        { text: 'r1', model: 'o' },
      ],
      verdicts: [
        { left: 0, right: 2, outcome: 'left' },
        { left: 1, right: 2, outcome: 'left' },
      ],
      category: 'Ties',
    },
  });
});

test('pools with preferences, unequal counts, and what rank reads', async () => {
  const pool = (count: number) => ({
    id: `p${count}`,
    instruction: 'Q',
    dataset: 'koala',
    reference: 'R',
    candidates: Array.from({ length: count }, (_, index) => ({
      model: `m${index}`,
      output: 't',
      preference: index / 10,
    })),
  });
  const items = await read(
    [pool(2), pool(3), { instruction: 'Q', candidates: ['x', 'y'] }].map((row) => JSON.stringify(row)).join('\n'),
  );
  expect(items).toMatchObject([
    {
      example: { id: 'p2', category: 'koala', references: ['R'], candidates: [{ preference: 0 }, { preference: 0.1 }] },
    },
    { example: { candidates: [{}, {}, { preference: 0.2, model: 'm2' }] } },
    { example: { id: '3', candidates: [{ text: 'x' }, { text: 'y' }], verdicts: [] } },
  ]);
});

test('answers of AlpacaEval in rows of their own are collected', async () => {
  const row = (generator: string) => ({ dataset: 'koala', instruction: 'Q', output: `by ${generator}`, generator });
  const sources = ['a', 'b'].map((name) => source(JSON.stringify([row(name)]), `${name}.json`));
  const items = await collect(readExamples({ sources }));
  expect(items).toMatchObject([{ example: { candidates: [{ model: 'a' }, { model: 'b' }], category: 'koala' } }]);
});

test.each([
  [mixInstruct({ 'vicuna,alpaca': 'Nobody' }), 'cmp_results["vicuna,alpaca"] is "Nobody": expected A is better'],
  [mixInstruct('{"vicuna,'), 'cmp_results is'],
  [mixInstruct(null, { candidates: [{ model: 'x', decoding_method: '' }] }), 'candidates[0].text is missing'],
  [{ ...AB, label: 3 }, 'label is 3, which names no winner'],
  [{ scenario: 's', prompt: 'Q', 'response 1': 'A', 'response 2': 'B', label: 3 }, 'label is 3: expected 0'],
  [{ input: 'Q', targets: { choices: ['A', 'B'], labels: [0] } }, 'targets.labels is [0]'],
  [{ ...AB, label: 'perhaps' }, 'label is "perhaps"'],
  [{ ...BATTLE, winner: null }, 'winner is missing'],
  [{ ...BATTLE, winner: 'tie', conversation_b: talk().concat({ role: 'user', content: 'Else' }) }, 'conversation_b'],
  [{ id: 'x', prompt: 'Q', chosen: ['a', 1], rejected: ['b'] }, '1: expected a text'],
  [
    { instruction: 'Q', candidates: [{ text: 'x', preference: 'high' }, { text: 'y' }] },
    'candidates[0].preference is "high"',
  ],
  [{ ...battle, winner_model_a: 0, winner_model_b: 0, winner_tie: 0 }, 'none of winner_model_a'],
  [{ instruction: 'Q', candidates: ['x', 'y'], verdicts: [{ left: 0, right: 2, outcome: 'left' }] }, 'verdicts[0] is'],
])('row %# is listed with its place and reason, and the next is read', async (row, reason) => {
  const items = await read(`${JSON.stringify(row)}\n${JSON.stringify({ ...AB, label: 1 })}\n`);
  expect(items).toMatchObject([
    { problem: { place: 'data.jsonl, line 1', reason: expect.stringContaining(reason) } },
    { example: { id: 'q' } },
  ]);
});

test('prompts alone, and ids that repeat', async () => {
  const rows = ['{"id": 1, "instruction": "Q", "reference": "R"}', '{"id": 1, "instruction": "P"}', '{"id": 2}'];
  await expect(read(rows.join('\n'), { promptsOnly: true })).resolves.toMatchObject([
    { example: { id: '1', candidates: [], references: ['R'] } },
    { example: { id: '1#2' } },
    { problem: { place: 'data.jsonl, line 3' } },
  ]);
});
