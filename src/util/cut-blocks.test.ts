import { expect, test } from 'vitest';
import { cutBlocks } from './cut-blocks.ts';
import { createRandom } from './random.ts';
import { splitBlocks } from './text-blocks.ts';

const prose = (count: number, word = 'word') =>
  Array.from({ length: count }, (_, index) => `The ${word} number ${index} is here.`).join(' ');
const code = (lines: number) =>
  `\`\`\`ts\n${Array.from({ length: lines }, (_, index) => `const value${index} = ${index};`).join('\n')}\n\`\`\``;
const list = (items: number) => Array.from({ length: items }, (_, index) => `${index + 1}. Item ${index}`).join('\n');

/** True where every block of code that is opened is closed. */
function isBalanced(text: string): boolean {
  return splitBlocks(text)
    .filter(({ kind }) => kind === 'code')
    .every((block) => block.text.trimEnd().endsWith('```') && block.text.trimEnd().includes('\n'));
}

test('a short text stays as it is', () => {
  expect(cutBlocks(code(3), 1000)).toEqual({ text: code(3), cut: false });
});

test('prose is cut between sentences, near two thirds', () => {
  const { text } = cutBlocks(prose(100), 600);
  expect(text).toMatch(/^The word number 0 is here\. .*is here\. \[…\] The word .*number 99 is here\.$/s);
  expect(text.indexOf('[…]') / text.length).toBeGreaterThan(0.55);
  expect(text.indexOf('[…]') / text.length).toBeLessThan(0.75);
  expect(text.length).toBeGreaterThan(500);
});

test('a block of code and a list stay whole where they fit, and the prose around them gives way', () => {
  const { text } = cutBlocks(`${prose(30, 'head')}\n\n${code(10)}\n\n${list(8)}\n\n${prose(60, 'tail')}`, 1800);
  expect(text).toContain(code(10));
  expect(text).toContain(list(8));
  expect(text).toMatch(/^The head number 0/);
  expect(text).toMatch(/The tail number 59 is here\.$/);
});

test('a block of code that does not fit goes whole where enough is left without it', () => {
  const { text } = cutBlocks(`${prose(20)}\n\n${code(40)}\n\n${prose(20)}`, 1000);
  expect(text).not.toContain('```');
  expect(text).not.toContain('const');
});

test('an answer that is one block of code is cut between its lines, its fences whole', () => {
  const { text } = cutBlocks(code(200), 500);
  expect(text).toMatch(/^```ts\nconst value0 = 0;\n.*;\n\[…\]\nconst .*\nconst value199 = 199;\n```$/s);
});

test('a list is cut between its items', () => {
  const { text } = cutBlocks(list(300), 300);
  expect(text).toMatch(/^1\. Item 0\n(?:\d+\. Item \d+\n)*\n\[…\]\n\n(?:\d+\. Item \d+\n)+300\. Item 299$/);
});

test('two blocks of code, cut within both, each keep their fences', () => {
  const { text } = cutBlocks(`${code(100)}\n${code(100).replace('ts', 'python')}`, 400);
  expect(text).toMatch(/^```ts\nconst value0 .*\n\[…\]\n```\n```python\nconst .*value99 = 99;\n```$/s);
});

test('one endless line is cut anywhere, and no emoji is split', () => {
  const { text } = cutBlocks(`\`\`\`\n${'👍'.repeat(5000)}\n\`\`\``, 400);
  expect(text).toMatch(/^```\n👍+\n\[…\]\n👍+\n```$/u);
  expect(text.isWellFormed()).toBe(true);
});

test('the blocks of a text are the text', () => {
  const text = `Intro:\n- a\n  more\n\n- b\n\n\n| x | y |\n|---|---|\n\n~~~\n\`\`\`\n~~~\nEnd\n1) one\n\`\`\`js\nopen`;
  const blocks = splitBlocks(text);
  expect(blocks.map((block) => block.text).join('')).toBe(text);
  expect(blocks.map(({ kind }) => kind)).toEqual(['prose', 'list', 'table', 'code', 'prose', 'list', 'code']);
});

test('whatever the text and the length: it fits, head and tail stay, and no fence stays open', () => {
  const random = createRandom(1);
  const below = (limit: number) => Math.floor(random.uniform() * limit);
  for (let round = 0; round < 2000; round++) {
    const pieces = Array.from(
      { length: 1 + below(6) },
      () =>
        [
          prose(1 + below(30)),
          code(1 + below(40)),
          list(1 + below(30)),
          `${'x'.repeat(below(900))}`,
          '漢字。'.repeat(below(90)),
        ][below(5)],
    );
    const text = `HEAD ${pieces.join('\n\n')} TAIL`.replace('HEAD ```', 'HEAD\n```').replace('``` TAIL', '```\nTAIL');
    const length = 100 + below(text.length + 100);
    const cut = cutBlocks(text, length);
    expect(cut.text.length).toBeLessThanOrEqual(length);
    expect(cut.cut).toBe(text.length > length);
    expect(cut.text).toMatch(/^HEAD/);
    expect(cut.text).toMatch(/TAIL$/);
    expect(isBalanced(cut.text), cut.text).toBe(true);
    if (cut.cut) expect(cut.text.length).toBeGreaterThan(length / 4);
  }
});
