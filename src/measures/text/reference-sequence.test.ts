import { expect, test } from 'vitest';
import { createRandom } from '../../util/random.ts';
import { ReferenceSequence } from './reference-sequence.ts';

/** By the definition: the table of all prefixes. */
function commonByTable(left: readonly string[], right: readonly string[]): number {
  let above = right.map(() => 0);
  for (const token of left) {
    const row: number[] = [];
    for (const [place, other] of right.entries()) {
      row.push(token === other ? (above[place - 1] ?? 0) + 1 : Math.max(above[place] ?? 0, row[place - 1] ?? 0));
    }
    above = row;
  }
  return above.at(-1) ?? 0;
}

test.each([
  [0, 0],
  [1, 1],
  [29, 31],
  [30, 30],
  [31, 90],
  [120, 61],
  [300, 10],
])('references of %i tokens and answers of %i have the common length of the table', (length, answerLength) => {
  const { uniform } = createRandom(length + 1);
  for (const alphabet of [1, 2, 7, 200]) {
    const text = (count: number) => Array.from({ length: count }, () => `t${Math.floor(uniform() * alphabet)}`);
    for (let round = 0; round < 20; round++) {
      const [reference, answer] = [text(length), text(answerLength)];
      expect(new ReferenceSequence(reference).commonWith(answer)).toBe(commonByTable(reference, answer));
    }
  }
});
