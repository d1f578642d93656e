import { expect, test } from 'vitest';
import { cleanText, oneLine } from './clean-text.ts';

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
