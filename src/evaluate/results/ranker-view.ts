import type { RankerAnswer, StoredComparison } from '../run/answers.ts';

/** A pair as a ranker was shown it, without those that a rule decided. */
export interface ShownPair {
  readonly left: number;
  readonly right: number;
  /** Log-odds for what was shown first, with left first and with right first; undefined where that was not asked. */
  readonly forward: number | undefined;
  readonly reverse: number | undefined;
  /** Whether a judge called both answers bad, in each order. */
  readonly areBothBad: readonly [forward: boolean, reverse: boolean];
}

/** Log-odds for an empty text by rule, as when two texts are compared. */
const EMPTY_LOGIT = 10;

/** What a ranker says of the candidates of an example, by their places; in numbers alone, as there are thousands of them. */
export class RankerView {
  readonly ranks: readonly number[];
  readonly #scores: readonly number[];
  /** By first and second; NaN where the two were not compared. */
  readonly #logits: Float64Array;
  /** For each pair the two places with the verdicts, and the log-odds of both orders. */
  readonly #shown: Float64Array;

  /** Comparisons name the first of identical texts, so what is said of it holds for all of them. */
  constructor({ ranks, scores, comparisons }: RankerAnswer, texts: readonly string[]) {
    this.ranks = ranks;
    this.#scores = scores;
    this.#logits = logitsOf(comparisons, texts);
    this.#shown = Float64Array.from(
      comparisons
        .filter(({ rule }) => rule === undefined)
        .flatMap(({ left, right, forward, reverse, verdicts = [] }) => {
          const bothBad = Number(verdicts[0] === 'both-bad') + 2 * Number(verdicts[1] === 'both-bad');
          return [4 * (left * texts.length + right) + bothBad, forward ?? Number.NaN, reverse ?? Number.NaN];
        }),
    );
  }

  /** Log-odds that the first is better; undefined where the two were not compared. */
  logit(first: number, second: number): number | undefined {
    return known(this.#logits[first * this.#scores.length + second]);
  }

  /** Above 0 where the first is better: by the comparison, else by the scores. */
  preference(first: number, second: number): number {
    return this.logit(first, second) ?? (this.#scores[first] ?? 0) - (this.#scores[second] ?? 0);
  }

  get shown(): readonly ShownPair[] {
    const size = this.#scores.length;
    return Array.from({ length: this.#shown.length / 3 }, (_, index): ShownPair => {
      const code = this.#shown[3 * index] ?? 0;
      const pair = Math.floor(code / 4);
      return {
        left: Math.floor(pair / size),
        right: pair % size,
        forward: known(this.#shown[3 * index + 1]),
        reverse: known(this.#shown[3 * index + 2]),
        areBothBad: [code % 2 === 1, code % 4 >= 2],
      };
    });
  }
}

function known(logit = Number.NaN): number | undefined {
  return Number.isNaN(logit) ? undefined : logit;
}

function logitsOf(comparisons: readonly StoredComparison[], texts: readonly string[]): Float64Array {
  const size = texts.length;
  const compared = new Float64Array(size * size).fill(Number.NaN);
  for (const { left, right, logit } of comparisons) {
    if (logit === null) continue;
    compared[left * size + right] = logit;
    compared[right * size + left] = -logit;
  }
  const firsts = texts.map((text) => texts.indexOf(text));
  const isBlank = texts.map((text) => text.trim() === '');
  return compared.map((_, cell) => {
    const [first, second] = [Math.floor(cell / size), cell % size];
    const [one = first, other = second] = [firsts[first], firsts[second]];
    const [blank, otherBlank] = [isBlank[first] === true, isBlank[second] === true];
    if (one === other || (blank && otherBlank)) return 0;
    if (blank !== otherBlank) return blank ? -EMPTY_LOGIT : EMPTY_LOGIT;
    return compared[one * size + other] ?? Number.NaN;
  });
}

/** The verdict that a comparison comes to, from its left side; undefined without an opinion. */
export function outcomeOf({ logit, verdicts }: Pick<StoredComparison, 'logit' | 'verdicts'>) {
  if (logit === null) return undefined;
  const given = verdicts?.filter((verdict) => verdict !== null) ?? [];
  if (given.length > 0 && given.every((verdict) => verdict === 'both-bad')) return 'both-bad' as const;
  return logit > 0 ? ('left' as const) : logit < 0 ? ('right' as const) : ('tie' as const);
}
