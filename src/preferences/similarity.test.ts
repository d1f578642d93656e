import { expect, test } from 'vitest';
import { textSimilarity } from './similarity.ts';

test.each([
  ['the same text', 'Paris is in France.', 'Paris is in France.', 1],
  ['another case and punctuation', 'Paris is in France.', '**paris** is in “France”', 1],
  ['one word of five', 'The answer is 4.', 'The answer is 5.', 0.6],
  ['one word alone', 'Paris', 'Rome', 0],
  ['no words at all', '...', '!?', 1],
  ['another order', 'one two three', 'three two one', 0],
  ['a word more', 'a b c d e f g h i', 'a b c d e f g h i j', 20 / 21 - 2 / 21],
  ['Japanese, without blanks', '東京は日本の首都です', '東京は日本の首都だ', (2 * 8) / (11 + 10)],
  ['signs of sums', '5 + 3', '5 - 3', 0.5],
  ['repeated words', 'no no no no', 'no', 4 / 7],
  ['nothing shared', 'yes', 'a long answer', 0],
])('%s', (_, a, b, expected) => {
  expect(textSimilarity(a, b)).toBeCloseTo(expected, 10);
  expect(textSimilarity(b, a)).toBeCloseTo(expected, 10);
});

test('a word changed in a long text leaves it near-identical', () => {
  const words = Array.from({ length: 100 }, (_, index) => `word${index}`);
  expect(textSimilarity(words.join(' '), words.with(50, 'other').join(' '))).toBeCloseTo(99 / 101, 10);
});
