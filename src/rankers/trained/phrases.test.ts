import { expect, test } from 'vitest';
import { createPhrases, phraseTable } from './phrases.ts';

// Tokens 0 to 9; the pair of 3 before 4 has the key 10 * (3 + 1) + 4.
const table = { base: 10, keys: [3, 44, 99], weights: [0.5, -2, 7] };
const valueOf = createPhrases(table);

test('tokens and neighbouring pairs count by the logarithm of how often they stand there', () => {
  expect(valueOf([3])).toBeCloseTo(0.5 * Math.log(2), 12);
  expect(valueOf([3, 4, 3, 4, 3])).toBeCloseTo(0.5 * Math.log(4) - 2 * Math.log(3), 12);
});

test('words that the table does not know change nothing', () => {
  expect(valueOf([])).toBe(0);
  expect(valueOf([4, 1, 2])).toBe(0);
});

test('a table whose parts differ in number is refused', () => {
  expect(phraseTable.safeParse({ ...table, weights: [1] }).success).toBe(false);
  expect(phraseTable.safeParse(table).success).toBe(true);
});
