import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { type ExampleItem, readExamples } from './read-examples.ts';

/** Of a file with these lines, or with this text. */
async function read(content: string | readonly object[], name = 'data.jsonl'): Promise<readonly ExampleItem[]> {
  const text = typeof content === 'string' ? content : content.map((row) => JSON.stringify(row)).join('\n');
  const items: ExampleItem[] = [];
  for await (const item of readExamples({ sources: [{ name, chunks: Readable.from([text]) }] })) items.push(item);
  return items;
}

/** Each row of CSV as a list of its cells. */
const csv = (rows: readonly (readonly unknown[])[]) =>
  rows
    .map((row) =>
      row
        .map((cell) => `"${(typeof cell === 'string' ? cell : JSON.stringify(cell)).replaceAll('"', '""')}"`)
        .join(','),
    )
    .join('\r\n');

const verdict = (outcome: string) => [{ left: 0, right: 1, outcome }];

const PANDA = {
  idx: 4,
  motivation_app: 'Gmail',
  cmp_key: 'opt-7b_bloom-7b',
  instruction: 'Sum up.',
  input: 'A mail.',
  response1: 'x',
  response2: 'y',
};

test('PandaLM: the majority of three people, of whom 0 is a tie', async () => {
  const votes = [
    [1, 1, 2],
    [0, 2, 0],
    [2, 2, 2],
    [0, 1, 2],
    [1, 1, 7],
  ] as const;
  const items = await read(
    votes.map(([annotator1, annotator2, annotator3]) => ({ ...PANDA, annotator1, annotator2, annotator3 })),
  );
  expect(items).toMatchObject([
    {
      example: {
        id: '4',
        question: { instruction: 'Sum up.', input: 'A mail.' },
        candidates: [
          { text: 'x', model: 'opt-7b' },
          { text: 'y', model: 'bloom-7b' },
        ],
        verdicts: verdict('left'),
        category: 'Gmail',
      },
    },
    { example: { verdicts: verdict('tie') } },
    { example: { verdicts: verdict('right') } },
    { problem: { place: 'data.jsonl, line 4', reason: expect.stringContaining('expected a majority') } },
    { problem: { place: 'data.jsonl, line 5', reason: expect.stringContaining('annotator3 is 7') } },
  ]);
});

const TLDR = {
  info: { id: 't3', post: 'Long story.', title: 'T', subreddit: 'tifu', article: null },
  summaries: [
    { text: 's0', policy: 'sup' },
    { text: 's1', policy: 'ref' },
  ],
};
const WEB_GPT = {
  question: { dataset: 'eli5', id: 'e', full_text: 'Why?' },
  answer_0: 'w0',
  answer_1: 'w1',
  quotes_0: { title: [] },
  score_0: -0.5,
  score_1: 0.5,
};
const SHP = { history: 'How?', domain: 'askbaking', human_ref_A: 'A', human_ref_B: 'B', score_A: 1, score_B: 9 };

