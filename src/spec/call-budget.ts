import type { CallUsage } from './usage.ts';

/** Money and a call reserved before a call to a model. It is settled or released once; further calls do nothing. */
export interface CallReservation {
  /**
   * US dollars reserved. Where that is less than the planned cost, the call must cost no more, by fewer output tokens.
   */
  readonly cost: number;
  /** The call is over. Where its cost is unknown, what was reserved counts as spent. */
  settle(usage: CallUsage): void;
  /** The call was never sent: nothing is spent. */
  release(): void;
}

/** A call that is going to be made. */
export interface PlannedCost {
  /** The model's name. */
  readonly model: string;
  /** Most that the call is expected to cost, in US dollars; undefined where its price is not known. */
  readonly cost: number | undefined;
  /** Least for which it is worth making, with fewer output tokens. @default cost */
  readonly minCost?: number | undefined;
}

/** Limits on calls to language models and on their cost, shared by all calls of one piece of work. */
export interface CallBudget {
  /**
   * Sets one call aside, or waits until running calls have settled where only their estimates stand in the way.
   *
   * @throws BudgetExceededError where the call could go over a limit, the signal's reason on abort.
   */
  reserve(call: PlannedCost, options?: { readonly abortSignal?: AbortSignal | undefined }): Promise<CallReservation>;
}
