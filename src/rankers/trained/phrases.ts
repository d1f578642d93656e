import { z } from 'zod';

const key = z.number().int().nonnegative();

/** The contents of `phrases.json` of a ranker folder; written by `training/`. */
export const phraseTable = z
  .object({
    /** The number of tokens of the vocabulary. */
    base: z.number().int().positive(),
    /** The key of token `a` is `a`, that of `a` before `b` is `base * (a + 1) + b`. */
    keys: z.array(key),
    /** Log-odds, one for each key. */
    weights: z.array(z.number()),
  })
  .refine(({ keys, weights }) => keys.length === weights.length, 'keys and weights differ in number');

/** @see phraseTable */
export type PhraseTable = z.infer<typeof phraseTable>;

/**
 * What the words of a candidate are worth: a weight for each token and each pair of neighbouring tokens that the answers of
 * many instructions share (Wang and Manning 2012), as in training (`training/ranker/phrases.py`).
 */
export class Phrases {
  readonly #base: number;
  readonly #weights: ReadonlyMap<number, number>;

  constructor({ base, keys, weights }: PhraseTable) {
    this.#base = base;
    this.#weights = new Map(keys.map((entry, index) => [entry, weights[index] ?? 0]));
  }

  /** Log-odds that the phrases of a text speak for it; `tokens` are all of its tokens. */
  value(tokens: readonly number[]): number {
    const counts = new Map<number, number>();
    const count = (entry: number) => {
      if (this.#weights.has(entry)) counts.set(entry, (counts.get(entry) ?? 0) + 1);
    };
    for (const [index, token] of tokens.entries()) {
      count(token);
      const next = tokens[index + 1];
      if (next !== undefined) count(this.#base * (token + 1) + next);
    }
    let sum = 0;
    for (const [entry, times] of counts) sum += (this.#weights.get(entry) ?? 0) * Math.log1p(times);
    return sum;
  }
}
