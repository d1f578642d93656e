import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readFiles, type TestFile } from './__fixtures__/read-file.ts';

const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });

/** Files as people have them: their contents, what is read from them, and the mapping that it takes. */
const FILES: readonly (readonly [about: string, files: readonly TestFile[], read: string, map?: readonly string[]])[] =
  [
    [
      'answers by model',
      [['f.jsonl', { id: 1, question: 'Q', answers: { gpt: 'A', llama: 'B' } }]],
      '1: Q => [gpt] A | [llama] B',
    ],
    [
      'capitals in the names of columns',
      [['f.csv', '"Question","Answer A","Answer B","Winner"\n"Q","A","B","A"\n']],
      '#1: Q => A | B',
    ],
    [
      'columns called like models, mapped',
      [['f.csv', 'prompt,gpt-4,claude\nQ,A,B\n']],
      '#1: Q => [gpt-4] A | [claude] B',
      ['candidates=gpt-4,claude'],
    ],
    [
      'a list in an object',
      [['f.json', '{\n  "examples": [\n {"prompt":"Q","responses":["A","B"]}]}']],
      '#1: Q => A | B',
    ],
    [
      'a list of conversations',
      [
        [
          'f.jsonl',
          {
            id: 'z',
            conversations: [
              [user('Q'), assistant('A')],
              [user('Q'), assistant('B')],
            ],
          },
        ],
      ],
      '"z": Q => A | B',
    ],
    [
      'conversations a and b',
      [['f.jsonl', { a: [user('Q'), assistant('A')], b: [user('Q'), assistant('B')] }]],
      '#1: Q => A | B',
    ],
    [
      'conversations that part early',
      [
        [
          'f.jsonl',
          {
            messages_a: [user('Q'), assistant('A'), user('R'), assistant('C')],
            messages_b: [user('Q'), assistant('B'), user('R'), assistant('D')],
          },
        ],
      ],
      '#1: Q => Assistant: A\n\nUser: R\n\nAssistant: C | Assistant: B\n\nUser: R\n\nAssistant: D (conversations)',
    ],
    [
      'a conversation in each of two files',
      [
        ['gpt.jsonl', { messages: [user('Q'), assistant('A')] }],
        ['llama.jsonl', { messages: [user('Q'), assistant('B')] }],
      ],
      '1: Q => [gpt] A | [llama] B',
    ],
    [
      'a prompt in an object',
      [['f.jsonl', { prompt: { text: 'Q' }, completions: [{ text: 'A' }, { text: 'B' }] }]],
      '#1: Q => A | B',
    ],
    [
      'choices with the index of the right one',
      [['f.jsonl', { question: 'Q', choices: ['A', 'B'], answer: 0 }]],
      '#1: Q => A | B',
    ],
    [
      'a conversation before the question',
      [['f.jsonl', { messages: [user('P'), assistant('O'), user('Q')], responses: ['A', 'B'] }]],
      '#1: user:P assistant:O user:Q => A | B',
    ],
    [
      'logs of requests and replies',
      [
        [
          'f.jsonl',
          [
            { request: { messages: [user('Q')] }, response: { model: 'm', choices: [{ message: assistant('A') }] } },
            { request: { messages: [user('Q')] }, response: { model: 'n', choices: [{ message: assistant('B') }] } },
          ],
        ],
      ],
      '#1: Q => [m] A | [n] B',
    ],
    [
      'a table with one answer in a row',
      [['f.tsv', 'model\tquestion\tanswer\nm\tQ\tA\nn\tQ\tB\n']],
      '#1: Q => [m] A | [n] B',
    ],
    [
      'three numbered answers',
      [['f.csv', 'instruction,response_1,response_2,response_3\nQ,A,B,C\n']],
      '#1: Q => A | B | C',
    ],
    [
      'answers counted from 0',
      [['f.jsonl', { prompt: 'Q', response_0: 'A', response_1: 'B', better_response_id: 0, is_response_0_safe: true }]],
      '#1: Q => A | B',
    ],
    [
      'answers of a forum',
      [
        [
          'f.jsonl',
          {
            qid: 4,
            question: 'Q',
            answers: [
              { answer_id: 1, author: 'x', pm_score: 3, selected: true, text: 'A' },
              { answer_id: 2, author: 'y', pm_score: 1, selected: false, text: 'B' },
            ],
          },
        ],
      ],
      '4: Q => A | B',
    ],
    [
      'preferred and dispreferred',
      [['f.jsonl', { instruction: 'Q', preferred: 'A', dispreferred: 'B' }]],
      '#1: Q => A | B',
    ],
    ['candidates in JSON within JSON', [['f.jsonl', { prompt: 'Q', candidates: '["A","B"]' }]], '#1: Q => A | B'],
    [
      'names of models under any key',
      [
        [
          'f.jsonl',
          {
            prompt: 'Q',
            candidates: [
              { name: 'm', text: 'A' },
              { model: { name: 'n' }, content: 'B' },
              { provider: 'p', response: 'C' },
              { model_id: 'o', generated_text: 'D' },
            ],
          },
        ],
      ],
      '#1: Q => [m] A | [n] B | [p] C | [o] D',
    ],
    [
      'models at the end of the names',
      [['f.jsonl', { prompt: 'Q', response_gpt4: 'A', response_claude: 'B' }]],
      '#1: Q => [gpt4] A | [claude] B',
    ],
    [
      'objects called like models, mapped',
      [['f.jsonl', { prompt: 'Q', gpt4: { output: 'A' }, claude: { output: 'B' } }]],
      '#1: Q => [gpt4] A | [claude] B',
      ['candidates=gpt4,claude'],
    ],
    [
      'a line about the file first',
      [['f.jsonl', '{"_meta":{"version":1}}\n{"id":1,"prompt":"Q","responses":["A"]}']],
      'error: f.jsonl, line 1: no question with answers to it was found. Its fields: _meta.\n1: Q => A',
    ],
    [
      'several frames of zstd',
      [
        [
          'f.jsonl.zst',
          Buffer.concat([
            zstdCompressSync('{"id":1,"prompt":"Q","responses":["A"]}\n'),
            zstdCompressSync('{"id":2,"prompt":"Q","responses":["B"]}\n'),
          ]),
        ],
      ],
      '1: Q => A\n2: Q => B',
    ],
    ['compressed twice', [['f', zstdCompressSync(gzipSync('{"id":1,"prompt":"Q","responses":["A"]}\n'))]], '1: Q => A'],
    [
      'one indented record with a list of results',
      [['f.json', '{\n "results":[{"model":"m","output":"A"},{"model":"n","output":"B"}],\n "prompt":"Q"}']],
      '#1: Q => [m] A | [n] B',
    ],
    [
      'CSV with carriage returns only',
      [['f.csv', 'prompt,response_a,response_b\rQ,A,B\rR,C,D\r']],
      '#1: Q => A | B\n#2: R => C | D',
    ],
    [
      'a list under the name of one answer',
      [
        [
          'f.jsonl',
          {
            instruction: 'Q',
            output: [
              { model: 'm', text: 'A' },
              { model: 'n', text: 'B' },
            ],
          },
        ],
      ],
      '#1: Q => [m] A | [n] B',
    ],
    [
      'parts of a message as an answer',
      [['f.jsonl', { prompt: 'Q', responses: [[{ type: 'text', text: 'A' }], 'B'] }]],
      '#1: Q => A | B',
    ],
    [
      'a preference with an input',
      [['f.jsonl', { instruction: 'Q', input: 'I', chosen: 'A', rejected: 'B' }]],
      '#1: Q + I => A | B',
    ],
    [
      'a preference after a conversation',
      [
        [
          'f.json',
          [
            {
              conversations: [
                { from: 'human', value: 'P' },
                { from: 'gpt', value: 'O' },
                { from: 'human', value: 'Q' },
              ],
              chosen: { from: 'gpt', value: 'A' },
              rejected: { from: 'gpt', value: 'B' },
            },
          ],
        ],
      ],
      '#1: user:P assistant:O user:Q => A | B',
    ],
    [
      'prompt and completion as messages',
      [
        [
          'f.jsonl',
          [
            { prompt: [user('Q')], completion: [assistant('A')], label: true },
            { prompt: [user('Q')], completion: [assistant('B')], label: false },
          ],
        ],
      ],
      '#1: Q => A | B',
    ],
    [
      'quotes within cells',
      [['f.csv', 'prompt,response_a,response_b\nQ,5" screen,"say ""hi"""\n']],
      '#1: Q => 5" screen | say "hi"',
    ],
    ['fewer cells than columns', [['f.csv', 'id,prompt,response_a,response_b,note\n1,Q,A,B\n']], '"1": Q => A | B'],
    ['a blank id', [['f.csv', 'id,prompt,response_a,response_b\n,Q,A,B\n']], '#1: Q => A | B'],
    [
      'delimiters within quotes decide nothing',
      [['f.csv', 'prompt;"response; a";response_b\n"a, b, c";A;B\n']],
      '#1: a, b, c => A | B',
    ],
    [
      'columns for the models',
      [['f.csv', 'prompt,model_a,model_b,response_a,response_b,winner\nQ,m,n,A,B,model_a\n']],
      '#1: Q => [m] A | [n] B',
    ],
    ['answers of assistants', [['f.csv', 'user_prompt,assistant_a,assistant_b\nQ,A,B\n']], '#1: Q => A | B'],
    ['a task with completions', [['f.csv', 'task,completion_a,completion_b\nQ,A,B\n']], '#1: Q => A | B'],
    [
      'columns in another language',
      [['f.csv', 'Frage;Antwort A;Antwort B\nQ;A;B\n']],
      '#1: Q => A | B',
      ['instruction=Frage', 'a=Antwort A', 'b=Antwort B'],
    ],
    [
      'the whole output of promptfoo',
      [
        [
          'f.json',
          JSON.stringify(
            {
              evalId: 'e',
              results: {
                version: 3,
                prompts: [{ raw: 'x' }],
                results: [
                  { vars: {}, prompt: { raw: 'Q' }, provider: { id: 'm' }, response: { output: 'A' } },
                  { vars: {}, prompt: { raw: 'Q' }, provider: { id: 'n' }, response: { output: 'B' } },
                ],
                stats: {},
              },
              config: {},
            },
            null,
            2,
          ),
        ],
      ],
      '#1: Q => [m] A | [n] B',
    ],
    [
      'the dataset viewer of Hugging Face',
      [
        [
          'f.json',
          JSON.stringify({
            features: [{ name: 'prompt' }],
            rows: [{ row_idx: 0, row: { prompt: 'Q', chosen: 'A', rejected: 'B' }, truncated_cells: [] }],
            num_rows_total: 1,
          }),
        ],
      ],
      '0: Q => A | B',
    ],
    [
      'unequal counts',
      [
        [
          'f.jsonl',
          '{"question":"Q","answer1":"A","answer2":"B","answer3":"C"}\n{"question":"R","answer1":"D","answer2":"E"}',
        ],
      ],
      '#1: Q => A | B | C\n#2: R => D | E',
    ],
    [
      'no newline, huge',
      [['f.jsonl', { prompt: 'Q', responses: ['x'.repeat(30000), 'B'] }]],
      `#1: Q => ${'x'.repeat(30000)} | B`,
    ],
    ['a text and its summaries', [['f.csv', 'text,summary_a,summary_b\nQ,A,B\n']], '#1: Q => A | B'],
    [
      'a document and its summaries',
      [
        [
          'f.jsonl',
          {
            document: 'D',
            summaries: [
              { text: 'A', model: 'm' },
              { text: 'B', model: 'n' },
            ],
          },
        ],
      ],
      '#1: D => [m] A | [n] B',
    ],
    [
      'a context beside the question',
      [['f.jsonl', { context: 'D', question: 'Q', answer_a: 'A', answer_b: 'B' }]],
      '#1: Q + D => A | B',
    ],
    [
      'lists of scores beside the answers',
      [['f.jsonl', { prompt: 'Q', completions: ['A', 'B'], scores: [1, 2], ranks: [2, 1] }]],
      '#1: Q => A | B',
    ],
    ['answers in lists of one', [['f.jsonl', { prompt: 'Q', responses: [['A'], ['B']] }]], '#1: Q => A | B'],
    [
      'names with something before them',
      [['f.json', [{ orig_instruction: 'Q', orig_response_A: 'A', orig_response_B: 'B', orig_preference: 'A' }]]],
      '#1: Q => A | B',
    ],
    ['longer names', [['f.csv', 'question_text,llm_response_1,llm_response_2\nQ,A,B\n']], '#1: Q => A | B'],
    [
      'several mappings in one',
      [['f.csv', 'nr,Frage,gpt,cl\n1,Q,A,B\n']],
      '"1": Q => [gpt] A | [cl] B',
      ['instruction=Frage,candidates=gpt,cl,id=nr'],
    ],
    [
      'a mapping the wrong way round',
      [['f.csv', 'nr,Frage,gpt,cl\n1,Q,A,B\n']],
      'failed: Invalid --map "Frage=instruction": Frage is no field of ours. Did you mean instruction=Frage?',
      ['Frage=instruction'],
    ],
    [
      'a comma in the name of a column',
      [['f.csv', 'question,"[a] x, y","[b] x, y"\nQ,A,B\n']],
      '#1: Q => [[a] x, y] A | [[b] x, y] B',
      ['candidates=[a] x, y', 'candidates=[b] x, y'],
    ],
    [
      'objects of messages',
      [['f.jsonl', { a: { messages: [user('Q'), assistant('A')] }, b: { messages: [user('Q'), assistant('B')] } }]],
      '#1: Q => A | B',
    ],
    ['two outputs in a list', [['f.json', [{ instruction: 'Q', input: '', output: ['A', 'B'] }]]], '#1: Q => A | B'],
    [
      'texts with speakers',
      [['f.jsonl', { a: '\n\nHuman: Q\n\nAssistant: A', b: '\n\nHuman: Q\n\nAssistant: B' }]],
      '#1: Q => A | B',
    ],
    [
      'objects by model',
      [['f.jsonl', { prompt: 'Q', candidates: { g: { text: 'A' }, c: { text: 'B' } } }]],
      '#1: Q => [g] A | [c] B',
    ],
    ['a column without a name', [['f.csv', ',prompt,response_a,response_b\n0,Q,A,B\n']], '#1: Q => A | B'],
    [
      'everything in quotes',
      [['f.tsv.gz', gzipSync('"id"\t"instruction"\t"a"\t"b"\n"1"\t"Q"\t"A"\t"B"\n')]],
      '"1": Q => A | B',
    ],
    ['pipes between cells', [['x.txt', 'prompt|a|b\nQ|A|B\n']], '#1: Q => A | B'],
    ['a uuid', [['f.jsonl', { uuid: 'k', prompt: 'Q', chosen: 'A', rejected: 'B' }]], '"k": Q => A | B'],
    [
      'numbered models',
      [['f.csv', 'question,model_1,model_2,answer_1,answer_2\nQ,m,n,A,B\n']],
      '#1: Q => [m] A | [n] B',
    ],
    [
      'numbered objects',
      [['f.jsonl', { question: 'Q', response1: { text: 'A', model: 'm' }, response2: { text: 'B', model: 'n' } }]],
      '#1: Q => [m] A | [n] B',
    ],
    [
      'null in place of an answer',
      [['f.jsonl', '{"prompt":"Q","response_a":null,"response_b":"B"}']],
      'error: f.jsonl, line 1: response_a is null: expected a text.',
    ],
    ['a blank first answer', [['f.csv', 'prompt,response_a,response_b\nQ,,B\n']], '#1: Q =>  | B'],
    ['a blank second answer', [['f.csv', 'prompt,response_a,response_b\nQ,A,\n']], '#1: Q => A | '],
    [
      'a system message',
      [['f.jsonl', { messages: [{ role: 'system', content: 'S' }, user('Q')], chosen: 'A', rejected: 'B' }]],
      '#1: system:S user:Q => A | B',
    ],
    [
      'a message without text',
      [
        [
          'f.jsonl',
          {
            messages: [user('Q')],
            candidates: [
              { role: 'assistant', content: 'A' },
              { role: 'assistant', content: null, tool_calls: [{}] },
            ],
          },
        ],
      ],
      'error: f.jsonl, line 1: candidates[1] is {"role":"assistant","content":null,"tool_calls":[{}]}: expected a text or { "text": … }.',
    ],
    ['an empty candidate', [['f.jsonl', { prompt: 'Q', candidates: ['A', ''] }]], '#1: Q => A | '],
    [
      'a list in an object in an object',
      [
        [
          'f.json',
          JSON.stringify({ dataset: { name: 'x', examples: [{ prompt: 'Q', chosen: 'A', rejected: 'B' }] } }, null, 1),
        ],
      ],
      '#1: Q => A | B',
    ],
    [
      'the list that has records, of two',
      [
        [
          'f.json',
          JSON.stringify(
            { authors: [{ name: 'x' }], evaluations: [{ prompt: 'Q', chosen: 'A', rejected: 'B' }] },
            null,
            1,
          ),
        ],
      ],
      '#1: Q => A | B',
    ],
    [
      'objects on one line',
      [['f.json', '{"prompt":"Q","chosen":"A","rejected":"B"} {"prompt":"R","chosen":"A","rejected":"B"}']],
      '#1: Q => A | B\n#2: R => A | B',
    ],
    [
      'a byte order mark in each file',
      [
        ['a.csv', '\ufeffprompt,a,b\nQ,A,B\n'],
        ['b.csv', '\ufeffprompt,a,b\nR,C,D\n'],
      ],
      '#1: Q => A | B\n#1: R => C | D',
    ],
    [
      'the Arena table of Kaggle',
      [
        [
          't.csv',
          'id,model_a,model_b,prompt,response_a,response_b,winner_model_a,winner_model_b,winner_tie\n30192,m,n,"[""Q""]","[""A""]","[null]",1,0,0\n',
        ],
      ],
      '"30192": Q => [m] A | [n] ',
    ],
    [
      'None in a list of Python',
      [['f.csv', `prompt,candidates\nQ,"['A', None]"\n`]],
      'error: f.csv, row 1: candidates[1] is null: expected a text or { "text": … }.',
    ],
    [
      'objects of Python',
      [['f.csv', `prompt,candidates\nQ,"[{'model': 'm', 'text': ""it's A""}, {'model': 'n', 'text': 'B\\n'}]"\n`]],
      "#1: Q => [m] it's A | [n] B\n",
    ],
    [
      'objects as question and answers',
      [['f.jsonl', { question: { id: 1, text: 'Q' }, answer_a: { text: 'A' }, answer_b: { text: 'B' } }]],
      '#1: Q => A | B',
    ],
    [
      'two files for fine-tuning',
      [
        ['f.jsonl', { messages: [user('Q'), assistant('A')], model: 'm' }],
        ['g.jsonl', { messages: [user('Q'), assistant('B')], model: 'n' }],
      ],
      '1: Q => [m] A | [n] B',
    ],
    [
      'annotations of AlpacaEval',
      [
        [
          'f.json',
          [
            {
              annotator: 'x',
              preference: 1.0,
              instruction: 'Q',
              dataset: 'h',
              output_1: 'A',
              output_2: 'B',
              generator_1: 'm',
              generator_2: 'n',
            },
          ],
        ],
      ],
      '#1: Q => [m] A | [n] B',
    ],
    [
      'samples with rewards',
      [
        [
          'f.jsonl',
          {
            prompt: 'Q',
            samples: [
              { completion: 'A', reward: 1 },
              { completion: 'B', reward: 0 },
            ],
          },
        ],
      ],
      '#1: Q => A | B',
    ],
    [
      'outputs of vLLM',
      [
        [
          'f.jsonl',
          {
            request_id: 'r',
            prompt: 'Q',
            outputs: [
              { index: 0, text: 'A', token_ids: [1] },
              { index: 1, text: 'B', token_ids: [] },
            ],
          },
        ],
      ],
      '#1: Q => A | B',
    ],

    [
      'two conversations under one name',
      [
        [
          'f.jsonl',
          {
            messages: [
              [user('Q'), assistant('A')],
              [user('Q'), assistant('B')],
            ],
          },
        ],
      ],
      '#1: Q => A | B',
    ],
    [
      'messages beside the prompt',
      [
        ['f.jsonl', { prompt: 'Q', messages: [user('Q'), assistant('A')], model: 'm' }],
        ['g.jsonl', { prompt: 'Q', messages: [user('Q'), assistant('B')], model: 'n' }],
      ],
      '1: Q => [m] A | [n] B',
    ],
    [
      'scores of numbered answers',
      [
        ['f.jsonl', { prompt: 'Q', response: 'A', score_response_1: 3, score_response_2: 4 }],
        ['g.jsonl', { prompt: 'Q', response: 'B', score_response_1: 3, score_response_2: 4 }],
      ],
      '1: Q => [f] A | [g] B',
    ],
    ['numbered contexts', [['f.csv', 'question,context_a,context_b,answer_a,answer_b\nQ,x,y,A,B\n']], '#1: Q => A | B'],
    [
      'answers of people and models',
      [['f.csv', 'prompt,human_response,model_response,reference_response\nQ,A,B,C\n']],
      '#1: Q => [human] A | [model] B',
    ],
    [
      'a broken first line',
      [['f.jsonl', '{"prompt":"Q","responses":["A"\n{"prompt":"R","responses":["A"]}\n']],
      "error: f.jsonl, line 1: not JSON: Expected ',' or ']' after array element in JSON at position 30 (line 1 column 31)\n#2: R => A",
    ],
    [
      'a good line after bad ones',
      [['stdin', '{"id":1\n\n[]\r\n{"candidates":\n{"prompt":"R","responses":["A"]}']],
      "error: stdin, line 1: not JSON: Expected ',' or '}' after property value in JSON at position 7 (line 1 column 8)\nerror: stdin, line 3: it is a list, and a JSON object is expected.\nerror: stdin, line 4: not JSON: Unexpected end of JSON input\n#5: R => A",
    ],
  ];

const CASES = FILES.map(([about, files, read, map = []]) => ({ about, files, read, map }));

test.each(CASES)('$about', async ({ files, read, map }) => {
  const result = readFiles(files, { map }).catch((error: unknown) => `failed: ${String(error)}`);
  expect(await result).toBe(read);
});
