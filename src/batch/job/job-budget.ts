import { createCallBudget } from '../../calls/meter/create-call-budget.ts';
import type { CallBudget } from '../../spec/call-budget.ts';

/**
 * The budget of a whole job. Once it refuses a call, no other record is begun, and the record of that call has no
 * result: it would be answered with less than was asked for.
 */
export class JobBudget {
  readonly #budget: CallBudget | undefined;
  #refusal: { readonly error: unknown } | undefined;

  /**
   * @param maxCost Most US dollars, or another budget, such as one that several machines share; undefined = no limit.
   * @param options.spent US dollars that earlier runs have spent.
   */
  constructor(maxCost: number | CallBudget | undefined, { spent }: { spent: number }) {
    this.#budget = typeof maxCost === 'object' ? maxCost : createCallBudget({ maxCost }, { spent });
  }

  /** That of all records together; undefined where nothing is limited. */
  get whole(): CallBudget | undefined {
    return this.#budget;
  }

  /** Why a call was refused; undefined as long as none was. */
  get refusal(): { readonly error: unknown } | undefined {
    return this.#refusal;
  }

  /** The budget for one record, and a signal that ends the work on it when a call is refused. */
  forItem(abortSignal: AbortSignal): { readonly budget: CallBudget | undefined; readonly abortSignal: AbortSignal } {
    const budget = this.#budget;
    if (budget === undefined) return { budget, abortSignal };
    const refused = new AbortController();
    return {
      abortSignal: AbortSignal.any([abortSignal, refused.signal]),
      budget: {
        reserve: async ({ model, cost }, options) => {
          try {
            // Without a minimum: to shorten an answer would change the output.
            return await budget.reserve({ model, cost }, options);
          } catch (error) {
            options?.abortSignal?.throwIfAborted();
            this.#refusal ??= { error };
            refused.abort(error);
            throw error;
          }
        },
      },
    };
  }
}
