import { type CandidateVerdict, gptRanks, ranksOf } from '../../measures/index.ts';
import { type Outcome, OUTCOMES } from '../../statistics/index.ts';
import type { RankerAnswer } from '../run/answers.ts';
import { type EvaluatedExample, isAnswered } from './evaluated-example.ts';
import { outcomeOf, RankerView } from './ranker-view.ts';

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

const SOURCE_NAMES = {
  verdicts: 'verdicts in the data',
  preferences: 'preferences in the data',
} as const satisfies Record<GoldSource['kind'], string>;

/** What decides, as results name it. */
export function nameOfSource({ kind, judge }: GoldSource): string {
  return judge === undefined ? SOURCE_NAMES[kind] : `the judge ${judge}`;
}

/** What decided in results; undefined where nothing did. */
export function sourceOfResults({
  judge,
  decidedBy,
}: {
  readonly judge: string | null;
  readonly decidedBy: string | null;
}): GoldSource | undefined {
  if (judge !== null) return { kind: 'verdicts', judge };
  const kinds = Object.keys(SOURCE_NAMES) as GoldSource['kind'][];
  const kind = kinds.find((one) => SOURCE_NAMES[one] === decidedBy);
  return kind && { kind };
}

/** Which candidates of the example are better, by the source; undefined where it says nothing of this one. */
export function goldOf(example: EvaluatedExample, { kind, judge }: GoldSource): Gold | undefined {
  const { candidates } = example;
  if (kind === 'preferences') {
    const preferences = candidates.map(({ preference }) => preference ?? Number.NaN);
    return preferences.every((value) => Number.isNaN(value)) ? undefined : new GoldOfPreferences(preferences);
  }
  const verdicts =
    judge === undefined
      ? example.verdicts
      : verdictsOfJudge(
          example.judges[judge],
          candidates.map(({ text }) => text),
        );
  if (verdicts.length === 0) return undefined;
  return new GoldOfVerdicts(candidates.length, verdicts);
}

/** {@link OUTCOMES} from the other side. */
const MIRRORED = ['right', 'left', 'tie', 'both-bad'] as const satisfies readonly Outcome[];

/** In numbers alone, as there are thousands of them. */
class GoldOfVerdicts implements Gold {
  readonly ranks: readonly number[];
  readonly missingPairs: number;
  readonly #size: number;
  /** For each verdict the two places and the outcome. */
  readonly #verdicts: Int32Array;
  /** By first and second: the outcome, from 1; 0 where there is none. Of several the last counts. */
  readonly #outcomes: Uint8Array;

  constructor(size: number, verdicts: readonly CandidateVerdict[]) {
    const { ranks, missingPairs } = gptRanks(size, verdicts);
    this.ranks = ranks;
    this.missingPairs = missingPairs;
    this.#size = size;
    this.#verdicts = Int32Array.from(
      verdicts,
      ({ left, right, outcome }) => (left * size + right) * OUTCOMES.length + OUTCOMES.indexOf(outcome),
    );
    this.#outcomes = new Uint8Array(size * size);
    for (const { left, right, outcome } of verdicts) {
      this.#outcomes[left * size + right] = 1 + OUTCOMES.indexOf(outcome);
      this.#outcomes[right * size + left] = 1 + MIRRORED.indexOf(outcome);
    }
  }

  get verdicts(): readonly CandidateVerdict[] {
    return Array.from(this.#verdicts, (code) => {
      const pair = Math.floor(code / OUTCOMES.length);
      const outcome = OUTCOMES[code % OUTCOMES.length] ?? 'tie';
      return { left: Math.floor(pair / this.#size), right: pair % this.#size, outcome };
    });
  }

  outcome(first: number, second: number): Outcome | undefined {
    return OUTCOMES[(this.#outcomes[first * this.#size + second] ?? 0) - 1];
  }
}

class GoldOfPreferences implements Gold {
  readonly ranks: readonly number[];
  readonly missingPairs: number;
  readonly #preferences: readonly number[];

  constructor(preferences: readonly number[]) {
    this.ranks = ranksOf(preferences);
    this.#preferences = preferences;
    const known = preferences.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);
    this.missingPairs = (preferences.length * (preferences.length - 1) - known * (known - 1)) / 2;
  }

  get verdicts(): readonly CandidateVerdict[] {
    const verdicts: CandidateVerdict[] = [];
    for (const [left, right] of pairsOf(this.#preferences.length)) {
      const outcome = this.outcome(left, right);
      if (outcome !== undefined) verdicts.push({ left, right, outcome });
    }
    return verdicts;
  }

  outcome(first: number, second: number): Outcome | undefined {
    const difference = (this.#preferences[first] ?? Number.NaN) - (this.#preferences[second] ?? Number.NaN);
    return Number.isNaN(difference) ? undefined : difference > 0 ? 'left' : difference < 0 ? 'right' : 'tie';
  }
}

function verdictsOfJudge(
  answer: EvaluatedExample['judges'][string] | undefined,
  texts: readonly string[],
): readonly CandidateVerdict[] {
  if (!isAnswered<RankerAnswer>(answer)) return [];
  const view = new RankerView(answer, texts);
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

/** By the number of candidates, which is the same in most examples. */
const knownPairs = new Map<number, readonly (readonly [number, number])[]>();

/** All pairs of places below a number, the lower one first. */
export function pairsOf(count: number): readonly (readonly [number, number])[] {
  const known = knownPairs.get(count);
  if (known !== undefined) return known;
  const pairs = allPairs(count);
  if (count <= MOST_KNOWN) knownPairs.set(count, pairs);
  return pairs;
}

const MOST_KNOWN = 50;

function allPairs(count: number): readonly (readonly [number, number])[] {
  return Array.from({ length: count }, (_, left) =>
    Array.from({ length: count - left - 1 }, (__, more) => [left, left + 1 + more] as const),
  ).flat();
}
