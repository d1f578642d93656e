/** How often each token occurs. */
export function countTokens(tokens: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return counts;
}

/** Runs of up to `order` tokens of a reference, prepared so that many answers can be held against it. */
export class ReferenceGrams {
  /** By length of the runs: how many there are, of the longest of several references. */
  readonly totals: readonly number[];
  readonly #tokens = new Map<string, number>();
  /** By length: a run by the one without its last token, and that token. */
  readonly #runs: readonly Map<number, number>[];
  /** By length and run: how often it occurs; of several references the most. */
  readonly #counts: readonly number[][];

  constructor(references: readonly (readonly string[])[], order: number) {
    for (const token of references.flat()) {
      if (!this.#tokens.has(token)) this.#tokens.set(token, this.#tokens.size);
    }
    this.#runs = Array.from({ length: order }, () => new Map<number, number>());
    this.#counts = this.#runs.map(() => []);
    const longest = Math.max(0, ...references.map(({ length }) => length));
    this.totals = this.#runs.map((_, index) => Math.max(0, longest - index));
    for (const reference of references) this.#add(reference);
  }

  #add(reference: readonly string[]): void {
    const tokens = reference.map((token) => this.#tokens.get(token) ?? 0);
    let runs = tokens;
    for (const [index, known] of this.#runs.entries()) {
      if (index > 0) {
        runs = runs.slice(0, -1).map((run, start) => {
          const key = this.#keyOf(run, tokens[start + index] ?? 0);
          const place = known.get(key) ?? known.size;
          known.set(key, place);
          return place;
        });
      }
      const own: number[] = [];
      for (const run of runs) own[run] = (own[run] ?? 0) + 1;
      const counts = this.#counts[index] ?? [];
      for (const run of new Set(runs)) counts[run] = Math.max(own[run] ?? 0, counts[run] ?? 0);
    }
  }

  #keyOf(run: number, token: number): number {
    return run * this.#tokens.size + token;
  }

  /** By length: how many runs of the answer are in the reference, none more often than there. */
  commonWith(answer: readonly string[]): readonly number[] {
    const tokens = Int32Array.from(answer, (token) => this.#tokens.get(token) ?? -1);
    const runs = Int32Array.from(tokens);
    return this.#runs.map((known, index) => {
      const left = Int32Array.from(this.#counts[index] ?? []);
      let common = 0;
      for (let start = 0; start + index < tokens.length; start++) {
        let run = runs[start] ?? -1;
        if (index > 0 && run !== -1) {
          const token = tokens[start + index] ?? -1;
          run = token === -1 ? -1 : (known.get(this.#keyOf(run, token)) ?? -1);
          runs[start] = run;
        }
        if (run === -1 || left[run] === 0) continue;
        common += 1;
        left[run] = (left[run] ?? 0) - 1;
      }
      return common;
    });
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
