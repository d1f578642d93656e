import { type CandidateVerdict, gptRanks, ranksOf } from '../../measures/index.ts';
import type { Outcome } from '../../statistics/index.ts';
import type { RankerAnswer } from '../run/answers.ts';
import { type EvaluatedExample, isAnswered } from './evaluated-example.ts';
import { outcomeOf, rankerView } from './ranker-view.ts';

/** What decides which candidates are better. */
export interface GoldSource {
  /** `verdicts` on pairs, or `preferences`, a number for each candidate. */
  readonly kind: 'verdicts' | 'preferences';
  /** The judge that gave the verdicts; undefined for those of the data. */
  readonly judge?: string | undefined;
}

/** Which candidates of an example are better. */
export interface Gold {
  /** From 1 = best, ties share the better rank; NaN for a candidate of which nothing is known. */
  readonly ranks: readonly number[];
  /** How one candidate did against another; undefined where that is not known. */
  outcome(first: number, second: number): Outcome | undefined;
  /** The pairs with an outcome, each once. Of verdicts in the order shown, and as often as they are there. */
  readonly verdicts: readonly CandidateVerdict[];
  /** Pairs without a verdict. */
  readonly missingPairs: number;
}

const MIRRORED = { left: 'right', right: 'left', tie: 'tie', 'both-bad': 'both-bad' } as const satisfies Record<
  Outcome,
  Outcome
>;

/** What decides in these examples: the judge that is named, else verdicts of the data, else their preferences. */
export async function goldSourceOf(
  examples: AsyncIterable<Pick<EvaluatedExample, 'verdicts' | 'candidates'>>,
  judge: string | undefined,
): Promise<GoldSource | undefined> {
  if (judge !== undefined) return { kind: 'verdicts', judge };
  let hasPreferences = false;
  for await (const { verdicts, candidates } of examples) {
    if (verdicts.length > 0) return { kind: 'verdicts' };
    hasPreferences ||= candidates.some(({ preference }) => preference !== undefined);
  }
  return hasPreferences ? { kind: 'preferences' } : undefined;
}

/** Which candidates of the example are better, by the source; undefined where it says nothing of this one. */
export function goldOf(example: EvaluatedExample, { kind, judge }: GoldSource): Gold | undefined {
  const { candidates } = example;
  if (kind === 'preferences') return goldOfPreferences(candidates.map(({ preference }) => preference ?? Number.NaN));
  const verdicts =
    judge === undefined
      ? example.verdicts
      : verdictsOfJudge(
          example.judges[judge],
          candidates.map(({ text }) => text),
        );
  if (verdicts.length === 0) return undefined;
  const { ranks, missingPairs } = gptRanks(candidates.length, verdicts);
  const size = candidates.length;
  const outcomes = new Map<number, Outcome>();
  for (const { left, right, outcome } of verdicts) {
    outcomes.set(left * size + right, outcome);
    outcomes.set(right * size + left, MIRRORED[outcome]);
  }
  return { ranks, verdicts, missingPairs, outcome: (first, second) => outcomes.get(first * size + second) };
}

function goldOfPreferences(preferences: readonly number[]): Gold | undefined {
  if (preferences.every((value) => Number.isNaN(value))) return undefined;
  const outcome = (first: number, second: number): Outcome | undefined => {
    const difference = (preferences[first] ?? Number.NaN) - (preferences[second] ?? Number.NaN);
    return Number.isNaN(difference) ? undefined : difference > 0 ? 'left' : difference < 0 ? 'right' : 'tie';
  };
  const verdicts = pairsOf(preferences.length).flatMap(([left, right]) => {
    const one = outcome(left, right);
    return one === undefined ? [] : [{ left, right, outcome: one }];
  });
  const missingPairs = (preferences.length * (preferences.length - 1)) / 2 - verdicts.length;
  return { ranks: ranksOf(preferences), outcome, verdicts, missingPairs };
}

function verdictsOfJudge(
  answer: EvaluatedExample['judges'][string] | undefined,
  texts: readonly string[],
): readonly CandidateVerdict[] {
  if (!isAnswered<RankerAnswer>(answer)) return [];
  const view = rankerView(answer, texts);
  const firsts = texts.map((text) => texts.indexOf(text));
  return pairsOf(texts.length).flatMap(([left, right]) => {
    const compared = answer.comparisons.find(
      (comparison) =>
        (comparison.left === firsts[left] && comparison.right === firsts[right]) ||
        (comparison.left === firsts[right] && comparison.right === firsts[left]),
    );
    const logit = view.logit(left, right) ?? null;
    const outcome = outcomeOf({ logit, ...(compared?.verdicts === undefined ? {} : { verdicts: compared.verdicts }) });
    return outcome === undefined ? [] : [{ left, right, outcome }];
  });
}

/** All pairs of places below a number, the lower one first. */
export function pairsOf(count: number): readonly (readonly [number, number])[] {
  return Array.from({ length: count }, (_, left) =>
    Array.from({ length: count - left - 1 }, (__, more) => [left, left + 1 + more] as const),
  ).flat();
}
