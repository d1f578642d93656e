import { expect, test } from 'vitest';
import { parseLine } from './read-json-lines.ts';

const parse = (line: string | Uint8Array | undefined) => parseLine(typeof line === 'string' ? Buffer.from(line) : line);

test('blank lines, comments, a byte order mark and carriage returns are tolerated', () => {
  for (const blank of ['', '\r', ' \t\r', '\ufeff', '# note', '// note']) expect(parse(blank)).toBeUndefined();
  expect(parse('\ufeff{"id":1}\r')).toEqual({ value: { id: 1 } });
});

test('the NaN and Infinity of Python are null, and the same words in texts stay', () => {
  expect(parse('{"score": NaN, "low": -Infinity, "text": "a: NaN, \\"Infinity\\""}')).toEqual({
    value: { score: null, low: null, text: 'a: NaN, "Infinity"' },
  });
});

test('what is no JSON is said, also bytes that are not UTF-8, NUL bytes and lines beyond the limit', () => {
  const good = Buffer.from('{"instruction":"q"}');
  const bad = [
    '{"id": 1, "candidates": ["a"',
    '{"id":1}{"id":2}',
    Buffer.from([...good.subarray(0, 17), 0xff, ...good.subarray(17)]),
    Buffer.from([0xc3]),
    Buffer.from('{"a"', 'utf16le'),
    undefined,
  ];
  expect(bad.map((line) => parse(line))).toMatchInlineSnapshot(`
    [
      {
        "problem": "not JSON: Expected ',' or ']' after array element in JSON at position 28 (line 1 column 29)",
      },
      {
        "problem": "not JSON: Unexpected non-whitespace character after JSON at position 8 (line 1 column 9)",
      },
      {
        "problem": "not UTF-8.",
      },
      {
        "problem": "not UTF-8.",
      },
      {
        "problem": "it holds NUL bytes. The file must be UTF-8, not UTF-16 or binary.",
      },
      {
        "problem": "longer than 64.0 MB.",
      },
    ]
  `);
});
