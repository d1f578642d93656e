/**
 * The surface of a candidate in numbers: length, layout, punctuation, overlap with the instruction, repetition. Counted
 * in tokens of one vocabulary and in the order of training (`training/ranker/surface.py`).
 */

const COUNTED = ['!', '?', ',', '.', ':', '"', '(', '*', '#', '`'] as const;
const BULLETS = ['-', '*', '•'] as const;
const AFTER_NUMBER = ['.', ')'] as const;
const SENTENCE_ENDS = ['.', '!', '?'] as const;
const CLOSERS = ['.', '!', '?', ')', '"', '`', "'", ']', '}'] as const;
const DIGITS = /^(?:##)?[0-9]+$/;
const LONG_WORD = /^[a-z]{4,}$/;

/** How many numbers there are for one candidate. */
export const SURFACE_SIZE = 15 + COUNTED.length;

/** `SURFACE_SIZE` numbers; `instruction` and `candidate` are all tokens, before any are left out. */
export type MeasureSurface = (instruction: readonly number[], candidate: readonly number[]) => readonly number[];

/** Measures candidates in the token ids of one vocabulary. `newline` = the id of the token that ends a line. */
export function createSurface(vocabulary: ReadonlyMap<string, number>, newline: number): MeasureSurface {
  const idOf = (text: string) => vocabulary.get(text) ?? -1;
  const idsOf = (texts: readonly string[]): ReadonlySet<number> => new Set(texts.map(idOf).filter((id) => id >= 0));
  const idsWhere = (test: (text: string) => boolean): ReadonlySet<number> =>
    new Set([...vocabulary].filter(([text]) => test(text)).map(([, id]) => id));
  const counted = COUNTED.map(idOf);
  const [bullets, afterNumber] = [idsOf(BULLETS), idsOf(AFTER_NUMBER)];
  const [sentenceEnds, closers] = [idsOf(SENTENCE_ENDS), idsOf(CLOSERS)];
  const digits = idsWhere((text) => DIGITS.test(text));
  const pieces = idsWhere((text) => text.startsWith('##'));
  const words = idsWhere((text) => LONG_WORD.test(text));
  const selfWord = idOf('i');
  const base = [...vocabulary.values()].reduce((most, id) => Math.max(most, id), newline) + 1;

  /** Whether an item of a list begins at `index`: a line that starts with a bullet, or a number and a full stop or bracket. */
  const beginsItem = (candidate: readonly number[], index: number): boolean => {
    if (index > 0 && candidate[index - 1] !== newline) return false;
    const [first, second] = [candidate[index] ?? -1, candidate[index + 1] ?? -1];
    return bullets.has(first) || (digits.has(first) && afterNumber.has(second));
  };

  return (instruction, candidate) => {
    const size = candidate.length;
    const some = Math.max(1, size);
    const kinds = new Set(candidate);
    const asked = intersect(new Set(instruction), words);
    const said = intersect(kinds, words);
    const shared = intersect(asked, said).size;
    const count = (test: (id: number, index: number) => boolean) => candidate.filter(test).length;
    const equal = (token: number) => count((id) => id === token);
    const among = (ids: ReadonlySet<number>) => count((id) => ids.has(id));
    const last = candidate.at(-1);
    return [
      Math.log1p(size),
      Math.log1p(kinds.size),
      Math.log1p(equal(newline)),
      Math.log1p(count((id, index) => id === newline && candidate[index + 1] === newline)),
      Math.log1p(count((_, index) => beginsItem(candidate, index))),
      ...counted.map((token) => Math.log1p(equal(token))),
      Math.log1p(among(digits)),
      kinds.size / some,
      among(pieces) / some,
      Math.log1p(size / (1 + among(sentenceEnds))),
      shared / Math.max(1, asked.size),
      shared / Math.max(1, said.size),
      last !== undefined && closers.has(last) ? 1 : 0,
      distinctTriples(candidate, base) / Math.max(1, size - 2),
      equal(selfWord) / some,
      Math.log1p(instruction.length),
    ];
  };
}

/** `base` = a number above every id, for numbering sequences of tokens. */
function distinctTriples(tokens: readonly number[], base: number): number {
  const triples = new Set<number>();
  let [first = 0, second = 0] = tokens;
  for (const third of tokens.slice(2)) {
    triples.add((first * base + second) * base + third);
    [first, second] = [second, third];
  }
  return triples.size;
}

function intersect(left: ReadonlySet<number>, right: ReadonlySet<number>): ReadonlySet<number> {
  return new Set([...left].filter((id) => right.has(id)));
}
