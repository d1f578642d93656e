import { checkOrders, type CompareSettings, comparePairs, EMPTY_LOGIT, type PairComparison } from '../compare/index.ts';
import { sharedResources } from '../registry/index.ts';
import { type CandidateTexts, candidateTexts } from '../spec/candidate-texts.ts';
import { checkRankerCallSettings } from '../spec/pair-ranker.ts';
import { normalizePrompt, type PromptOptions } from '../spec/prompt.ts';
import type { Usage } from '../spec/usage.ts';
import { chooseReference, type Reference, type ReferenceChoice } from './choose-reference.ts';
import type { RankProgress } from './rank-result.ts';
import { toOrder, toRanks } from './to-ranks.ts';

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
  /** Told of each comparison once it is done; of identical candidates, for the first. */
  readonly onComparison?: ((comparison: ReferenceComparison, progress: RankProgress) => void) | undefined;
}

/** Result of {@link rankWithReference}. Indices count the candidates as given, from 0. */
export interface RankWithReferenceResult {
  /** `ranks[i]` of candidate i: 1 = best, ties share the smallest. */
  readonly ranks: readonly number[];
  /**
   * `scores[i]`: log-odds that candidate i beats the reference, which itself has 0; also 0 where the ranker had no
   * opinion. They do not depend on the other candidates. Empty candidates are below all
   * others, by 10 at least.
   */
  readonly scores: readonly number[];
  /** Indices, best first; among ties the order given. */
  readonly order: readonly number[];
  /** Index of the best; among ties the first given. */
  readonly best: number;
  readonly reference: Reference;
  /** `comparisons[i]` of candidate i with the reference. Identical candidates are asked once and share theirs. */
  readonly comparisons: readonly ReferenceComparison[];
  readonly ranker: string;
  /** A warning of the ranker about its own results. */
  readonly warning: string | undefined;
  /** True where a text was shortened to fit the ranker. */
  readonly truncated: boolean;
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
  const scores = toScores(given, byCandidate);
  const ranks = toRanks(scores);
  const order = toOrder(ranks);
  return {
    ranks,
    scores,
    order,
    best: order[0] ?? 0,
    reference,
    comparisons: byCandidate,
    ranker: ranker.name,
    warning: ranker.warning,
    truncated: comparisons.some(({ forward, reverse }) => forward?.truncated === true || reverse?.truncated === true),
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
