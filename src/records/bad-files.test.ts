import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readFiles } from './__fixtures__/read-file.ts';

const good = '{"id":"good","prompt":"Q","responses":["A","B"]}';
const lines = (count: number, line: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => line(n)).join('\n');

test('a value that cannot be used is named with its place, and the other rows are read', async () => {
  const bad = [
    '[]',
    'null',
    '"text"',
    '{"instruction":"q","candidates":[1,2,3,4,5]}',
    '{"instruction":"q","candidates":[]}',
    '{"instruction":"q","candidates":"a"}',
    '{"instruction":"q","candidates":["a",null,{"txt":"b"}]}',
    '{"instruction":"q","candidates":["a",{"text":["b"]}]}',
    '{"instruction":5,"candidates":["a"]}',
    '{"instruction":"q","prompt":"p","candidates":["a"]}',
    '{"instruction":"q","input":5,"candidates":["a"]}',
    '{"id":true,"instruction":"q","candidates":["a"]}',
    '{"id":9007199254740993,"instruction":"q","candidates":["a"]}',
    `{"instruction":"q","a":"${'long '.repeat(30)}","b":["x",1]}`,
    '{"instruction":"q","a":"x"}',
    '{"instruction":"q","candidate":["a"]}',
    '{"candidates":["a"]}',
    '{"chosen":[{"role":"user","content":"Q"},{"role":"assistant","content":"A"}],"rejected":[{"role":"user","content":"R"},{"role":"assistant","content":"B"}]}',
    '{"id":1}{"id":2}',
  ];
  expect(await readFiles([['F.jsonl', [good, ...bad, good].join('\n')]])).toMatchInlineSnapshot(`
    ""good": Q => A | B
    error: F.jsonl, line 2: it is a list, and a JSON object is expected.
    error: F.jsonl, line 3: it is null, and a JSON object is expected.
    error: F.jsonl, line 4: it is "text", and a JSON object is expected.
    error: F.jsonl, line 5: candidates[0] is 1: expected a text or { "text": … }. candidates[1] is 2: expected a text or { "text": … }. candidates[2] is 3: expected a text or { "text": … }. And 2 more.
    error: F.jsonl, line 6: candidates is []: expected at least one candidate.
    error: F.jsonl, line 7: candidates is "a": expected a list of texts.
    error: F.jsonl, line 8: candidates[1] is null: expected a text or { "text": … }. candidates[2] is {"txt":"b"}: expected a text or { "text": … }.
    error: F.jsonl, line 9: candidates[1] is {"text":["b"]}: expected a text or { "text": … }.
    error: F.jsonl, line 10: instruction is 5: expected a text.
    error: F.jsonl, line 11: prompt is "p": expected only one of instruction and prompt (--map instruction=prompt takes the second).
    error: F.jsonl, line 12: input is 5: expected a text.
    error: F.jsonl, line 13: id is true: expected a text or a number below 2^53.
    error: F.jsonl, line 14: id is 9007199254740992: expected a text or a number below 2^53.
    error: F.jsonl, line 15: b is ["x",1]: expected a text.
    error: F.jsonl, line 16: b is missing: expected a text.
    #17: q => a
    error: F.jsonl, line 18: it has answers, and no question was found. Its fields: candidates.
    error: F.jsonl, line 19: the conversations do not begin with the same message of the user, so they do not answer the same question.
    error: F.jsonl, line 20: not JSON: Unexpected non-whitespace character after JSON at position 8 (line 1 column 9)
    "good": Q => A | B"
  `);
});

