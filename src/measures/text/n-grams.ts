/** How often each token occurs. */
export function countTokens(tokens: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return counts;
}

/** Runs of up to `order` tokens of a reference, prepared so that many answers can be held against it. */
export class ReferenceGrams<TOKEN extends string | number> {
  /** By length of the runs: how many there are, of the longest of several references. */
  readonly totals: readonly number[];
  readonly #tokens = new Map<TOKEN, number>();
  /** By length, from 2. */
  readonly #runs: readonly RunTable[];
  /** By length and run: how often it occurs; of several references the most. */
  readonly #counts: readonly Int32Array[];

  constructor(references: readonly (readonly TOKEN[])[], order: number) {
    for (const token of references.flat()) {
      if (!this.#tokens.has(token)) this.#tokens.set(token, this.#tokens.size);
    }
    const lengths = references.map(({ length }) => length);
    const longest = Math.max(0, ...lengths);
    const most = lengths.reduce((sum, length) => sum + length, 0);
    this.totals = Array.from({ length: order }, (_, index) => Math.max(0, longest - index));
    this.#runs = this.totals.slice(1).map(() => new RunTable(this.#tokens.size, most));
    const counts = this.totals.map((_, index) => new Int32Array(index === 0 ? this.#tokens.size : most));
    for (const reference of references) this.#add(reference, counts);
    this.#counts = counts.map((own, index) => own.slice(0, index === 0 ? own.length : this.#runs[index - 1]?.size));
  }

  #add(reference: readonly TOKEN[], counts: readonly Int32Array[]): void {
    const tokens = Int32Array.from(reference, (token) => this.#tokens.get(token) ?? 0);
    const runs = tokens.slice();
    for (const [index, most] of counts.entries()) {
      const own = new Int32Array(most.length);
      for (let start = 0; start + index < tokens.length; start++) {
        let run = runs[start] ?? 0;
        if (index > 0) run = this.#runs[index - 1]?.add(run, tokens[start + index] ?? 0) ?? 0;
        runs[start] = run;
        own[run] = (own[run] ?? 0) + 1;
      }
      for (let run = 0; run < own.length; run++) most[run] = Math.max(most[run] ?? 0, own[run] ?? 0);
    }
  }

  /** By length: how many runs of the answer are in the reference, none more often than there. */
  commonWith(answer: readonly TOKEN[]): readonly number[] {
    const tokens = Int32Array.from(answer, (token) => this.#tokens.get(token) ?? -1);
    const runs = tokens.slice();
    return this.#counts.map((counts, index) => {
      const left = counts.slice();
      const known = index === 0 ? undefined : this.#runs[index - 1];
      let common = 0;
      for (let start = 0; start + index < tokens.length; start++) {
        let run = runs[start] ?? -1;
        if (run === -1) continue;
        if (known !== undefined) {
          run = known.find(run, tokens[start + index] ?? -1);
          runs[start] = run;
          if (run === -1) continue;
        }
        const count = left[run] ?? 0;
        if (count === 0) continue;
        common += 1;
        left[run] = count - 1;
      }
      return common;
    });
  }
}

/** Numbers runs of one length by the run without the last token, and that token: a hash table, as a `Map` takes several times as long. */
class RunTable {
  /** Different runs so far. They have the numbers below it. */
  size = 0;
  readonly #alphabet: number;
  readonly #mask: number;
  readonly #keys: Float64Array;
  readonly #numbers: Int32Array;

  /** @param alphabet different tokens. @param most runs that are added at most. */
  constructor(alphabet: number, most: number) {
    const slots = 2 ** Math.ceil(Math.log2(2 * most + 1));
    this.#alphabet = alphabet;
    this.#mask = slots - 1;
    this.#keys = new Float64Array(slots).fill(-1);
    this.#numbers = new Int32Array(slots).fill(-1);
  }

  /** The number of a run, which is added where it is new. */
  add(run: number, token: number): number {
    const slot = this.#slotOf(run, token);
    if (this.#keys[slot] === -1) {
      this.#keys[slot] = run * this.#alphabet + token;
      this.#numbers[slot] = this.size;
      this.size += 1;
    }
    return this.#numbers[slot] ?? -1;
  }

  /** The number of a run; -1 where it is unknown, or the token is -1. */
  find(run: number, token: number): number {
    return token === -1 ? -1 : (this.#numbers[this.#slotOf(run, token)] ?? -1);
  }

  /** Where the run is, or would be. */
  #slotOf(run: number, token: number): number {
    const key = run * this.#alphabet + token;
    const mixed = Math.imul(run, 0x9e3779b1) ^ Math.imul(token, 0x85ebca6b);
    let slot = (mixed ^ (mixed >>> 15)) & this.#mask;
    while (this.#keys[slot] !== key && this.#keys[slot] !== -1) slot = (slot + 1) & this.#mask;
    return slot;
  }
}

/** Runs a function once for each different input. */
export function remembered<INPUT, OUTPUT>(compute: (input: INPUT) => OUTPUT): (input: INPUT) => OUTPUT {
  const known = new Map<INPUT, OUTPUT>();
  return (input) => {
    if (!known.has(input)) known.set(input, compute(input));
    return known.get(input) as OUTPUT;
  };
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
