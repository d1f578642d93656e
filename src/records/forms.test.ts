import { expect, test } from 'vitest';
import { readFiles, type TestFile } from './__fixtures__/read-file.ts';

const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });

/** Rows as programs and data sets write them, and what is read from each. */
const FORMS: readonly (readonly [form: string, row: object, read: string])[] = [
  ['texts', { id: 'x', instruction: 'Q', candidates: ['A', 'B'] }, '"x": Q => A | B'],
  ['texts with models', { prompt: 'Q', candidates: [{ text: 'A', model: 'm' }, 'B'] }, '#1: Q => [m] A | B'],
  [
    'pool12',
    { id: 'p', instruction: 'Q', reference: 'R', candidates: [{ model: 'm', output: 'A', preference: 0.1 }] },
    '"p": Q => [m] A',
  ],
  ['responses', { prompt: 'Q', responses: ['A', 'B'] }, '#1: Q => A | B'],
  ['responses by model', { prompt: 'Q', responses: { 'gpt-4': 'A', claude: 'B' } }, '#1: Q => [gpt-4] A | [claude] B'],
  ['an input beside the instruction', { instruction: 'Add.', input: '2 2', candidates: ['4'] }, '#1: Add. + 2 2 => 4'],
  [
    'MixInstruct',
    {
      id: 'unified_chip2/1',
      instruction: '',
      input: 'Q',
      output: 'R',
      candidates: [
        { decoding_method: 'top_p_sampling', model: 'koala', text: 'A', scores: { bleu: 1 } },
        { model: 'vicuna', text: 'B', scores: {} },
      ],
      cmp_results: '{"koala,vicuna": "A is better"}',
    },
    '"unified_chip2/1":  + Q => [koala] A | [vicuna] B',
  ],
  [
    'our pairs',
    { id: 1, source: 's', instruction: 'Q', a: 'A', b: 'B', model_a: 'm', model_b: 'n', label: 1, margin: 2.5 },
    '1: Q => [m] A | [n] B',
  ],
  [
    'a preference',
    { prompt: 'Q', chosen: 'A', rejected: 'B', chosen_model: 'm', rejected_model: 'n' },
    '#1: Q => [m] A | [n] B',
  ],
  [
    'a preference with hyphens',
    { question: 'Q', chosen: 'A', rejected: 'B', 'chosen-model': 'm', 'rejected-model': 'n' },
    '#1: Q => [m] A | [n] B',
  ],
  ['several rejected', { id: '7', prompt: 'Q', chosen: ['A'], rejected: ['B', 'C'] }, '"7": Q => A | B | C'],
  [
    'a preference of messages',
    {
      prompt: 'Q',
      prompt_id: 'h',
      chosen: [user('Q'), assistant('A')],
      rejected: [user('Q'), assistant('B')],
      messages: [user('Q'), assistant('A')],
      score_chosen: 9,
    },
    '"h": Q => A | B',
  ],
  [
    'a preference without a prompt',
    {
      chosen: [{ role: 'system', content: 'S' }, user('Q'), assistant('A')],
      rejected: [{ role: 'system', content: 'S' }, user('Q'), assistant('B')],
    },
    '#1: system:S user:Q => A | B',
  ],
  [
    'a prompt of messages',
    { prompt: [user('Q')], chosen: [assistant('A')], rejected: [assistant('B')] },
    '#1: Q => A | B',
  ],
  [
    'HH-RLHF',
    {
      chosen: '\n\nHuman: Hi\n\nAssistant: Yes?\n\nHuman: Q\n\nAssistant: A',
      rejected: '\n\nHuman: Hi\n\nAssistant: Yes?\n\nHuman: Q\n\nAssistant: B',
    },
    '#1: user:Hi assistant:Yes? user:Q => A | B',
  ],
  [
    'HH-RLHF that parts early',
    {
      chosen: '\n\nHuman: Q\n\nAssistant: A\n\nHuman: R\n\nAssistant: C',
      rejected: '\n\nHuman: Q\n\nAssistant: B\n\nHuman: R\n\nAssistant: D',
    },
    '#1: Q => Assistant: A\n\nUser: R\n\nAssistant: C | Assistant: B\n\nUser: R\n\nAssistant: D (conversations)',
  ],
  [
    'a prompt as HH-RLHF writes it',
    {
      prompt: '\n\nHuman: Q\n\nAssistant: ',
      answers: [
        { answer: 'A', model: 'm', rank: 2 },
        { answer: 'B', model: 'n', rank: 1 },
      ],
    },
    '#1: Q => [m] A | [n] B',
  ],
  [
    'UltraFeedback',
    {
      source: 'evol',
      instruction: 'Q',
      models: ['m', 'n'],
      completions: [
        { model: 'm', principle: 'p', response: 'A', annotations: {} },
        { model: 'n', response: 'B' },
      ],
    },
    '#1: Q => [m] A | [n] B',
  ],
  [
    'distilabel',
    { instruction: 'Q', generations: ['A', 'B'], generation_models: ['m', 'n'], ratings: [1, 2] },
    '#1: Q => [m] A | [n] B',
  ],
  ['a system prompt', { system: 'S', input: 'Q', generations: ['A', 'B'] }, '#1: {S} Q => A | B'],
  [
    'AlpacaEval comparisons',
    {
      instruction: 'Q',
      output_1: 'A',
      output_2: 'B',
      generator_1: 'm',
      generator_2: 'n',
      annotator: 'x',
      preference: 2,
    },
    '#1: Q => [m] A | [n] B',
  ],
  [
    'Arena',
    {
      question_id: 'a',
      model_a: 'm',
      model_b: 'n',
      winner: 'model_a',
      conversation_a: [user('Q'), assistant('A')],
      conversation_b: [user('Q'), assistant('B')],
      turn: 1,
    },
    '"a": Q => [m] A | [n] B',
  ],
  [
    'Arena with turns in JSON',
    { id: 3, model_a: 'm', model_b: 'n', prompt: '["Q","R"]', response_a: '["A","C"]', response_b: '["B","D"]' },
    '3: Q => [m] Assistant: A\n\nUser: R\n\nAssistant: C | [n] Assistant: B\n\nUser: R\n\nAssistant: D (conversations)',
  ],
  [
    'Arena with one turn in JSON',
    { id: 3, prompt: '["Q"]', response_a: '["A"]', response_b: '["B"]' },
    '3: Q => A | B',
  ],
  [
    'an answer that is JSON',
    { prompt: 'Q', response_a: '["red"]', response_b: '{"a":1}' },
    '#1: Q => ["red"] | {"a":1}',
  ],
  [
    'OpenAI preference',
    {
      input: { messages: [user('Q')], tools: [] },
      preferred_output: [assistant('A')],
      non_preferred_output: [assistant('B')],
    },
    '#1: Q => A | B',
  ],
  [
    'Gemini preference',
    {
      contents: [{ role: 'user', parts: [{ text: 'Q' }] }],
      completions: [
        { score: 1, completion: { role: 'model', parts: [{ text: 'A' }] } },
        { score: 0, completion: { role: 'model', parts: [{ text: 'B' }] } },
      ],
    },
    '#1: Q => A | B',
  ],
  [
    'OpenAI choices',
    {
      id: 'c',
      messages: [user('Q')],
      choices: [
        { index: 0, message: assistant('A') },
        { index: 1, message: assistant('B') },
      ],
    },
    '"c": Q => A | B',
  ],
  [
    'messages and candidates',
    { messages: [{ role: 'system', content: 'S' }, user('Q')], candidates: ['A', 'B'] },
    '#1: system:S user:Q => A | B',
  ],
  [
    'parts of messages',
    {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Q' },
            { type: 'image_url', image_url: {} },
          ],
        },
      ],
      candidates: ['A', 'B'],
    },
    '#1: Q[image_url] => A | B',
  ],
  [
    'ShareGPT',
    {
      conversations: [{ from: 'human', value: 'Q' }],
      chosen: { from: 'gpt', value: 'A' },
      rejected: { from: 'gpt', value: 'B' },
    },
    '#1: Q => A | B',
  ],
  [
    'a conversation with its answer',
    {
      id: 's',
      conversations: [
        { from: 'system', value: 'S' },
        { from: 'human', value: 'Q' },
        { from: 'gpt', value: 'A' },
      ],
    },
    'warning: ALONE\n"s": system:S user:Q => A',
  ],
  [
    'context of messages',
    { domain: 'code', context: [user('Q')], response1: 'A', response2: 'B', overall_preference: 1 },
    '#1: Q => A | B',
  ],
  ['SHP', { post_id: 'z', history: 'Q', human_ref_A: 'A', human_ref_B: 'B', labels: 1 }, '#1: Q => A | B'],
  [
    'WebGPT',
    { question: { dataset: 'd', full_text: 'Q' }, answer_0: 'A', answer_1: 'B', score_0: 1 },
    '#1: Q => A | B',
  ],
  [
    'numbered answers, the last ones blank',
    { question: 'Q', answer1: 'A', answer2: 'B', answer10: '', answer3: null },
    '#1: Q => A | B',
  ],
  [
    'columns called after models',
    { question: 'Q', 'gpt-4_response': 'A', claude_response: 'B', reference_response: 'R' },
    '#1: Q => [gpt-4] A | [claude] B',
  ],
  [
    'capitals and blanks',
    { Prompt: 'Q', 'Response A': 'A', 'Response B': 'B', 'Model A': 'm', 'Model B': 'n' },
    '#1: Q => [m] A | [n] B',
  ],
  [
    'answers called after model a and b',
    { prompt: 'Q', model_a_response: 'A', model_b_response: 'B' },
    '#1: Q => A | B',
  ],
  [
    'rows of the dataset viewer',
    { row_idx: 4, row: { prompt: 'Q', chosen: 'A', rejected: 'B' }, truncated_cells: [] },
    '4: Q => A | B',
  ],
  ['Label Studio', { id: 9, data: { prompt: 'Q', answer1: 'A', answer2: 'B' }, annotations: [] }, '9: Q => A | B'],
  [
    'promptfoo',
    {
      promptIdx: 0,
      testIdx: 1,
      vars: { q: 'x' },
      prompt: { raw: 'Q', label: 'l' },
      provider: { id: 'openai:m', label: '' },
      response: { output: 'A', tokenUsage: {} },
      success: true,
    },
    'warning: ALONE\n#1: Q => [openai:m] A',
  ],
  ['KTO', { prompt: 'Q', completion: 'A', label: true }, 'warning: ALONE\n#1: Q => A'],
];

