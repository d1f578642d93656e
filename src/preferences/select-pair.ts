import type { RecordMessage } from '../records/index.ts';
import { checkNumber } from '../util/check-number.ts';
import { probabilityOf } from '../util/probability-of.ts';
import type { Exclusion } from './exclusion.ts';
import type { RankedAnswer, RankedAnswers } from './ranked-answers.ts';
import { textSimilarity } from './similarity.ts';

/** Which pairs are good enough to train on. */
export interface PairFilters {
  /** Least probability that the chosen answer is better, at least 0.5 and below 1. @default 0.5 */
  readonly minProbability?: number | undefined;
  /** Pairs are left out of whose neighbouring words at least this share is the same, above 0 and at most 1. @default 0.9 */
  readonly maxSimilarity?: number | undefined;
  /** How many times as long as the rejected answer the chosen one may be, in characters; above 0. @default no limit */
  readonly maxLengthRatio?: number | undefined;
}

/** A chosen and a rejected answer to one question. */
export interface PreferencePair {
  readonly id: string | number;
  readonly messages: readonly RecordMessage[];
  readonly chosen: RankedAnswer;
  readonly rejected: RankedAnswer;
  /** Log-odds that chosen is better, both orders combined. Above 0. */
  readonly logit: number;
  /** All answers with their scores, in the order given. */
  readonly candidates: readonly RankedAnswer[];
  readonly scores: readonly number[];
}

const DEFAULT_MAX_SIMILARITY = 0.9;

/** @throws InvalidArgumentError */
export function checkPairFilters({ minProbability, maxSimilarity, maxLengthRatio }: PairFilters): void {
  checkNumber('minProbability', minProbability, { min: 0.5, max: 0.999999 });
  checkNumber('maxSimilarity', maxSimilarity, { above: 0, max: 1 });
  checkNumber('maxLengthRatio', maxLengthRatio, { above: 0 });
}

/** The pair that ranked answers make, or why they make none. */
export function selectPair(
  answers: RankedAnswers,
  { minProbability = 0.5, maxSimilarity = DEFAULT_MAX_SIMILARITY, maxLengthRatio = Infinity }: PairFilters,
): PreferencePair | Exclusion {
  const { id, messages, candidates, scores, pair } = answers;
  const different = new Set(candidates.map(({ text }) => text.trim()).filter((text) => text !== ''));
  if (different.size < 2) return 'too-few';
  const chosen = pair === null ? undefined : candidates[pair.chosen];
  const rejected = pair === null ? undefined : candidates[pair.rejected];
  if (pair === null || chosen === undefined || rejected === undefined || pair.logit === 0) return 'tie';
  if (pair.logit === null) return 'no-opinion';
  if (textSimilarity(chosen.text, rejected.text) >= maxSimilarity) return 'near-identical';
  if (pair.logit < 0) return 'contradicted';
  if (probabilityOf(pair.logit) < minProbability) return 'low-confidence';
  if (chosen.cut === true) return 'cut';
  if (chosen.text.length > maxLengthRatio * rejected.text.length) return 'length-ratio';
  return { id, messages, chosen, rejected, logit: pair.logit, candidates, scores };
}
