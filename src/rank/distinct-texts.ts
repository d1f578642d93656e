import { hash } from 'node:crypto';
import type { PairComparison } from '../compare/index.ts';
import type { PairIndices } from './schedule/schedule.ts';

/** The different texts among the candidates. */
export interface DistinctTexts {
  /** Each text once, in an order that depends on the texts and the seed alone. */
  readonly texts: readonly string[];
  /** For each candidate as given, the index of its text in `texts`; undefined for a blank one, which is left out. */
  readonly indexOf: readonly (number | undefined)[];
  /** The same comparison with the indices of the candidates as given; for a repeated text, of its first occurrence. */
  readonly toGiven: (comparison: PairComparison) => PairComparison;
  /** Two indices likewise. */
  readonly toGivenPair: (pair: PairIndices) => PairIndices;
}

/**
 * Drops repeated candidates, blank ones being all the same, and puts the rest in an order drawn by hashing each text with the seed. Everything that
 * follows, from the pairs compared to the order of sums, then cannot depend on the order of the input.
 */
export function distinctTexts(given: readonly string[], seed: number): DistinctTexts {
  // Blank texts tie whatever their white space, and lose to all others without being compared.
  const candidates = given.map((text) => (text.trim() === '' ? '' : text));
  const keyed = [...new Set(candidates)]
    .filter((text) => text !== '')
    .map((text) => ({ text, key: hash('sha256', JSON.stringify([seed, text])) }));
  const texts = keyed.toSorted((left, right) => (left.key < right.key ? -1 : 1)).map(({ text }) => text);
  const position = new Map(texts.map((text, index) => [text, index]));
  const firstGiven = texts.map((text) => candidates.indexOf(text));
  return {
    texts,
    indexOf: candidates.map((text) => position.get(text)),
    toGiven: (comparison) => ({
      ...comparison,
      left: firstGiven[comparison.left] ?? comparison.left,
      right: firstGiven[comparison.right] ?? comparison.right,
    }),
    toGivenPair: ([left, right]) => [firstGiven[left] ?? left, firstGiven[right] ?? right],
  };
}