test.each([
  ['CSV without known columns', 'F.csv', 'nr,Frage,GPT 4,Claude\n1,Was?,Ja,Nein\n2,Wer?,Du,Ich\n'],
  ['CSV without names of columns', 'F.csv', 'Why?,Because.,Who knows.\nWhere?,There.,Here.\n'],
  [
    'JSONL without answers',
    'F.jsonl',
    lines(
      50,
      (n) =>
        `{"custom_id":"r${n}","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[{"role":"user","content":"Q"}]}}`,
    ),
  ],
  ['answers without a question', 'F.jsonl', lines(50, (n) => `{"id":${n},"outputs":["A","B"]}`)],
  [
    'summaries of posts',
    'F.json',
    [
      {
        info: { id: 'i', post: 'P', title: 'T' },
        summaries: [
          { text: 'A', policy: 'm' },
          { text: 'B', policy: 'n' },
        ],
        choice: 1,
      },
    ],
  ],
  [
    'judgements',
    'F.jsonl',
    '{"judge":"g","prompt_style":"CoT","order":"b,a","raw_output":"Output (a) is better","parsed_winner":"2"}',
  ],
  ['an object of numbers', 'F.json', '{\n "m": [\n  0.1,\n  5\n ],\n "n": [\n  0.2,\n  5\n ]\n}'],
  ['JSONL of lists', 'F.jsonl', lines(3, () => '["q","a","b"]')],
  ['a list of texts', 'F.json', '["a","b"]'],
  ['an object of settings', 'F.json', '{"name":"x","version":"1"}'],
  ['single quotes', 'F.jsonl', lines(100, (n) => `{'id': ${n}, 'prompt': 'Q'}`)],
  ['prose', 'notes.txt', 'Just a note.\nAnother line.\n'],
  ['prose called .jsonl', 'F.jsonl', lines(60, () => 'Just a note')],
  ['YAML', 'F.yaml', '- prompt: Q\n  responses:\n  - A\n'],
  ['zeros', 'F.bin', Buffer.alloc(100)],
  ['an Excel workbook', 'F.xlsx', Buffer.from('504b030414000600', 'hex')],
  ['an Arrow file', 'F.arrow', Buffer.from('ARROW1\0\0more')],
  ['gzip that is cut', 'F.jsonl.gz', gzipSync(lines(50, () => good)).subarray(0, -12)],
  ['damaged Parquet', 'F.parquet', Buffer.from('PAR1 nothing PAR1')],
  ['nothing', 'F.jsonl', ''],
  ['blank lines', 'F.json', '\n\n  \r\n'],
  ['an empty list', 'F.json', '[]'],
  ['only names of columns', 'F.csv', 'prompt,response_a,response_b\n'],
  ['a comma too many', 'F.json', `[${good},\n${good},\n]`],
  ['a list that is cut', 'F.json', `[\n${good},\n{"id":2,"prom`],
  ['a comment', 'F.json', `[\n// first\n${good}]`],
  ['NaN in a list', 'F.json', `[${good},\n{"score":NaN}]`],
  ['a missing comma', 'F.json', `[${good}\n${good}]`],
  ['something after the list', 'F.json', `[${good}]\n]`],
  ['a quote that is not closed', 'F.csv', `prompt,response_a,response_b\nQ,A,B\nQ,"A,B\n`],
  ['cells without quotes', 'F.csv', `prompt,response_a,response_b\nQ,A, and more,B\nQ,A,B\n`],
  ['Windows-1252', 'F.csv', Buffer.from('prompt,response_a,response_b\nCafé?,Où?,Ça\n', 'latin1')],
])('%s', async (name, file, content) => {
  expect(await readFiles([[file, content]])).toMatchSnapshot(name);
});

test('compare takes records with two candidates', async () => {
  expect(
    await readFiles([['F.jsonl', lines(3, () => '{"prompt":"Q","responses":["A","B","C"]}')]], { form: 'pair' }),
  ).toMatchInlineSnapshot(
    `"failed: F.jsonl: it has 3 candidates, and two are compared. Use rank, or choose two, such as --map a=candidates[0] --map b=candidates[1]."`,
  );
  expect(
    await readFiles([['F.json', [{ instruction: 'Q', output: 'A', generator: 'm' }]]], { form: 'pair' }),
  ).toMatchInlineSnapshot(
    `"failed: F.json: its question has one answer, and two are compared. Name the file of another model as well."`,
  );
});

