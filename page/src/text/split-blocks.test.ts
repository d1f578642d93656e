import { expect, test } from 'vitest';
import { splitBlocks } from './split-blocks.ts';

test.each<[string, string, readonly string[]]>([
  ['nothing', '', []],
  ['empty lines', '\n\n', []],
  ['paragraphs', 'a\nb\n\nc', ['a\nb\n', 'c']],
  ['code with empty lines', '```js\na\n\nb\n```\n\nc', ['```js\na\n\nb\n```\n', 'c']],
  ['code that is still written', 'a\n\n```js\nb\n\nc', ['a\n', '```js\nb\n\nc']],
  ['a longer fence around a shorter one', '````\n```\n\n```\n````\n\nx', ['````\n```\n\n```\n````\n', 'x']],
  ['tildes', '~~~\na\n\n```\n~~~\n\nb', ['~~~\na\n\n```\n~~~\n', 'b']],
  ['a list with gaps', '1. a\n\n2. b\n\n   more of b\n\nafter', ['1. a\n\n2. b\n\n   more of b\n', 'after']],
  ['a paragraph before a list', 'a\n\n- b', ['a\n', '- b']],
  ['indented code', '    a\n\n    b\n\nc', ['    a\n\n    b\n', 'c']],
])('%s', (_, markdown, blocks) => {
  expect(splitBlocks(markdown)).toEqual(blocks);
  // Nothing is lost, and what is finished does not change with what follows.
  expect(splitBlocks(markdown).join('\n').trim()).toBe(markdown.trim());
});
