import { BudgetExceededError, InvalidArgumentError } from '../../error/index.ts';
import type { CallBudget, CallReservation, PlannedCost } from '../../spec/call-budget.ts';
import { checkNumber, COUNT } from '../../util/check-number.ts';
import { raceAbort } from '../../util/race-abort.ts';

/** Limits on the calls of one piece of work. */
export interface CallBudgetOptions {
  /** Most requests to language models, repeated ones included; an integer of at least 1. @default no limit */
  readonly maxCalls?: number | undefined;
  /**
   * Most US dollars. Before a call an estimate is set aside: the tokens of the prompt, and `maxOutputTokens` or, where
   * that is not given, 4,096 tokens; where less is left, the answer may be as long as that pays for. The price of every
   * model must be known. @default no limit
   */
  readonly maxCost?: number | undefined;
}

/** Sums of prices are not exact to the last bit. */
const ROUNDING = 1e-12;

/**
 * Makes a budget; undefined where nothing is limited.
 *
 * @param known.spent US dollars of it that are spent already. Default: 0.
 * @throws InvalidArgumentError
 */
export function createCallBudget({ maxCalls, maxCost }: CallBudgetOptions, { spent = 0 } = {}): CallBudget | undefined {
  checkNumber('maxCalls', maxCalls, COUNT);
  checkNumber('maxCost', maxCost, { min: 0, unit: 'US dollars' });
  return maxCalls === undefined && maxCost === undefined ? undefined : new LimitedBudget({ maxCalls, maxCost }, spent);
}

/** What a budget has learned of a model. */
interface Experience {
  /** Most expensive call so far, in US dollars. */
  highestCost: number;
  /** How far a call has gone over what was set aside for it, at least 1: later estimates are raised by as much. */
  overrun: number;
}

class LimitedBudget implements CallBudget {
  readonly #maxCalls: number;
  readonly #maxCost: number;
  #calls = 0;
  #spent: number;
  #reserved = 0;
  /** Running calls by model. */
  readonly #running = new Map<string, number>();
  readonly #known = new Map<string, Experience>();
  #settled = Promise.withResolvers<void>();

  constructor({ maxCalls = Infinity, maxCost = Infinity }: CallBudgetOptions, spent: number) {
    this.#spent = spent;
    this.#maxCalls = maxCalls;
    this.#maxCost = maxCost;
  }

  async reserve(
    call: PlannedCost,
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
      const cost = this.#affordable(call);
      if (cost !== undefined) return this.#set(call.model, cost);
      // Running calls mostly cost less than was set aside for them.
      await raceAbort(this.#settled.promise, abortSignal);
    }
  }

  /** What to set aside for a call; undefined where running calls have to settle first. */
  #affordable({ model, cost, minCost = cost }: PlannedCost): number | undefined {
    if (this.#maxCost === Infinity) return 0;
    if (cost === undefined || minCost === undefined) throw unknownPriceError(model, this.#maxCost);
    if (cost === 0) return 0;
    const known = this.#known.get(model);
    // The first call to a model goes alone: what it takes shows how good the estimates are.
    if (known === undefined && this.#running.has(model)) return undefined;
    const { overrun = 1, highestCost = 0 } = known ?? {};
    const left = this.#maxCost + ROUNDING - this.#spent - this.#reserved;
    if (cost * overrun <= left) return cost * overrun;
    if (this.#running.size > 0) return undefined;
    const least = Math.max(minCost * overrun, highestCost);
    // Alone, a call may have all that is left, but not for an answer that would hardly begin.
    if (least <= left) return left;
    throw new BudgetExceededError({
      limit: 'maxCost',
      value: this.#maxCost,
      reason: `${dollars(this.#spent)} of ${dollars(this.#maxCost)} are spent, and a call of ${model} may cost ${dollars(least)}`,
    });
  }

  #set(model: string, reserved: number): CallReservation {
    this.#calls += 1;
    this.#reserved += reserved;
    this.#running.set(model, (this.#running.get(model) ?? 0) + 1);
    let isOpen = true;
    const close = (calls: number, cost: number) => {
      if (!isOpen) return;
      isOpen = false;
      this.#calls -= 1 - calls;
      this.#reserved -= reserved;
      this.#spent += cost;
      const running = (this.#running.get(model) ?? 1) - 1;
      if (running === 0) this.#running.delete(model);
      else this.#running.set(model, running);
      this.#settled.resolve();
      this.#settled = Promise.withResolvers();
    };
    return {
      // Calls that are counted alone may cost whatever they cost.
      cost: this.#maxCost === Infinity ? Infinity : reserved,
      settle: ({ cost }) => {
        // A refused call costs nothing and teaches nothing.
        if (isOpen && cost !== undefined && cost > 0 && reserved > 0) this.#learn(model, cost, reserved);
        close(1, cost ?? reserved);
      },
      release: () => close(0, 0),
    };
  }

  #learn(model: string, cost: number, reserved: number): void {
    const { overrun, highestCost } = this.#known.get(model) ?? { overrun: 1, highestCost: 0 };
    this.#known.set(model, {
      overrun: overrun * Math.max(1, cost / reserved),
      highestCost: Math.max(highestCost, cost),
    });
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
