import type { CallUsage } from './usage.ts';

/** Money and a call set aside before a call to a model. Exactly one of its ways out is taken; further ones do nothing. */
export interface CallReservation {
  /** The call is over. Where nobody said what it cost, the estimate stands as spent. */
  settle(usage: CallUsage): void;
  /** The call was never sent: nothing is spent. */
  release(): void;
}

/** Limits on calls to language models and on their cost, shared by all calls of one piece of work. */
export interface CallBudget {
  /**
   * Sets one call aside, or waits until running calls have settled where only their estimates stand in the way.
   *
   * @throws BudgetExceededError where the call could go over a limit, the signal's reason on abort.
   */
  reserve(
    call: {
      /** The model's name, for errors. */
      readonly model: string;
      /** Most that the call is expected to cost, in US dollars; undefined where its price is not known. */
      readonly cost: number | undefined;
    },
    options?: { readonly abortSignal?: AbortSignal | undefined },
  ): Promise<CallReservation>;
}
