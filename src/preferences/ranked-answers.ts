import type { RecordMessage } from '../records/index.ts';

/** One answer. */
export interface RankedAnswer {
  readonly text: string;
  /** Name of the model that wrote it, where it is known. */
  readonly model?: string | undefined;
  /** True where it ends at the limit of tokens, as far as that is known. */
  readonly cut?: boolean | undefined;
}

/** The answers to one question in order, and how sure the ranker is of the two that make a pair. JSON can hold it. */
export interface RankedAnswers {
  readonly id: string | number;
  /** The question. The last message is the user's. */
  readonly messages: readonly RecordMessage[];
  readonly candidates: readonly RankedAnswer[];
  /** `ranks[i]` of candidate i: 1 = best, ties share the smallest. */
  readonly ranks: readonly number[];
  /** `scores[i]` of candidate i, higher = better. */
  readonly scores: readonly number[];
  /** The best and the worst of the answers that are not blank; null where no two of them differ in rank. */
  readonly pair: RankedPair | null;
  /** Name of the ranker that compared the pair, and ranked the answers unless they had ranks; null where none was asked. */
  readonly ranker: string | null;
  /** Markup of a chat template was taken out of the question or of answers. */
  readonly hadMarkup: boolean;
  /** The ranker has seen only head and tail of a text. */
  readonly truncated: boolean;
}

/** Two answers, compared with each other. */
export interface RankedPair {
  /** Index of the best candidate; among ties the first. */
  readonly chosen: number;
  /** Index of the worst candidate; among ties the last. */
  readonly rejected: number;
  /** Log-odds that chosen is better, both orders combined; null where the ranker had no opinion. */
  readonly logit: number | null;
}
