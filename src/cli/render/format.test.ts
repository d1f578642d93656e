import { expect, test } from 'vitest';
import { bar, formatBytes, formatCount, formatDuration, formatShare } from './format.ts';
import { tableLines } from './text.ts';
import { toJson } from '../../records/to-json.ts';

test('numbers are written as people say them', () => {
  expect([0, 999, 98_362_432, 5_050_000_000].map(formatBytes)).toEqual(['0.0 kB', '1.0 kB', '98.4 MB', '5.0 GB']);
  expect([0, 3210, 9960, 59_400, 59_700, 125_000, 4_200_000].map(formatDuration)).toEqual([
    '0.0 s',
    '3.2 s',
    '10 s',
    '59 s',
    '1 min 00 s',
    '2 min 05 s',
    '1 h 10 min',
  ]);
  expect([formatCount(1, 'answer'), formatCount(1234, 'answer'), formatCount(2, 'reply', 'replies')]).toEqual([
    '1 answer',
    '1,234 answers',
    '2 replies',
  ]);
  expect([-1, 0, 0.999, 1, 2].map(formatShare)).toEqual(['0 %', '0 %', '99 %', '100 %', '100 %']);
});

test('a bar has its width whatever the share', () => {
  expect([-1, 0, 0.5, 1, 7].map((share) => bar(share, 6))).toEqual(['░░░░░░', '░░░░░░', '███░░░', '██████', '██████']);
});

test('a table has no borders and lines up', () => {
  expect(
    tableLines(
      [
        ['name', 'size', 'state'],
        ['日本', '1.0 kB', 'cached'],
        ['longer name', '98.4 MB', 'absent'],
      ],
      { rightAligned: [1] },
    ).join('\n'),
  ).toMatchInlineSnapshot(`
    "name            size  state 
    日本          1.0 kB  cached
    longer name  98.4 MB  absent"
  `);
});

test('JSON is one line, has null for what is not there, and nothing that ends lines or steers terminals', () => {
  const json = toJson({
    a: undefined,
    b: Number.NaN,
    c: [Infinity, undefined, 1],
    d: '\u2028\u0085\u009B\u001B\n🎉',
    e: {},
  });
  expect(json).toBe('{"a":null,"b":null,"c":[null,null,1],"d":"\\u2028\\u0085\\u009b\\u001b\\n🎉","e":{}}');
  expect(JSON.parse(json).d).toBe('\u2028\u0085\u009B\u001B\n🎉');
});
