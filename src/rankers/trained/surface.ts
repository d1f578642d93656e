/**
 * What the surface of a candidate tells: length, layout, punctuation, overlap with the instruction, repetition. Counted
 * in tokens of one vocabulary and in the order of training (`training/ranker/surface.py`).
 */

const COUNTED = ['!', '?', ',', '.', ':', '"', '(', '*', '#', '`'] as const;
const BULLETS = ['-', '*', '•'] as const;
const AFTER_NUMBER = ['.', ')'] as const;
const SENTENCE_ENDS = ['.', '!', '?'] as const;
const CLOSERS = ['.', '!', '?', ')', '"', '`', "'", ']', '}'] as const;
const DIGITS = /^(?:##)?[0-9]+$/;
const LONG_WORD = /^[a-z]{4,}$/;

/** How many numbers `Surface` gives for one candidate. */
export const SURFACE_SIZE = 15 + COUNTED.length;

/** Measures candidates in the token ids of one vocabulary. */
export class Surface {
  readonly #newline: number;
  readonly #counted: readonly number[];
  readonly #bullets: ReadonlySet<number>;
  readonly #afterNumber: ReadonlySet<number>;
  readonly #sentenceEnds: ReadonlySet<number>;
  readonly #closers: ReadonlySet<number>;
  readonly #digits: ReadonlySet<number>;
  readonly #pieces: ReadonlySet<number>;
  readonly #words: ReadonlySet<number>;
  readonly #selfWord: number;
  /** Above every id, for numbering sequences of tokens. */
  readonly #base: number;

  /** `newline` = the id of the token that ends a line. */
  constructor(vocabulary: ReadonlyMap<string, number>, newline: number) {
    const idOf = (text: string) => vocabulary.get(text) ?? -1;
    const idsOf = (texts: readonly string[]) => new Set(texts.map(idOf).filter((id) => id >= 0));
    const idsWhere = (test: (text: string) => boolean) =>
      new Set([...vocabulary].filter(([text]) => test(text)).map(([, id]) => id));
    this.#newline = newline;
    this.#counted = COUNTED.map(idOf);
    this.#bullets = idsOf(BULLETS);
    this.#afterNumber = idsOf(AFTER_NUMBER);
    this.#sentenceEnds = idsOf(SENTENCE_ENDS);
    this.#closers = idsOf(CLOSERS);
    this.#digits = idsWhere((text) => DIGITS.test(text));
    this.#pieces = idsWhere((text) => text.startsWith('##'));
    this.#words = idsWhere((text) => LONG_WORD.test(text));
    this.#selfWord = idOf('i');
    this.#base = [...vocabulary.values()].reduce((most, id) => Math.max(most, id), newline) + 1;
  }

  /** `SURFACE_SIZE` numbers; `instruction` and `candidate` are all tokens, before any are left out. */
  measure(instruction: readonly number[], candidate: readonly number[]): readonly number[] {
    const size = candidate.length;
    const some = Math.max(1, size);
    const kinds = new Set(candidate);
    const asked = intersect(new Set(instruction), this.#words);
    const said = intersect(kinds, this.#words);
    const shared = intersect(asked, said).size;
    const count = (test: (id: number, index: number) => boolean) => candidate.filter(test).length;
    const equal = (token: number) => count((id) => id === token);
    const among = (ids: ReadonlySet<number>) => count((id) => ids.has(id));
    const last = candidate.at(-1);
    return [
      Math.log1p(size),
      Math.log1p(kinds.size),
      Math.log1p(equal(this.#newline)),
      Math.log1p(count((id, index) => id === this.#newline && candidate[index + 1] === this.#newline)),
      Math.log1p(count((_, index) => this.#beginsItem(candidate, index))),
      ...this.#counted.map((token) => Math.log1p(equal(token))),
      Math.log1p(among(this.#digits)),
      kinds.size / some,
      among(this.#pieces) / some,
      Math.log1p(size / (1 + among(this.#sentenceEnds))),
      shared / Math.max(1, asked.size),
      shared / Math.max(1, said.size),
      last !== undefined && this.#closers.has(last) ? 1 : 0,
      this.#distinctTriples(candidate) / Math.max(1, size - 2),
      equal(this.#selfWord) / some,
      Math.log1p(instruction.length),
    ];
  }

  /** Whether an item of a list begins at `index`: a line that starts with a bullet or a number and a mark. */
  #beginsItem(candidate: readonly number[], index: number): boolean {
    if (index > 0 && candidate[index - 1] !== this.#newline) return false;
    const [first, second] = [candidate[index] ?? -1, candidate[index + 1] ?? -1];
    return this.#bullets.has(first) || (this.#digits.has(first) && this.#afterNumber.has(second));
  }

  #distinctTriples(candidate: readonly number[]): number {
    const triples = new Set<number>();
    let [first = 0, second = 0] = candidate;
    for (const [index, third] of candidate.entries()) {
      if (index < 2) continue;
      triples.add((first * this.#base + second) * this.#base + third);
      [first, second] = [second, third];
    }
    return triples.size;
  }
}

function intersect(left: ReadonlySet<number>, right: ReadonlySet<number>): ReadonlySet<number> {
  return new Set([...left].filter((id) => right.has(id)));
}
