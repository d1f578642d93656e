/** Bits of a word: two words and a carry add up to less than 2^31. */
const BITS = 30;
const ALL = 2 ** BITS - 1;

/** The tokens of a reference, prepared so that many answers can be held against it. */
export class ReferenceSequence {
  readonly length: number;
  readonly #words: number;
  /** By token: the words of bits in which it stands, ascending, and its bits in each. */
  readonly #places = new Map<string, { readonly words: number[]; readonly bits: number[] }>();

  constructor(reference: readonly string[]) {
    this.length = reference.length;
    this.#words = Math.ceil(reference.length / BITS);
    for (const [place, token] of reference.entries()) {
      const known = this.#places.get(token) ?? { words: [], bits: [] };
      if (known.words.length === 0) this.#places.set(token, known);
      const [word, bit] = [Math.floor(place / BITS), 1 << (place % BITS)];
      if (known.words.at(-1) === word) known.bits.push((known.bits.pop() ?? 0) | bit);
      else {
        known.words.push(word);
        known.bits.push(bit);
      }
    }
  }

  /**
   * Length of a longest common subsequence with an answer, by bit vectors (Hyyrö 2004): a bit turns to 0 where the
   * subsequence with the reference up to there grows by one.
   */
  commonWith(answer: readonly string[]): number {
    const state = new Int32Array(this.#words).fill(ALL);
    for (const token of answer) {
      const places = this.#places.get(token);
      if (places === undefined) continue;
      let [word, carry] = [-1, 0];
      for (let index = 0; index < places.words.length; index++) {
        const next = places.words[index] ?? 0;
        for (word += 1; carry === 1 && word < next; word++) carry = step(state, word, 0, carry);
        word = next;
        carry = step(state, word, places.bits[index] ?? 0, carry);
      }
      for (word += 1; carry === 1 && word < state.length; word++) carry = step(state, word, 0, carry);
    }
    let common = 0;
    for (let place = 0; place < this.length; place++) {
      common += (((state[Math.floor(place / BITS)] ?? 0) >>> (place % BITS)) & 1) ^ 1;
    }
    return common;
  }
}

/** Updates a word for the places where the token stands. @returns the carry to the next word */
function step(state: Int32Array, word: number, matches: number, carry: number): number {
  const own = state[word] ?? 0;
  const sum = own + (own & matches) + carry;
  state[word] = (sum & ALL) | (own & ~matches);
  return sum >>> BITS;
}
