/** How often each run of `order` tokens occurs. */
export function countNGrams(tokens: readonly string[], order: number, separator = ' '): Map<string, number> {
  const counts = new Map<string, number>();
  for (let start = 0; start + order <= tokens.length; start++) {
    const key = tokens.slice(start, start + order).join(separator);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** What two counts have in common. */
export function commonCount(left: ReadonlyMap<string, number>, right: ReadonlyMap<string, number>): number {
  let common = 0;
  for (const [key, count] of left) common += Math.min(count, right.get(key) ?? 0);
  return common;
}

/** Sum of the counts. */
export function totalCount(counts: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}

/** White space of Python's `str.split`: `\s` has U+FEFF besides, and lacks U+0085 and U+001C to U+001F. */
const SPACE = String.raw`[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`;
const SPACES = new RegExp(`${SPACE}+`);
const ONE_SPACE = new RegExp(SPACE);

/** Splits at white space as Python does. */
export function splitWords(text: string): readonly string[] {
  return text.split(SPACES).filter(Boolean);
}

/** Removes white space at the end as Python does. */
export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && ONE_SPACE.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** The same at the beginning. */
export function trimStart(text: string): string {
  let start = 0;
  while (start < text.length && ONE_SPACE.test(text.charAt(start))) start += 1;
  return text.slice(start);
}
