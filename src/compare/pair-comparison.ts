import type { PairJudgement } from '../spec/pair-ranker.ts';
import { checkChoice } from '../util/choices.ts';
import { probabilityOf } from '../util/probability-of.ts';

/**
 * The orders in which a pair is shown to the ranker. A positive result always means that the first candidate is better.
 */
export const ORDERS = {
  both: 'in both orders',
  forward: 'the first candidate first',
  reverse: 'the second candidate first',
} as const;

/** Name of an order or of both. */
export type CompareOrders = keyof typeof ORDERS;

/** Checks the name of the orders. @throws InvalidArgumentError */
export function checkOrders(orders: CompareOrders): void {
  checkChoice('orders', orders, { choices: ORDERS });
}

/** The comparison of two candidates, in one order or both. */
export interface PairComparison {
  /** Index of the first candidate. */
  readonly left: number;
  /** Index of the second candidate. */
  readonly right: number;
  /**
   * Log-odds that left is better. With both orders: (f(left, right) - f(right, left)) / 2, half of what the Python
   * original's `compare` returns, so that the scale is that of one judgement. NaN if the ranker had no opinion.
   */
  readonly logit: number;
  /** Probability that left is better: sigmoid of `logit`, between 0 and 1. */
  readonly probability: number;
  /** The judgement with left shown first; absent if it was not requested or a rule decided. */
  readonly forward?: PairJudgement;
  /** The judgement with right shown first: a positive logit means that right is better. */
  readonly reverse?: PairJudgement;
  /** Whether both orders have the same winner. Absent unless both have an opinion. */
  readonly consistent?: boolean;
  /** The rule that decided without the ranker: the texts are identical (a tie), or one of them is empty (it loses). */
  readonly rule?: 'identical' | 'empty';
}

/** Log-odds with which a text beats an empty one by rule: practically certain, but finite. */
export const EMPTY_LOGIT = 10;

/** The comparison by rule, if one applies. */
export function compareByRule(
  { left, right }: { left: number; right: number },
  leftText: string,
  rightText: string,
): PairComparison | undefined {
  if (leftText === rightText) return { left, right, logit: 0, probability: 0.5, rule: 'identical' };
  const leftEmpty = leftText.trim() === '';
  const rightEmpty = rightText.trim() === '';
  if (leftEmpty && rightEmpty) return { left, right, logit: 0, probability: 0.5, rule: 'identical' };
  if (!leftEmpty && !rightEmpty) return undefined;
  const logit = leftEmpty ? -EMPTY_LOGIT : EMPTY_LOGIT;
  return { left, right, logit, probability: probabilityOf(logit), rule: 'empty' };
}

/** Combines the judgements of one pair, in the orders shown. An order without an opinion is left out. */
export function combineJudgements(
  { left, right }: { left: number; right: number },
  { forward, reverse }: { forward?: PairJudgement | undefined; reverse?: PairJudgement | undefined },
): PairComparison {
  const opinions = [forward?.logit ?? Number.NaN, -(reverse?.logit ?? Number.NaN)].filter(
    (logit) => !Number.isNaN(logit),
  );
  const logit =
    opinions.length === 0 ? Number.NaN : opinions.reduce((sum, opinion) => sum + opinion, 0) / opinions.length;
  const [first, second] = opinions;
  return {
    left,
    right,
    logit,
    probability: probabilityOf(logit),
    ...(forward === undefined ? {} : { forward }),
    ...(reverse === undefined ? {} : { reverse }),
    ...(first === undefined || second === undefined ? {} : { consistent: Math.sign(first) === Math.sign(second) }),
  };
}
