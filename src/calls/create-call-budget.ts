import { BudgetExceededError, InvalidArgumentError } from '../error/index.ts';
import type { CallBudget, CallReservation } from '../spec/call-budget.ts';
import { raceAbort } from '../util/race-abort.ts';

/** Limits on the calls of one piece of work. */
export interface CallBudgetOptions {
  /** Most requests to language models, repeated ones included; an integer of at least 1. @default no limit */
  readonly maxCalls?: number | undefined;
  /**
   * Most US dollars. Before a call an estimate is set aside: the tokens of the prompt, and `maxOutputTokens` or, where
   * that is not given, 4,096 tokens. The price of every model must be known. @default no limit
   */
  readonly maxCost?: number | undefined;
}

/** Sums of prices are not exact to the last bit. */
const ROUNDING = 1e-12;

/**
 * Makes a budget; undefined where nothing is limited.
 *
 * @throws InvalidArgumentError
 */
export function createCallBudget({ maxCalls, maxCost }: CallBudgetOptions): CallBudget | undefined {
  if (maxCalls !== undefined && (!Number.isInteger(maxCalls) || maxCalls < 1)) {
    throw new InvalidArgumentError({
      parameter: 'maxCalls',
      value: maxCalls,
      message: 'expected an integer of at least 1.',
    });
  }
  if (maxCost !== undefined && !(maxCost >= 0)) {
    throw new InvalidArgumentError({
      parameter: 'maxCost',
      value: maxCost,
      message: 'expected US dollars, a number of at least 0.',
    });
  }
  return maxCalls === undefined && maxCost === undefined ? undefined : new LimitedBudget({ maxCalls, maxCost });
}

class LimitedBudget implements CallBudget {
  readonly #maxCalls: number;
  readonly #maxCost: number;
  #calls = 0;
  #spent = 0;
  #reserved = 0;
  #running = 0;
  /** By model, how far a call has gone over its estimate: later estimates are raised by as much. */
  readonly #overruns = new Map<string, number>();
  #settled = Promise.withResolvers<void>();

  constructor({ maxCalls = Infinity, maxCost = Infinity }: CallBudgetOptions) {
    this.#maxCalls = maxCalls;
    this.#maxCost = maxCost;
  }

  async reserve(
    { model, cost }: { model: string; cost: number | undefined },
    { abortSignal }: { abortSignal?: AbortSignal | undefined } = {},
  ): Promise<CallReservation> {
    for (;;) {
      abortSignal?.throwIfAborted();
      if (this.#calls >= this.#maxCalls) {
        throw new BudgetExceededError({
          limit: 'maxCalls',
          value: this.#maxCalls,
          reason: `${this.#calls} of ${this.#maxCalls} calls are made`,
        });
      }
      const estimate = this.#estimate(model, cost);
      if (estimate === 0 || this.#spent + this.#reserved + estimate <= this.#maxCost + ROUNDING) {
        return this.#set(model, estimate);
      }
      if (this.#running === 0) {
        throw new BudgetExceededError({
          limit: 'maxCost',
          value: this.#maxCost,
          reason: `${dollars(this.#spent)} of ${dollars(this.#maxCost)} are spent, and the next call of ${model} may cost ${dollars(estimate)}`,
        });
      }
      // Running calls mostly cost less than was set aside for them.
      await raceAbort(this.#settled.promise, abortSignal);
    }
  }

  #estimate(model: string, cost: number | undefined): number {
    if (this.#maxCost === Infinity) return 0;
    if (cost === undefined) throw unknownPriceError(model, this.#maxCost);
    return cost * (this.#overruns.get(model) ?? 1);
  }

  #set(model: string, estimate: number): CallReservation {
    this.#calls += 1;
    this.#running += 1;
    this.#reserved += estimate;
    let isOpen = true;
    const close = (calls: number, cost: number) => {
      if (!isOpen) return;
      isOpen = false;
      this.#calls -= 1 - calls;
      this.#running -= 1;
      this.#reserved -= estimate;
      this.#spent += cost;
      this.#settled.resolve();
      this.#settled = Promise.withResolvers();
    };
    return {
      settle: ({ cost = estimate }) => {
        if (estimate > 0 && cost > estimate) {
          this.#overruns.set(model, (this.#overruns.get(model) ?? 1) * (cost / estimate));
        }
        close(1, cost);
      },
      release: () => close(0, 0),
    };
  }
}

/** The error for a limit on cost where a price is missing: an unknown price never counts as nothing. */
export function unknownPriceError(model: string, maxCost: number): InvalidArgumentError {
  return new InvalidArgumentError({
    parameter: 'maxCost',
    value: maxCost,
    message: `the price of ${model} is not known, so no limit on cost can be kept. Give it in prices, or limit maxCalls.`,
  });
}

function dollars(amount: number): string {
  return `$${Number(amount.toPrecision(3))}`;
}
