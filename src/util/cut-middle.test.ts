import { expect, test } from 'vitest';
import { CUT_MARK, cutMiddle } from './cut-middle.ts';
import { fitText, fitTexts } from './fit-texts.ts';

test('a short text stays as it is', () => {
  expect(cutMiddle('hello', 5)).toEqual({ text: 'hello', cut: false });
});

test('head and tail stay, two parts to one', () => {
  const { text, cut } = cutMiddle(`${'a'.repeat(50)}${'z'.repeat(50)}`, 35);
  expect(text).toBe(`${'a'.repeat(20)}${CUT_MARK}${'z'.repeat(10)}`);
  expect(cut).toBe(true);
});

test.each([0, 1, 3, 5, 6, 7, 8, 9, 10, 20, 39])('length %i is never exceeded and no emoji is split', (length) => {
  const { text } = cutMiddle('👍'.repeat(20), length);
  expect(text.length).toBeLessThanOrEqual(length);
  expect(text.isWellFormed()).toBe(true);
});

const words = (text: string) => text.split(/\s+/).filter(Boolean).length;

test('a text is fitted to a budget in another unit, close to it', () => {
  const text = Array.from({ length: 5000 }, (_, index) => `w${index}`).join(' ');
  const fitted = fitText(text, 100, words);
  expect(fitted.cut).toBe(true);
  expect(words(fitted.text)).toBeLessThanOrEqual(100);
  expect(words(fitted.text)).toBeGreaterThan(85);
  expect(fitted.text).toMatch(/^w0 .*w4999$/s);
});

test('a huge text is shortened before it is measured', () => {
  let longest = 0;
  fitText('x'.repeat(10_000_000), 50, (text) => {
    longest = Math.max(longest, text.length);
    return text.length / 4;
  });
  expect(longest).toBeLessThan(2000);
});

test('what short texts leave over goes to the long ones', () => {
  const long = 'word '.repeat(1000);
  const { texts, cut } = fitTexts(['one two', long, long], 102, words);
  expect(cut).toBe(true);
  expect(texts[0]).toBe('one two');
  expect(
    texts
      .slice(1)
      .map(words)
      .every((count) => count > 40 && count <= 50),
  ).toBe(true);
});

test('texts that fit together stay as they are, and no budget leaves nothing', () => {
  expect(fitTexts(['a b', 'c'], 3, words)).toEqual({ texts: ['a b', 'c'], cut: false });
  expect(fitTexts(['a b', ''], 0, words).texts).toEqual(['', '']);
});
