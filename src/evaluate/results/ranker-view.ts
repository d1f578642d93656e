import type { RankerAnswer, StoredComparison } from '../run/answers.ts';

/** What a ranker says of the candidates of an example, by their places. */
export interface RankerView {
  readonly best: number;
  readonly ranks: readonly number[];
  /** Log-odds that the first is better; undefined where the two were not compared. */
  logit(first: number, second: number): number | undefined;
  /** Above 0 where the first is better: by the comparison, else by the scores. */
  preference(first: number, second: number): number;
  readonly answer: RankerAnswer;
}

/** Log-odds for an empty text by rule, as when two texts are compared. */
const EMPTY_LOGIT = 10;

/** Comparisons name the first of identical texts, so what is said of it holds for all of them. */
export function rankerView(answer: RankerAnswer, texts: readonly string[]): RankerView {
  const firsts = texts.map((text) => texts.indexOf(text));
  const isBlank = texts.map((text) => text.trim() === '');
  const size = texts.length;
  const compared = new Map<number, number>();
  for (const { left, right, logit } of answer.comparisons) {
    if (logit === null) continue;
    compared.set(left * size + right, logit);
    compared.set(right * size + left, -logit);
  }
  const logit = (first: number, second: number) => {
    const [one = first, other = second] = [firsts[first], firsts[second]];
    const [blank, otherBlank] = [isBlank[first] === true, isBlank[second] === true];
    if (one === other || (blank && otherBlank)) return 0;
    if (blank !== otherBlank) return blank ? -EMPTY_LOGIT : EMPTY_LOGIT;
    return compared.get(one * size + other);
  };
  return {
    answer,
    best: answer.best,
    ranks: answer.ranks,
    logit,
    preference: (first, second) => logit(first, second) ?? (answer.scores[first] ?? 0) - (answer.scores[second] ?? 0),
  };
}

/** The verdict that a comparison comes to, from its left side; undefined without an opinion. */
export function outcomeOf({ logit, verdicts }: Pick<StoredComparison, 'logit' | 'verdicts'>) {
  if (logit === null) return undefined;
  const given = verdicts?.filter((verdict) => verdict !== null) ?? [];
  if (given.length > 0 && given.every((verdict) => verdict === 'both-bad')) return 'both-bad' as const;
  return logit > 0 ? ('left' as const) : logit < 0 ? ('right' as const) : ('tie' as const);
}
