import { createCallBudget } from '../../calls/meter/create-call-budget.ts';
import type { CallBudget } from '../../spec/call-budget.ts';

/**
 * The budget of a whole job. The first call that it does not allow ends the run, so that no record is answered with
 * less than was asked for.
 *
 * @param options.maxCost Most US dollars, or another budget, such as one that several machines share.
 * @param options.spent US dollars that earlier runs have spent.
 * @param options.stop Ends the run with an error.
 * @returns undefined where nothing is limited.
 */
export function jobBudget({
  maxCost,
  spent,
  stop,
}: {
  maxCost: number | CallBudget | undefined;
  spent: number;
  stop: (error: unknown) => void;
}): CallBudget | undefined {
  const budget = typeof maxCost === 'object' ? maxCost : createCallBudget({ maxCost }, { spent });
  if (budget === undefined) return undefined;
  return {
    async reserve({ model, cost }, options) {
      try {
        // Without a minimum: to shorten an answer would change the output.
        return await budget.reserve({ model, cost }, options);
      } catch (error) {
        options?.abortSignal?.throwIfAborted();
        stop(error);
        throw error;
      }
    },
  };
}
