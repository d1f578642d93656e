import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { cleanText, oneLine, fitEnd, fitStart, padEnd, wrapAnswer, wrapText } from './text.ts';

test('what could steer a terminal is taken out, newlines and tabs stay', () => {
  const hostile = [
    '\u001B[31mred\u001B[0m',
    '\u001B]0;title\u0007after',
    '\u001B]8;;http://evil\u001B\\link\u001B]8;;\u001B\\',
    'unfinished \u001B]0;title',
    '\u009B2Jeight bit',
    'bell\u0007 back\b null\u0000 delete\u007F',
    'over\rwritten',
    'windows\r\nline\ttab',
    'direction \u202Eevil\u202C \u2066x\u2069',
    'separators\u2028and\u2029more',
    'lone \ud800 surrogate',
    '日本語 👨‍👩‍👧 é עברית',
  ];
  expect(hostile.map(cleanText)).toMatchInlineSnapshot(`
    [
      "red",
      "after",
      "link",
      "unfinished itle",
      "eight bit",
      "bell back null delete",
      "over
    written",
      "windows
    line	tab",
      "direction evil x",
      "separators
    and
    more",
      "lone � surrogate",
      "日本語 👨‍👩‍👧 é עברית",
    ]
  `);
});

test('on one line all white space is one space', () => {
  expect(oneLine('  a\n\n b\t\u001B[2Jc \u3000d ')).toBe('a b c d');
});

const AWKWARD = [
  '',
  'a',
  'plain words in a row',
  '日本語のテキストです',
  'mixed 日本 and 👨‍👩‍👧‍👦 family 🎉🎉🎉',
  'é'.repeat(30),
  '🏳️‍🌈'.repeat(10),
  'x'.repeat(100_000),
  'word '.repeat(1000),
  '\ud800 lone',
];

test('what fits stays as it is, and what does not is cut to the width', () => {
  expect([fitEnd('hello', 5), fitEnd('hello!', 5), fitStart('hello', 5), fitStart('hello!', 5)]).toEqual([
    'hello',
    'hell…',
    'hello',
    '…llo!',
  ]);
  expect([fitEnd('日本語', 4), fitStart('日本語', 4), fitEnd('日本語', 6)]).toEqual(['日…', '…語', '日本語']);
  expect([fitEnd('a b', 2), fitEnd('abc', 1), fitEnd('abc', 0), fitStart('abc', -1)]).toEqual(['a…', '…', '', '']);
});

test('no character is torn', () => {
  expect([fitEnd('ab👨‍👩‍👧‍👦cd', 4), fitStart('ab👨‍👩‍👧‍👦cd', 4), fitEnd('ab👨‍👩‍👧‍👦cd', 5)]).toEqual(['ab…', '…cd', 'ab👨‍👩‍👧‍👦…']);
});

test('nothing is ever wider than asked for', () => {
  for (const text of AWKWARD) {
    for (const width of [1, 2, 3, 7, 20, 79]) {
      expect(stringWidth(fitEnd(text, width))).toBeLessThanOrEqual(width);
      expect(stringWidth(fitStart(text, width))).toBeLessThanOrEqual(width);
      // A character of two columns cannot be put into one.
      for (const line of wrapText(text.slice(0, 2000), width))
        expect(stringWidth(line)).toBeLessThanOrEqual(Math.max(2, width));
    }
  }
});

test('text is padded by columns, not by characters', () => {
  expect([padEnd('日本', 6), padEnd('abc', 2)]).toEqual(['日本  ', 'abc']);
});

test('text breaks at spaces, long words where they must, and line ends stay', () => {
  expect(wrapText('The quick brown fox\n\n  jumps over\tx', 10)).toEqual([
    'The quick',
    'brown fox',
    '',
    '  jumps',
    'over  x',
  ]);
  expect(wrapText('abcdefghijkl mn', 5)).toEqual(['abcde', 'fghij', 'kl mn']);
  expect(wrapText('日本語テキスト', 5)).toEqual(['日本', '語テ', 'キス', 'ト']);
  expect(wrapText('', 5)).toEqual(['']);
});

test('an answer breaks between words, but not where it is code', () => {
  const answer = 'A paragraph of words.\n\n\tshort\n```ts\nconst aLongLine = "of code";\n```\nAnd more words here.';
  expect(wrapAnswer(answer, 12)).toBe(
    'A paragraph\nof words.\n\n\tshort\n```ts\nconst aLongLine = "of code";\n```\nAnd more\nwords here.',
  );
});