test.each([
  ['comparisons of summaries, the first', { ...TLDR, choice: 0 }, verdict('left'), 'tifu'],
  ['comparisons of summaries, the second', { ...TLDR, choice: 1 }, verdict('right'), 'tifu'],
  ['SHP, the second', { ...SHP, labels: 0 }, verdict('right'), 'askbaking'],
  ['SHP, the first', { ...SHP, labels: 1 }, verdict('left'), 'askbaking'],
  [
    'columns of chosen answers by another name',
    { instruction: 'Q', chosen_response: 'A', rejected_response: 'B', source: ['flan'] },
    verdict('left'),
    'flan',
  ],
  [
    'answers with the numbers 0 and 1',
    { prompt: 'Q', response_0: 'A', response_1: 'B', better_response_id: 1 },
    verdict('right'),
    undefined,
  ],
  [
    'models with letters beside answers with numbers',
    { prompt: 'Q', response_1: 'A', response_2: 'B', model_a: 'x', model_b: 'y', winner: 'y' },
    verdict('right'),
    undefined,
  ],
  [
    'chosen and rejected beside the candidates that they are of',
    { input: 'Q', generations: ['A', 'B'], chosen: 'B', rejected: 'A' },
    [{ left: 1, right: 0, outcome: 'left' }],
    undefined,
  ],
  [
    'the text of the better answer',
    { prompt: 'Q', response_a: 'Yes.', response_b: 'No.', preferred: 'No.' },
    verdict('right'),
    undefined,
  ],
  [
    'ranks of several answers',
    {
      prompt: '\n\nHuman: Q\n\nAssistant: ',
      answers: [2, 1, 2].map((rank) => ({ answer: `of ${rank}`, model: `m${rank}`, rank })),
      source: ['sharegpt'],
    },
    [
      { left: 0, right: 1, outcome: 'right' },
      { left: 0, right: 2, outcome: 'tie' },
      { left: 1, right: 2, outcome: 'left' },
    ],
    'sharegpt',
  ],
  [
    'answers that are right or wrong',
    { question: 'Q', answers: ['A', 'B', 'C'], labels: [0, 1, 0] },
    [
      { left: 1, right: 0, outcome: 'left' },
      { left: 1, right: 2, outcome: 'left' },
    ],
    undefined,
  ],
  ['ranks of an earlier ranking', { prompt: 'Q', candidates: [{ text: 'A', rank: 1, score: 2 }, 'B'] }, [], undefined],
])('verdicts: %s', async (_, row, verdicts, category) => {
  const [item] = await read([row]);
  expect(item).toMatchObject({ example: { verdicts, category } });
});

test.each([
  [
    'UltraFeedback',
    [
      {
        instruction: 'Q',
        completions: [
          { response: 'A', model: 'x', overall_score: 8.5, 'fine-grained_score': 4.25 },
          { response: 'B', model: 'y', overall_score: 6, 'fine-grained_score': 3 },
        ],
      },
    ],
    [
      { model: 'x', preference: 4.25, scores: { 'fine-grained_score': 4.25, overall_score: 8.5 } },
      { model: 'y', preference: 3 },
    ],
  ],
  [
    'HelpSteer, one answer in a row',
    [4, 2].map((helpfulness) => ({ prompt: 'Q', response: `of ${helpfulness}`, helpfulness, correctness: 3 })),
    [
      { text: 'of 4', preference: 4, scores: { helpfulness: 4, correctness: 3 } },
      { text: 'of 2', preference: 2 },
    ],
  ],
  ['WebGPT', [WEB_GPT], [{ text: 'w0', preference: -0.5 }, { preference: 0.5 }]],
  ['a list of ratings', [{ instruction: 'Q', generations: ['A', 'B'], ratings: [5, null] }], [{ preference: 5 }, {}]],
])('preferences: %s', async (_, rows, candidates) => {
  await expect(read(rows)).resolves.toMatchObject([{ example: { candidates, verdicts: [] } }]);
});

test('lists and objects in the cells of a table', async () => {
  const battle = csv([
    ['question_id', 'model_a', 'model_b', 'winner', 'turn', 'conversation_a', 'conversation_b'],
    [
      '81',
      'x',
      'y',
      'tie (inconsistent)',
      '1',
      ...['x', 'y'].map((model) =>
        ['Q1', `${model}1`, 'Q2', `${model}2`].map((content, index) => ({
          role: index % 2 === 0 ? 'user' : 'assistant',
          content,
        })),
      ),
    ],
  ]);
  await expect(read(battle, 'human.csv')).resolves.toMatchObject([
    { example: { candidates: [{ text: 'x1' }, { text: 'y1' }], verdicts: verdict('tie') } },
  ]);
  const bench = csv([
    ['prompt', 'chosen', 'rejected', 'num_correct', 'num_incorrect', 'total_completions', 'models', 'subset'],
    ['Q', ['A'], ['B', 'C'], 1, 2, 3, ['x', 'y', 'z'], 'Math'],
    ['Q', ['A'], ['B'], 1, 2, 3, ['x', 'y', 'z'], 'Math'],
  ]);
  await expect(read(bench, 'bench.csv')).resolves.toMatchObject([
    { example: { candidates: [{ text: 'A', model: 'x' }, { text: 'B' }, { text: 'C', model: 'z' }] } },
    { problem: { place: 'bench.csv, row 2', reason: expect.stringContaining('total_completions is "3"') } },
  ]);
});

