import {
  checkOrders,
  type CompareSettings,
  comparePairs,
  EMPTY_LOGIT,
  type PairComparison,
  type RankerNotes,
  rankerNotes,
} from '../compare/index.ts';
import { InvalidArgumentError } from '../error/index.ts';
import { sharedResources } from '../registry/index.ts';
import { type CandidateTexts, candidateTexts } from '../spec/candidate-texts.ts';
import { checkRankerCallSettings } from '../spec/pair-ranker.ts';
import { normalizePrompt, type PromptOptions } from '../spec/prompt.ts';
import type { Usage } from '../spec/usage.ts';
import { type Ranking, type RankProgress, toRanking } from './ranking.ts';

/**
 * Which text every candidate is compared with: a candidate by its length or its place, or a text of the caller's.
 * Lengths are counted in characters (Unicode code points), `median` is the upper one of the two middles, and of equally
 * long candidates the same one is taken whatever their order.
 */
export type ReferenceChoice = 'longest' | 'shortest' | 'median' | 'first' | 'last' | { readonly text: string };

/** The text that all candidates are compared with. */
export interface Reference {
  readonly text: string;
  /** Index of the first candidate with this text; undefined where none has it. */
  readonly index: number | undefined;
}

/** A candidate, as the left of the pair, and the reference: `logit` and `probability` are those that the candidate is better. */
export interface ReferenceComparison extends Omit<PairComparison, 'left' | 'right'> {
  /** Index of the candidate. */
  readonly candidate: number;
}

/** Options of {@link rankWithReference}. */
export interface RankWithReferenceOptions extends PromptOptions, CompareSettings {
  /** Any number of answers to the question, at least one. */
  readonly candidates: CandidateTexts;
  /** What every candidate is compared with. @default 'longest' */
  readonly reference?: ReferenceChoice | undefined;
  /** Called with each comparison once it is done; of identical candidates, for the first. */
  readonly onComparison?: ((comparison: ReferenceComparison, progress: RankProgress) => void) | undefined;
}

/** Result of {@link rankWithReference}. Indices count the candidates as given, from 0. */
export interface RankWithReferenceResult extends Ranking, RankerNotes {
  /**
   * `scores[i]`: log-odds that candidate i beats the reference, which itself has 0; also 0 where the ranker had no
   * opinion. They do not depend on the other candidates. Empty candidates are below all
   * others, by 10 at least.
   */
  readonly scores: readonly number[];
  readonly reference: Reference;
  /** `comparisons[i]` of candidate i with the reference. Identical candidates are compared once and share theirs. */
  readonly comparisons: readonly ReferenceComparison[];
  readonly usage: Usage;
  readonly timings: { readonly totalMs: number };
}

/**
 * Scores every candidate by comparing it with one reference: N comparisons in one batch instead of N (N - 1) / 2, and
 * scores that mean the same whatever else is ranked.
 *
 * @throws InvalidArgumentError, RankerError, the signal's reason on abort.
 */
export async function rankWithReference(options: RankWithReferenceOptions): Promise<RankWithReferenceResult> {
  const start = performance.now();
  const { orders = 'both', timeoutMs, maxRetries, abortSignal, onComparison, resources = sharedResources() } = options;
  const { task } = normalizePrompt(options);
  const given = candidateTexts(options.candidates);
  const reference = chooseReference(given, options.reference ?? 'longest');
  checkOrders(orders);
  checkRankerCallSettings(options);
  abortSignal?.throwIfAborted();
  const ranker = await resources.resolveRanker(options.ranker, { abortSignal });

  const texts = [...new Set(given)];
  let done = 0;
  const { comparisons, usage } = await comparePairs({
    ranker,
    task,
    texts: [...texts, reference.text],
    pairs: texts.map((_, index) => [index, texts.length]),
    orders,
    timeoutMs,
    maxRetries,
    abortSignal,
    onComparison: (comparison) => {
      done += 1;
      const candidate = given.indexOf(texts[comparison.left] ?? '');
      return onComparison?.(ofCandidate(candidate, comparison), { done, total: texts.length });
    },
  });

  const byText = new Map(comparisons.map((comparison) => [texts[comparison.left], comparison]));
  const byCandidate = given.flatMap((text, index) => {
    const comparison = byText.get(text);
    return comparison === undefined ? [] : [ofCandidate(index, comparison)];
  });
  return {
    ...toRanking(toScores(given, byCandidate)),
    ...rankerNotes(ranker, comparisons),
    reference,
    comparisons: byCandidate,
    usage,
    timings: { totalMs: performance.now() - start },
  };
}

function ofCandidate(candidate: number, comparison: PairComparison): ReferenceComparison {
  const { left: _left, right: _right, ...rest } = comparison;
  return { candidate, ...rest };
}

/** Empty candidates stand below all others, also below one that loses to the reference by more than an empty text does. */
function toScores(texts: readonly string[], comparisons: readonly ReferenceComparison[]): readonly number[] {
  const isBlank = texts.map((text) => text.trim() === '');
  const scores = comparisons.map(({ logit }) => (Number.isNaN(logit) ? 0 : logit));
  const belowAll = Math.min(...scores.filter((_, index) => isBlank[index] !== true)) - EMPTY_LOGIT;
  return scores.map((score, index) => (isBlank[index] === true ? Math.min(score, belowAll) : score));
}

/** From texts in the order given, and in the order of their lengths. */
const CHOICES = {
  longest: (_, byLength) => byLength.at(-1),
  shortest: (_, byLength) => byLength[0],
  median: (_, byLength) => byLength[Math.floor(byLength.length / 2)],
  first: (given) => given[0],
  last: (given) => given.at(-1),
} as const satisfies Record<string, (given: readonly string[], byLength: readonly string[]) => string | undefined>;

/**
 * Finds the reference. Empty answers are passed over while there is another.
 *
 * @throws InvalidArgumentError for an unknown choice, or a text that is empty.
 */
export function chooseReference(texts: readonly string[], choice: ReferenceChoice): Reference {
  const text = typeof choice === 'object' ? givenText(choice) : chosenText(texts, choice);
  const index = texts.indexOf(text);
  return { text, index: index === -1 ? undefined : index };
}

function givenText(choice: { readonly text: string }): string {
  if (typeof choice?.text === 'string' && choice.text.trim() !== '') return choice.text;
  throw new InvalidArgumentError({
    parameter: 'reference.text',
    value: choice?.text,
    message: 'expected a text that is not empty: every answer beats an empty one.',
  });
}

function chosenText(texts: readonly string[], choice: Exclude<ReferenceChoice, object>): string {
  if (!Object.hasOwn(CHOICES, choice)) {
    throw new InvalidArgumentError({
      parameter: 'reference',
      value: choice,
      message: `expected ${Object.keys(CHOICES).join(', ')} or { text }.`,
    });
  }
  const filled = texts.filter((text) => text.trim() !== '');
  const byLength = (filled.length === 0 ? texts : filled)
    .map((text) => ({ text, length: [...text].length }))
    .toSorted((left, right) => left.length - right.length || (left.text < right.text ? -1 : 1));
  const found = CHOICES[choice](
    texts,
    byLength.map(({ text }) => text),
  );
  return found ?? '';
}