test('a mapping says which field is which', async () => {
  const csv = 'nr,Frage,GPT 4,Claude\n1,Was?,Ja,Nein\n';
  const post = [{ info: { post: 'P' }, summaries: [{ text: 'A', policy: 'm' }], more: { best: 'B' } }];
  const run = (content: string | object, ...map: string[]) => readFiles([['F', content]], { map });
  expect([
    await run(csv, 'instruction=Frage', 'candidates=GPT 4,Claude', 'id=nr'),
    await run(csv, 'instruction=frage', 'candidates=GPT 4', 'candidates=Claude'),
    await run(csv, 'question=Frage', 'a=GPT 4', 'b=Claude'),
    await run(post, 'prompt=info.post', 'candidates=summaries'),
    await run(post, 'prompt=info.post', 'candidates=summaries[*].text'),
    await run(post, 'prompt=info.post', 'candidates=summaries[0],more.best'),
    await run([{ prompt: 'P', instruction: 'Q', q: 'R', responses: ['A'] }], 'prompt=q'),
    await run([{ prompt: 'P', candidates: ['A'], x: 'X', y: 'Y' }], 'chosen=x', 'rejected=y'),
    await run(
      [
        { prompt: 'P', reply: 'A', bot: 'm' },
        { prompt: 'P', reply: 'B', bot: 'n' },
      ],
      'answer=reply',
      'model=bot',
    ),
    await run(csv, 'instruction=Frgae', 'candidates=GPT 4,Claude'),
    await run(csv, 'instruction=Frage', 'candidates=GPT 5'),
    await run(csv, 'instruction=Frage'),
    await run(csv, 'instruction=Frage', 'cnadidates=GPT 4').catch(String),
    await run(csv, 'Frage').catch(String),
  ]).toMatchInlineSnapshot(`
    [
      ""1": Was? => [GPT 4] Ja | [Claude] Nein",
      "#1: Was? => [GPT 4] Ja | [Claude] Nein",
      "#1: Was? => Ja | Nein",
      "#1: P => [m] A",
      "#1: P => A",
      "#1: P => [summaries[0]] A | [more.best] B",
      "#1: R => A",
      "#1: P => X | Y",
      "#1: P => [m] A | [n] B",
      "failed: F: --map instruction=Frgae names no field of it. Did you mean Frage?",
      "failed: F: --map candidates=GPT 5 names no field of it. Did you mean GPT 4?",
      "failed: F: no question with answers to it was found. Its fields: nr, Frage, GPT 4, Claude.
    Accepted: {"instruction", "candidates": ["…", {"text", "model"}]}; {"prompt", "responses": […]}; {"prompt", "chosen", "rejected"}; {"instruction", "a", "b"}; columns such as prompt, response_a, response_b; rows {"instruction", "output", "generator"} with one answer each.",
      "failed: Invalid --map "cnadidates=GPT 4": cnadidates is no field of ours. Did you mean candidates?",
      "failed: Invalid --map "Frage": expected OURS=THEIRS, such as instruction=question_text.",
    ]
  `);
});

test('records come one by one, and a list longer than the memory would be read', async () => {
  let given = 0;
  async function* endless() {
    yield '[';
    for (;;) {
      given += 1;
      yield `${JSON.stringify({ id: given, prompt: 'Q', responses: ['A'.repeat(1000), 'B'] })},\n`;
    }
  }
  const { readRecords } = await import('./read-records.ts');
  let read = 0;
  for await (const item of readRecords({ sources: [{ name: 'stdin', chunks: endless() }] })) {
    read += 1;
    expect('record' in item && item.record.id).toBe(read);
    expect(given - read).toBeLessThan(10);
    if (read === 2000) break;
  }
});
