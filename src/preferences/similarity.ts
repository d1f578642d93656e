/** Letters that are words of their own, as there are no blanks between words. */
const IDEOGRAPHS = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}`;

/**
 * Words, single letters where words are not separated, and other signs. Signs that only punctuate or mark up prose are
 * left out, so that the same words in bold are the same text.
 */
const WORD = new RegExp(
  String.raw`[${IDEOGRAPHS}]|(?:(?![${IDEOGRAPHS}])[\p{L}\p{M}\p{N}])+|[^\s\p{L}\p{M}\p{N}.,;:!?"'\x60*_#()“”‘’«»]`,
  'gu',
);

/**
 * How alike two texts are, between 0 and 1: the share of pairs of neighbouring words that both have (Dice coefficient),
 * whatever their case and punctuation. 1 = the same words in the same order.
 */
export function textSimilarity(a: string, b: string): number {
  const [left, right] = [wordPairs(a), wordPairs(b)];
  let shared = 0;
  let total = 0;
  for (const [pair, count] of left) {
    shared += Math.min(count, right.get(pair) ?? 0);
    total += count;
  }
  for (const count of right.values()) total += count;
  return (2 * shared) / total;
}

/** Neighbouring words, with the beginning and the end of the text, and how often each pair occurs. */
function wordPairs(text: string): ReadonlyMap<string, number> {
  const pairs = new Map<string, number>();
  let before = '';
  for (const word of [...(text.toLowerCase().match(WORD) ?? []), '']) {
    const pair = `${before} ${word}`;
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
    before = word;
  }
  return pairs;
}
