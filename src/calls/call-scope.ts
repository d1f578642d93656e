import type { CallBudget } from '../spec/call-budget.ts';
import type { CallLedger } from './call-ledger.ts';

/** Told when a call is at its provider and when it is not: while it waits for a place or between two attempts. */
export interface CallWatch {
  started(): void;
  stopped(): void;
}

/** What one call, or several of one piece of work, are made for. See `scopeModel`. */
export interface CallScope {
  /**
   * Which of several answers to one and the same request this is, from 1. Only the same sample is shared or cached, so
   * that N samples stay N answers. @default 1
   */
  readonly sample?: number | undefined;
  /** How often to try again after a failure that may pass. @default 0 */
  readonly maxRetries?: number | undefined;
  readonly budget?: CallBudget | undefined;
  /** Where the calls are counted. */
  readonly ledger?: CallLedger | undefined;
  /** A scope with a watch is for one call. */
  readonly watch?: CallWatch | undefined;
}