test.each(FORMS)('%s', async (_, row, read) => {
  const alone =
    'Each question has one answer only, so there is nothing to compare it with. Name the files of other models as well.';
  expect(await readFiles([['F.jsonl', row]])).toBe(read.replace('ALONE', alone));
});

test('answers in rows of their own are collected by their question, over all files', async () => {
  const rows = (generator: string | undefined, ...outputs: string[]) =>
    outputs.map((output, index) => ({ dataset: 'd', instruction: `Q${index + 1}`, output, generator }));
  const files: readonly TestFile[] = [
    ['out/gpt4.json', rows('gpt4', 'A1', 'A2')],
    ['out/claude-2.json', rows(undefined, 'B1', 'B2')],
  ];
  const read = '1: Q1 => [gpt4] A1 | [claude-2] B1\n2: Q2 => [gpt4] A2 | [claude-2] B2';
  expect(await readFiles(files)).toBe(read);
  expect(await readFiles(files, { form: 'pair' })).toBe(read);
  expect(await readFiles([['F.json', [...rows('m', 'A1', 'A2'), ...rows('n', 'B1')]]])).toBe(
    '#1: Q1 => [m] A1 | [n] B1\n#2: Q2 => [m] A2',
  );
  expect(await readFiles([['F.csv', 'id,prompt,model,response\n7,Q,m,A\n7,Q,n,B\n8,R,m,C\n9,R,n,D\n']])).toBe(
    '"7": Q => [m] A | [n] B\n#3: R => [m] C | [n] D',
  );
});

test('forms may differ from row to row, ids repeat, and counts differ', async () => {
  const content = [
    { id: 1, prompt: 'Q', responses: ['A'] },
    { id: 1, instruction: 'Q', a: 'A', b: 'B' },
    { id: '1', question: 'Q', chosen: 'A', rejected: 'B' },
    { id: 2, prompt: 'Q' },
  ].map((row) => JSON.stringify(row));
  expect(await readFiles([['F.jsonl', content.join('\n')]])).toMatchInlineSnapshot(`
    "1: Q => A
    1: Q => A | B
    "1": Q => A | B
    error: F.jsonl, line 4: it has a question, and no answers to it were found. Its fields: id, prompt."
  `);
});
