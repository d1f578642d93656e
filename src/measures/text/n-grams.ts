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
    for (const reference of references) {
      for (const token of reference) if (!this.#tokens.has(token)) this.#tokens.set(token, this.#tokens.size);
    }
    const lengths = references.map(({ length }) => length);
    const longest = Math.max(0, ...lengths);
    const most = lengths.reduce((sum, length) => sum + length, 0);
    this.totals = Array.from({ length: order }, (_, index) => Math.max(0, longest - index));
    this.#runs = this.totals.slice(1).map(() => new RunTable(most));
    const counts = this.totals.map((_, index) => new Int32Array(index === 0 ? this.#tokens.size : most));
    for (const reference of references) this.#add(this.#numbersOf(reference), counts);
    this.#counts = counts.map((own, index) => own.slice(0, index === 0 ? own.length : this.#runs[index - 1]?.size));
  }

  #add(tokens: Int32Array, counts: readonly Int32Array[]): void {
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

  /** The numbers of tokens; -1 for those that the reference has not. */
  #numbersOf(tokens: readonly TOKEN[]): Int32Array {
    const numbers = new Int32Array(tokens.length);
    for (let place = 0; place < tokens.length; place++) {
      const token = tokens[place];
      numbers[place] = token === undefined ? -1 : (this.#tokens.get(token) ?? -1);
    }
    return numbers;
  }

  /** By length: how many runs of the answer are in the reference, none more often than there. */
  commonWith(answer: readonly TOKEN[]): readonly number[] {
    const tokens = this.#numbersOf(answer);
    const runs = tokens.slice();
    return this.#counts.map((counts, index) => {
      this.#runs[index - 1]?.extend(runs, tokens, index);
      const left = counts.slice();
      let common = 0;
      for (let start = 0; start + index < tokens.length; start++) {
        const run = runs[start] ?? -1;
        const count = run === -1 ? 0 : (left[run] ?? 0);
        if (count === 0) continue;
        common += 1;
        left[run] = count - 1;
      }
      return common;
    });
  }
}

/** Numbers of a slot in the table of runs. */
const SLOT = 3;

/** Numbers runs of one length by the run without the last token, and that token: a hash table, as a `Map` takes several times as long. */
class RunTable {
  /** Different runs so far. They have the numbers below it. */
  size = 0;
  readonly #mask: number;
  /** The run without its last token, that token, and the number; -1 where a slot is free. */
  readonly #slots: Int32Array;

  /** @param most runs that are added at most. */
  constructor(most: number) {
    const slots = 2 ** Math.ceil(Math.log2(2 * most + 1));
    this.#mask = slots - 1;
    this.#slots = new Int32Array(SLOT * slots).fill(-1);
  }

  /** The number of a run, which is added where it is new. */
  add(run: number, token: number): number {
    const slots = this.#slots;
    const at = slotOf(slots, this.#mask, run, token);
    if (slots[at] === -1) {
      slots.set([run, token, this.size], at);
      this.size += 1;
    }
    return slots[at + 2] ?? -1;
  }

  /** Makes runs longer by the token that is `length` behind their first one. Those that are unknown become -1. */
  extend(runs: Int32Array, tokens: Int32Array, length: number): void {
    const [slots, mask] = [this.#slots, this.#mask];
    for (let start = 0; start + length < tokens.length; start++) {
      const run = runs[start] ?? -1;
      const token = tokens[start + length] ?? -1;
      if (run !== -1) runs[start] = token === -1 ? -1 : (slots[slotOf(slots, mask, run, token) + 2] ?? -1);
    }
  }
}

/** Where a run is in the table, or would be. */
function slotOf(slots: Int32Array, mask: number, run: number, token: number): number {
  const mixed = Math.imul(run, 0x9e3779b1) ^ Math.imul(token, 0x85ebca6b);
  let slot = (mixed ^ (mixed >>> 15)) & mask;
  for (;;) {
    const at = SLOT * slot;
    const known = slots[at];
    if (known === -1 || (known === run && slots[at + 1] === token)) return at;
    slot = (slot + 1) & mask;
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
