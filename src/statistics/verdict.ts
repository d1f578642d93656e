import type { PromptRow } from './prompt-rows.ts';

/** How a comparison of two answers ended. Both may be equally good, or equally bad. */
export type Outcome = 'left' | 'right' | 'tie' | 'both-bad';

/** One judgement of two answers to a prompt. A pair that was asked in both orders is two verdicts. */
export interface Verdict extends PromptRow {
  /** Names of the models. The left answer was shown first. */
  readonly left: string;
  readonly right: string;
  readonly outcome: Outcome;
  /** Lengths of the answers, all in one unit, such as characters. Without them nothing is said about length. */
  readonly leftLength?: number | undefined;
  readonly rightLength?: number | undefined;
}

/** Points of the left side: 1 for a win, 0.5 for either kind of tie, 0 for a loss. */
export function leftPoints(outcome: Outcome): number {
  return outcome === 'left' ? 1 : outcome === 'right' ? 0 : 0.5;
}
