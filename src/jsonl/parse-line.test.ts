import { expect, test } from 'vitest';
import type { z } from 'zod';
import { errorMessage } from '../util/error-message.ts';
import { parseLine } from './parse-line.ts';
import { candidatesRecord, type JsonlRecord, pairRecord } from './records.ts';

type Schema = z.ZodType<JsonlRecord>;

function parse(line: string | Uint8Array | undefined, schema: Schema = candidatesRecord) {
  const bytes = typeof line === 'string' ? Buffer.from(line) : line;
  return parseLine({ number: 7, bytes, endOffset: 0 }, { schema, source: 'F.jsonl' });
}

function complaint(line: string | Uint8Array | undefined, schema?: Schema): string {
  try {
    return `accepted: ${JSON.stringify(parse(line, schema))}`;
  } catch (error) {
    return errorMessage(error);
  }
}

test('the question may be called instruction or prompt, candidates may be texts or carry one, null means missing', () => {
  const question = { instruction: 'Add.', input: '2 + 2' };
  expect(
    parse('{"id":"x","instruction":"Add.","input":"2 + 2","candidates":["4",{"text":"5","model":"m"}],"more":1}'),
  ).toEqual({
    id: 'x',
    question,
    candidates: ['4', '5'],
  });
  expect(parse('{"id":0,"prompt":"Add.","input":"2 + 2","candidates":[""]}')).toEqual({
    id: 0,
    question,
    candidates: [''],
  });
  expect(parse('{"id":null,"instruction":"","input":null,"candidates":["a"]}')).toEqual({
    id: undefined,
    question: { instruction: '', input: undefined },
    candidates: ['a'],
  });
  expect(parse('{"instruction":"q","a":"","b":"\\u0000\\ud800"}', pairRecord)).toEqual({
    id: undefined,
    question: { instruction: 'q', input: undefined },
    a: '',
    b: '\u0000\ud800',
  });
});

test('blank lines, a byte order mark and carriage returns are tolerated', () => {
  expect([parse(''), parse('\r'), parse(' \t\r'), parse('\ufeff')]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(parse('\ufeff{"id":1,"instruction":"q","candidates":["a"]}\r')).toMatchObject({ id: 1 });
});

test('a bad line is named with its field and what that holds', () => {
  const bad = [
    '{"id": 1, "candidates": ["a"',
    '{"id":1}{"id":2}',
    '[]',
    'null',
    '"text"',
    '{}',
    '{"instruction":"q"}',
    '{"candidates":["a"]}',
    '{"instruction":"q","candidates":[1,2,3,4,5]}',
    '{"instruction":"q","candidates":[]}',
    '{"instruction":"q","candidates":"a"}',
    '{"instruction":"q","candidates":{"0":"a"}}',
    '{"instruction":"q","candidates":["a",5]}',
    '{"instruction":"q","candidates":["a",null,{"txt":"b"}]}',
    '{"instruction":"q","candidates":["a",{"text":["b"]}]}',
    '{"instruction":null,"candidates":["a"]}',
    '{"instruction":"q","prompt":"p","candidates":["a"]}',
    '{"instruction":"q","input":5,"candidates":["a"]}',
    '{"id":true,"instruction":"q","candidates":["a"]}',
    '{"id":9007199254740993,"instruction":"q","candidates":["a"]}',
    `{"instruction":["${'long '.repeat(30)}"],"candidates":["a"]}`,
  ];
  expect(bad.map((line) => complaint(line)).join('\n')).toMatchInlineSnapshot(`
    "F.jsonl, line 7: not JSON: Expected ',' or ']' after array element in JSON at position 28 (line 1 column 29)
    F.jsonl, line 7: not JSON: Unexpected non-whitespace character after JSON at position 8 (line 1 column 9)
    F.jsonl, line 7: the line is []: expected a JSON object.
    F.jsonl, line 7: the line is null: expected a JSON object.
    F.jsonl, line 7: the line is "text": expected a JSON object.
    F.jsonl, line 7: candidates is missing: expected a list of texts.
    F.jsonl, line 7: candidates is missing: expected a list of texts.
    F.jsonl, line 7: instruction is missing: expected the question as a text.
    F.jsonl, line 7: candidates[0] is 1: expected a text or { "text": … }. candidates[1] is 2: expected a text or { "text": … }. candidates[2] is 3: expected a text or { "text": … }. And 2 more.
    F.jsonl, line 7: candidates is []: expected at least one candidate.
    F.jsonl, line 7: candidates is "a": expected a list of texts.
    F.jsonl, line 7: candidates is {"0":"a"}: expected a list of texts.
    F.jsonl, line 7: candidates[1] is 5: expected a text or { "text": … }.
    F.jsonl, line 7: candidates[1] is null: expected a text or { "text": … }. candidates[2] is {"txt":"b"}: expected a text or { "text": … }.
    F.jsonl, line 7: candidates[1] is {"text":["b"]}: expected a text or { "text": … }.
    F.jsonl, line 7: instruction is null: expected a text.
    F.jsonl, line 7: prompt is "p": expected only one of instruction and prompt.
    F.jsonl, line 7: input is 5: expected a text.
    F.jsonl, line 7: id is true: expected a text or a number below 2^53.
    F.jsonl, line 7: id is 9007199254740992: expected a text or a number below 2^53.
    F.jsonl, line 7: instruction is ["long long long long long long long long long long long lon…: expected a text."
  `);
  expect(complaint('{"id":1,"instruction":"q","a":"x"}', pairRecord)).toMatchInlineSnapshot(
    `"F.jsonl, line 7: b is missing: expected a text."`,
  );
});

test('bytes that are not UTF-8, NUL bytes and lines beyond the limit are named as such', () => {
  const good = Buffer.from('{"instruction":"q","candidates":["a"]}');
  expect(
    [
      Buffer.from([...good.subarray(0, 17), 0xff, ...good.subarray(17)]),
      Buffer.from([0xc3]),
      Buffer.from('{"a"', 'utf16le'),
      undefined,
    ].map((line) => complaint(line)),
  ).toMatchInlineSnapshot(`
    [
      "F.jsonl, line 7: not UTF-8.",
      "F.jsonl, line 7: not UTF-8.",
      "F.jsonl, line 7: it holds NUL bytes. The file must be UTF-8, not UTF-16 or binary.",
      "F.jsonl, line 7: longer than 64.0 MB.",
    ]
  `);
});
