import type { CallUsage } from './usage.ts';

/**
 * A call and its cost, reserved before the call is made. Ends with one call of `settle` or `release`; further calls do
 * nothing.
 */
export interface CallReservation {
  /**
   * US dollars reserved. If this is less than the planned cost, the call must be limited to it, by fewer output tokens.
   */
  readonly cost: number;
  /**
   * True if the call must not cost more than was planned: an answer whose length nobody limits is then limited to the
   * length that was planned. @default false
   */
  readonly isCeiling?: boolean | undefined;
  /**
   * The call has ended. If the provider reported no cost, the reservation counts as spent.
   *
   * @param arrivedCost what the prompt and that part of the answer cost that had arrived, in US dollars, by estimate;
   *   for a call that was left or broke off after something had arrived.
   */
  settle(usage: CallUsage, arrivedCost?: number): void;
  /** The call was not made: nothing is spent. */
  release(): void;
}

/** A call that is going to be made. */
export interface PlannedCost {
  /** The model's name. */
  readonly model: string;
  /** Maximum expected cost in US dollars; undefined if the price is unknown. */
  readonly cost: number | undefined;
  /** Minimum for which the call is worth making, with fewer output tokens. @default cost */
  readonly minCost?: number | undefined;
}

/** Limits on calls to language models and on their cost, shared by all calls of one piece of work. */
export interface CallBudget {
  /**
   * Reserves one call. Waits for running calls if only their estimated cost prevents it.
   *
   * @throws BudgetExceededError if the call could exceed a limit, the signal's reason on abort.
   */
  reserve(call: PlannedCost, options?: { readonly abortSignal?: AbortSignal | undefined }): Promise<CallReservation>;
}
