import {
  BudgetExceededError,
  type CallBudget,
  type CallReservation,
  type CallUsage,
  type PlannedCost,
  type WorkEstimate,
} from '../../index.ts';
import { ApiError, RETRY_AFTER_SECONDS } from '../api-error.ts';
import type { StoredKey } from './api-key.ts';
import { dollarText, type SpendLimit, spendLimitText } from './key-limits.ts';
import type { Shortage, Spending } from './spending.ts';

/** Where the cost of a request goes. */
export interface ChargeOptions {
  readonly key: StoredKey;
  readonly spending: Spending;
  /** Told what could not be written down. What was set aside stays so then. */
  readonly onError: (error: unknown) => void;
}

/**
 * What one request costs its key. With a spend limit, the worst case is set aside before a model is asked, and every call
 * reserves its own worst case of it; when the last call has ended, what they really cost counts instead. Where the worst
 * case was too low, as with repeated calls, more is set aside call by call, and a call that the limit does not allow fails.
 */
export class Charge implements CallBudget {
  readonly #options: ChargeOptions;
  readonly #limit: SpendLimit | undefined;
  #reservation: string | undefined;
  /** US dollars that are set aside, of which calls that run have reserved some, and calls that have ended spent some. */
  #setAside: number;
  #reserved = 0;
  #spent = 0;
  #unpricedCalls = 0;
  #running = 0;
  #isOver = false;

  /**
   * Sets the worst case of a request aside.
   *
   * @throws ApiError 429 where the spend limit does not allow it, 403 where a price is not known.
   */
  static async begin(
    options: ChargeOptions,
    estimate: () => Promise<readonly Pick<WorkEstimate, 'cost' | 'unknownPrices'>[]>,
  ): Promise<Charge> {
    const { key, spending } = options;
    const limit = key.limits.maxCost;
    if (limit === undefined) return new Charge(options, undefined, 0);
    const estimates = await estimate();
    const [unknown] = estimates.flatMap(({ unknownPrices }) => unknownPrices);
    if (unknown !== undefined) throw unknownPrice(key, limit, unknown);
    const worst = estimates.reduce((sum, { cost }) => sum + cost.atMost, 0);
    if (worst === 0) return new Charge(options, undefined, 0);
    const reservation = spending.reserve(key.id, worst, limit);
    if (typeof reservation !== 'string') throw tooExpensive(key, limit, worst, reservation);
    return new Charge(options, reservation, worst);
  }

  private constructor(options: ChargeOptions, reservation: string | undefined, setAside: number) {
    this.#options = options;
    this.#limit = options.key.limits.maxCost;
    this.#reservation = reservation;
    this.#setAside = setAside;
  }

  async reserve({ model, cost }: PlannedCost): Promise<CallReservation> {
    const limit = this.#limit;
    if (limit !== undefined && cost === undefined) throw exceeded(limit, `the price of ${model} is not known`);
    if (limit !== undefined && cost !== undefined && cost > 0) this.#setMoreAside(model, cost, limit);
    const reserved = cost ?? 0;
    this.#reserved += reserved;
    this.#running += 1;
    let isOpen = true;
    const close = (end: () => void) => {
      if (!isOpen) return;
      isOpen = false;
      this.#reserved -= reserved;
      this.#running -= 1;
      end();
      this.#settle();
    };
    return {
      cost: limit === undefined ? Infinity : reserved,
      isCeiling: limit !== undefined,
      settle: (usage, arrivedCost) => close(() => this.#spend(usage, arrivedCost ?? cost)),
      release: () => close(() => {}),
    };
  }

  /** The request is answered, or its client has left: settled when its last call has ended. */
  end(): void {
    this.#isOver = true;
    this.#settle();
  }

  #spend({ cost }: CallUsage, estimated: number | undefined): void {
    const spent = cost ?? estimated;
    if (spent === undefined) this.#unpricedCalls += 1;
    else this.#spent += spent;
  }

  #setMoreAside(model: string, cost: number, limit: SpendLimit): void {
    const { key, spending } = this.#options;
    const missing = this.#spent + this.#reserved + cost - this.#setAside;
    if (missing <= 0) return;
    const reservation =
      this.#reservation === undefined
        ? spending.reserve(key.id, missing, limit)
        : (spending.extend(this.#reservation, key.id, missing, limit) ?? this.#reservation);
    if (typeof reservation !== 'string') {
      throw exceeded(
        limit,
        `a call of ${model} may cost ${dollarText(cost)}, which is more than the key may still spend`,
      );
    }
    this.#reservation = reservation;
    this.#setAside += missing;
  }

  #settle(): void {
    if (!this.#isOver || this.#running > 0) return;
    const { key, spending, onError } = this.#options;
    const cost = { dollars: this.#spent, unpricedCalls: this.#unpricedCalls };
    const reservation = this.#reservation;
    // Work that goes on for another client, which waits for the same answer, begins anew.
    this.#reservation = undefined;
    this.#setAside = 0;
    this.#spent = 0;
    this.#unpricedCalls = 0;
    try {
      if (reservation === undefined) spending.add(key.id, cost);
      else spending.settle(reservation, cost);
    } catch (error) {
      onError(error);
    }
  }
}

function exceeded({ dollars }: SpendLimit, reason: string): BudgetExceededError {
  return new BudgetExceededError({ limit: 'maxCost', value: dollars, reason });
}

function unknownPrice({ name, id }: StoredKey, limit: SpendLimit, model: string): ApiError {
  return new ApiError({
    status: 403,
    message: `The key ${name || id} may spend ${spendLimitText(limit)}, and the price of ${model} is not known. Whoever runs this server can set it under prices in the configuration.`,
    code: 'price_unknown',
  });
}

function tooExpensive(
  { name, id }: StoredKey,
  limit: SpendLimit,
  worst: number,
  { spent, reserved }: Shortage,
): ApiError {
  const text = `The key ${name || id} may spend ${spendLimitText(limit)}`;
  if (spent + worst <= limit.dollars) {
    return new ApiError({
      status: 429,
      message: `${text}, and ${dollarText(reserved)} of it is set aside for other requests. Try again when they are answered.`,
      type: 'rate_limit_error',
      code: 'spend_limit_reserved',
      headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
    });
  }
  return new ApiError({
    status: 429,
    message: `${text}. ${dollarText(spent)} is spent, and this request may cost up to ${dollarText(worst)}. A shorter answer (max_tokens) may cost less.`,
    type: 'insufficient_quota',
    code: 'insufficient_quota',
    // It would be refused again.
    headers: { 'x-should-retry': 'false' },
  });
}
