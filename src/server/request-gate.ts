import { type CallAccount, withCallAccount } from '../calls/meter/call-account.ts';
import type { WorkEstimate } from '../index.ts';
import { ApiError, RETRY_AFTER_SECONDS } from './api-error.ts';
import type { StoredKey } from './keys/api-key.ts';
import { Charge } from './keys/charge.ts';
import { allowsModel } from './keys/key-limits.ts';
import { RequestRate } from './keys/request-rate.ts';
import type { Spending } from './keys/spending.ts';

/** The longest `Retry-After`, in seconds: official clients ignore a longer one, and try again at once. */
const MOST_RETRY_AFTER = 60;

/** What a request is going to do. */
export interface PlannedRequest {
  /** The blend or member that answers; undefined where a ranker does. */
  readonly model?: string | undefined;
  /** What it takes at most: one estimate for each piece of work. Asked for where the key has a spend limit. */
  readonly estimate: () => Promise<readonly Pick<WorkEstimate, 'cost' | 'unknownPrices'>[]>;
}

/** A request that is being answered. */
export interface AdmittedRequest {
  /**
   * Runs the work that answers it, once its body is read. Its worst case is set aside before, and all calls to models that
   * the work makes, also after it has resolved, are charged to the key.
   *
   * @throws ApiError 403 for a model that the key may not ask, 429 where its spend limit does not allow the request.
   */
  run<RESULT>(plan: PlannedRequest, work: () => Promise<RESULT>): Promise<RESULT>;
  /**
   * Frees its place, and settles what it has cost. To be called in any case, when the request is answered, has failed, or
   * its client has left; again does nothing.
   */
  leave(): void;
}

/** Options of {@link RequestGate}. */
export interface RequestGateOptions {
  /** Requests that are answered at the same time. */
  readonly limit: number;
  /** Opens what keys have spent, at the first request with a key; undefined without keys. */
  readonly openSpending?: (() => Spending) | undefined;
  /** Told of all calls to models, comparisons and decisions. */
  readonly observer?: Omit<CallAccount, 'budget'> | undefined;
  /** Told which limit has refused a request. */
  readonly onRefused?: ((limit: RefusingLimit) => void) | undefined;
  /** Told what could not be written down. */
  readonly onError: (error: unknown) => void;
}

/** A limit that refuses requests. */
export type RefusingLimit = 'overload' | 'rate' | 'concurrency' | 'spend' | 'model';

/**
 * Lets requests in, and refuses what is too much, before anything is done for it. Every route that asks models goes through
 * here, and so do the limits of keys:
 *
 *     const request = gate.enter(context.get('key'));
 *     try {
 *       const body = await readBody(…);
 *       return await request.run({ model, estimate }, () => answer(body));
 *     } finally {
 *       request.leave();
 *     }
 *
 * A stream calls `leave` when it has ended. What goes on for longer than one request, such as a session, enters once for
 * each piece of work.
 */
export class RequestGate {
  readonly #options: RequestGateOptions;
  readonly #closing = new AbortController();
  /** By the id of the key. */
  readonly #ofKeys = new Map<string, { running: number; readonly rate: RequestRate }>();
  #running = 0;
  #isDraining = false;
  #onIdle: (() => void) | undefined;

  constructor(options: RequestGateOptions) {
    this.#options = options;
  }

  /** Aborts what still runs when the server is closed at once. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  get running(): number {
    return this.#running;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** @param key undefined where none is needed. @throws ApiError 429, 503 */
  enter(key: StoredKey | undefined): AdmittedRequest {
    if (this.#isDraining) {
      throw new ApiError({ status: 503, message: 'The server is shutting down.', headers: retryAfter() });
    }
    if (this.#running >= this.#options.limit) {
      throw this.#refuse('overload', {
        message: `The server is answering ${this.#running} requests, and takes no more at once. Try again in some seconds.`,
        code: 'overloaded',
      });
    }
    const ofKey = key && this.#enterKey(key);
    this.#running += 1;
    const charges: Charge[] = [];
    let isLeft = false;
    return {
      run: async (plan, work) => {
        const charge = key && (await this.#charge(key, plan));
        if (charge !== undefined) charges.push(charge);
        // The client may have left meanwhile.
        if (isLeft) charge?.end();
        return withCallAccount({ ...this.#options.observer, budget: charge }, work);
      },
      leave: () => {
        if (isLeft) return;
        isLeft = true;
        for (const charge of charges) charge.end();
        if (ofKey !== undefined) ofKey.running -= 1;
        this.#running -= 1;
        if (this.#running === 0) this.#onIdle?.();
      },
    };
  }

  /** Takes no more requests, and waits for those that run. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    if (this.#running === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onIdle = resolve;
    await promise;
  }

  /** Ends those that run. */
  abort(reason: Error): void {
    this.#closing.abort(reason);
  }

  #enterKey({ id, name, limits: { concurrency = Infinity, rate } }: StoredKey) {
    const ofKey = this.#ofKeys.get(id) ?? { running: 0, rate: new RequestRate() };
    this.#ofKeys.set(id, ofKey);
    const key = `The key ${name || id}`;
    if (ofKey.running >= concurrency) {
      throw this.#refuse('concurrency', {
        message: `${key} may have ${concurrency} requests answered at the same time. Try again when one of them is.`,
        code: 'concurrency_limit_exceeded',
      });
    }
    const waitMs = rate === undefined ? 0 : ofKey.rate.take(rate, performance.now());
    if (rate !== undefined && waitMs > 0) {
      const { requests, seconds } = rate;
      throw this.#refuse('rate', {
        message: `${key} may send ${requests} requests in ${seconds} seconds. Try again in ${Math.ceil(waitMs / 1000)} seconds.`,
        code: 'rate_limit_exceeded',
        seconds: Math.ceil(waitMs / 1000),
      });
    }
    ofKey.running += 1;
    return ofKey;
  }

  async #charge(key: StoredKey, { model, estimate }: PlannedRequest): Promise<Charge | undefined> {
    const { openSpending, onRefused, onError } = this.#options;
    if (model !== undefined && !allowsModel(key.limits, model)) {
      onRefused?.('model');
      throw new ApiError({
        status: 403,
        message: `The key ${key.name || key.id} may not ask ${model}. It may ask: ${key.limits.blends?.join(', ')}.`,
        param: 'model',
        code: 'model_not_allowed',
      });
    }
    if (openSpending === undefined) return undefined;
    try {
      return await Charge.begin({ key, spending: openSpending(), onError }, estimate);
    } catch (error) {
      if (error instanceof ApiError) onRefused?.('spend');
      throw error;
    }
  }

  #refuse(
    limit: RefusingLimit,
    { message, code, seconds = RETRY_AFTER_SECONDS }: { message: string; code: string; seconds?: number },
  ): ApiError {
    this.#options.onRefused?.(limit);
    return new ApiError({ status: 429, message, type: 'rate_limit_error', code, headers: retryAfter(seconds) });
  }
}

function retryAfter(seconds = RETRY_AFTER_SECONDS): Readonly<Record<string, string>> {
  return { 'retry-after': String(Math.min(seconds, MOST_RETRY_AFTER)) };
}
