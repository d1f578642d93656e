import type { Verdict } from '../../../spec/pair-ranker.ts';

/** How much a claim counts. */
export const STRENGTH = {
  /** "Both are good": praise that may still lead to a preference. */
  remark: 1,
  /** "A is better." */
  statement: 2,
  /** "Therefore, A is better", "I prefer A", or the first sentence. */
  conclusion: 3,
  /** "Winner: A", "1. A is better", a line of its own, two scores. */
  choice: 4,
  /** "Final verdict: A", "[[A]]". */
  final: 5,
} as const;

/** One of {@link STRENGTH}. */
export type Strength = (typeof STRENGTH)[keyof typeof STRENGTH];

/** Something in a reply that speaks for a verdict. */
export interface Claim {
  readonly verdict: Verdict;
  readonly strength: Strength;
}