test('rows within an object, as the viewer of the hub gives them', async () => {
  const panda = { ...PANDA, annotator1: 2, annotator2: 2, annotator3: 1 };
  const bench = { prompt: 'Q', chosen: 'A', rejected: 'B', chosen_model: 'x', subset: 'refusals' };
  const rows = [panda, bench].map((row, index) => ({ row_idx: index, row, truncated_cells: [] }));
  await expect(read(JSON.stringify({ features: [], rows }, null, 2), 'rows.json')).resolves.toMatchObject([
    { example: { verdicts: verdict('right'), category: 'Gmail' } },
    { example: { candidates: [{ model: 'x' }, {}], verdicts: verdict('left'), category: 'refusals' } },
  ]);
});

test.each([
  [{ prompt: 'Q', response_1: 'A', response_2: 'B', preference: null }, 'preference is null'],
  [{ prompt: 'Q', response_a: 'A', response_b: 'B', overall_preference: 1 }, 'overall_preference is read beside'],
  [{ prompt: 'Q', chosen: ['A'], rejected: ['B', 'C'], models: ['x'] }, 'models has not one name'],
  [{ prompt: 'Q', chosen: 'A', rejected: 'A' }, 'are the same'],
  [{ input: 'Q', targets: { choices: ['A', 'B'], labels: [0, 0] } }, 'all labels are 0'],
  [{ prompt: 'Q', response_a: 'A', response_b: 'B', winner_model_a: '', winner_tie: '' }, 'winner_model_a is ""'],
  [{ prompt: 'Q', responses: ['A', 'B', 'C'], winner: 'nobody' }, 'winner is "nobody"'],
  [{ prompt: 'Q', responses: [{ text: 'A', rating: 'N/A' }, 'B'] }, 'candidates[0].rating is "N/A"'],
])('row %# is used, with a note', async (row, reason) => {
  await expect(read([row])).resolves.toMatchObject([
    { example: {}, notes: [{ place: 'data.jsonl, line 1', reason: expect.stringContaining(reason) }] },
  ]);
});

test.each([
  [{ prompt: 'Q', completions: ['Step 1', 'Step 2'], labels: [true, false] }, 'the steps of one answer'],
  [{ prompt: 'Q', a: 'A', b: 'B', model_a: 'b', model_b: 'a', winner: 'b' }, 'winner is "b"'],
  [
    { prompt: 'Q', response_a: 'A', response_b: 'B', winner_model_a: 1, winner_model_b: 0, winner_tie: 1 },
    'more than one of winner_model_a',
  ],
  [{ input: 'Q', generations: ['A', 'B'], chosen: 'C', rejected: 'A' }, 'chosen is "C"'],
  [{ prompt: 'Q', responses: ['A', 'B'], ratings: [1] }, 'ratings is [1]'],
  [{ ...TLDR, choice: 2 }, 'choice is 2'],
  [{ question_id: 1, model: 'x', games: [{ score: 'A>B' }] }, 'Arena-Hard'],
  [{ ...WEB_GPT, score_1: null }, 'score_1 is missing'],
])('row %# is a problem', async (row, reason) => {
  await expect(read([row, { prompt: 'Q', a: 'A', b: 'B', label: 1 }])).resolves.toMatchObject([
    { problem: { place: 'data.jsonl, line 1', reason: expect.stringContaining(reason) } },
    { example: {} },
  ]);
});
