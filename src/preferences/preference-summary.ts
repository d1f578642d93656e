import { type Exclusion, EXCLUSIONS } from './exclusion.ts';
import { probabilityOf } from '../util/probability-of.ts';
import type { RankedAnswers } from './ranked-answers.ts';
import type { PreferencePair } from './select-pair.ts';
import type { PreferenceSplit } from './split-of.ts';

/** What preference data come to. */
export interface PreferenceSummary {
  /** Questions that were read. */
  readonly questions: number;
  /** Pairs that were written. */
  readonly pairs: number;
  readonly splits: Readonly<Record<PreferenceSplit, number>>;
  /** Questions that made no pair, by the reason. */
  readonly excluded: Readonly<Partial<Record<Exclusion, number>>>;
  /** Names of the rankers that compared the pairs: one, unless the answers come from several runs. */
  readonly rankers: readonly string[];
  /** Questions from which markup of chat templates was taken out. */
  readonly withMarkup: number;
  /** Questions of which the ranker has seen only head and tail of a text. */
  readonly truncated: number;
  readonly length: LengthGap;
  /** Mean probability that the chosen answer is better; NaN without a pair. */
  readonly meanProbability: number;
  /** How often the answers of each model were chosen and rejected. Empty where none has a name. */
  readonly models: Readonly<Record<string, { readonly chosen: number; readonly rejected: number }>>;
}

/** How much longer the chosen answers are. Lengths are in characters. */
export interface LengthGap {
  /** Pairs in which the chosen answer is the longer one. Of as many is the shorter one chosen, less those of equal length. */
  readonly chosenLonger: number;
  readonly equal: number;
  /** Means over the pairs; NaN without a pair. */
  readonly meanChosen: number;
  readonly meanRejected: number;
}

/** Adds up what becomes of questions. */
export class PreferenceCounter {
  #questions = 0;
  #withMarkup = 0;
  #truncated = 0;
  #chosenLonger = 0;
  #equal = 0;
  #chosenLength = 0;
  #rejectedLength = 0;
  #probability = 0;
  readonly #splits: Record<PreferenceSplit, number> = { train: 0, test: 0 };
  readonly #excluded: Partial<Record<Exclusion, number>> = {};
  readonly #rankers = new Set<string>();
  readonly #models = new Map<string, { chosen: number; rejected: number }>();

  question(answers: RankedAnswers | undefined): void {
    this.#questions += 1;
    if (answers === undefined) return;
    const { hadMarkup, truncated, ranker } = answers;
    this.#withMarkup += Number(hadMarkup);
    this.#truncated += Number(truncated);
    if (ranker !== null) this.#rankers.add(ranker);
  }

  excluded(reason: Exclusion): void {
    this.#excluded[reason] = (this.#excluded[reason] ?? 0) + 1;
  }

  pair({ chosen, rejected, logit }: PreferencePair, split: PreferenceSplit): void {
    this.#splits[split] += 1;
    this.#chosenLonger += Number(chosen.text.length > rejected.text.length);
    this.#equal += Number(chosen.text.length === rejected.text.length);
    this.#chosenLength += chosen.text.length;
    this.#rejectedLength += rejected.text.length;
    this.#probability += probabilityOf(logit);
    for (const [side, { model }] of Object.entries({ chosen, rejected })) {
      if (model === undefined) continue;
      const counts = this.#models.get(model) ?? { chosen: 0, rejected: 0 };
      counts[side as keyof typeof counts] += 1;
      this.#models.set(model, counts);
    }
  }

  get summary(): PreferenceSummary {
    const pairs = this.#splits.train + this.#splits.test;
    const reasons = (Object.keys(EXCLUSIONS) as Exclusion[]).filter((reason) => this.#excluded[reason] !== undefined);
    return {
      questions: this.#questions,
      pairs,
      splits: { ...this.#splits },
      excluded: Object.fromEntries(reasons.map((reason) => [reason, this.#excluded[reason]])),
      rankers: [...this.#rankers].toSorted(),
      withMarkup: this.#withMarkup,
      truncated: this.#truncated,
      length: {
        chosenLonger: this.#chosenLonger,
        equal: this.#equal,
        meanChosen: this.#chosenLength / pairs,
        meanRejected: this.#rejectedLength / pairs,
      },
      meanProbability: this.#probability / pairs,
      models: Object.fromEntries([...this.#models].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    };
  }
}
