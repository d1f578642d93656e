import { setTimeout as delay } from 'node:timers/promises';
import { unknownPriceError } from '../../../calls/meter/create-call-budget.ts';
import { BudgetExceededError } from '../../../error/index.ts';
import type { CallBudget, CallReservation, PlannedCost } from '../../../spec/call-budget.ts';
import type { CallUsage } from '../../../spec/usage.ts';
import { raceAbort } from '../../../util/race-abort.ts';
import { type BudgetState, expireWorkers, type Grant, reserveCall, settleCall } from './budget-state.ts';
import type { SharedDocument } from './shared-document.ts';

/** A call that waits for those of other workers looks again after so many milliseconds. */
const POLL_MS = 200;

/** The budget of a job that several workers share. A worker that is not heard of loses what it had set aside. */
export class SharedBudget implements CallBudget {
  readonly #document: SharedDocument<BudgetState>;
  readonly #worker: string;
  readonly #leaseMs: number;
  #underWay = 0;
  #settled = Promise.withResolvers<void>();
  readonly #heartbeat: NodeJS.Timeout;

  /**
   * @param options.worker Name of this process, which no other one has.
   * @param options.leaseMs After so many milliseconds of silence a worker is taken for dead.
   */
  constructor(
    document: SharedDocument<BudgetState>,
    { worker, leaseMs }: { readonly worker: string; readonly leaseMs: number },
  ) {
    this.#document = document;
    this.#worker = worker;
    this.#leaseMs = leaseMs;
    this.#heartbeat = setInterval(() => {
      if (this.#underWay > 0) this.#change(() => {}).catch(() => {});
    }, leaseMs / 3).unref();
  }

  async reserve(
    call: PlannedCost,
    { abortSignal }: { readonly abortSignal?: AbortSignal | undefined } = {},
  ): Promise<CallReservation> {
    for (;;) {
      abortSignal?.throwIfAborted();
      const grant = await this.#request(call, abortSignal);
      if (grant.type === 'granted') return this.#reservation(call.model, grant);
      if (grant.type === 'refused') throw refusal(call.model, grant);
      const ownCall = this.#settled.promise;
      await raceAbort(Promise.race([ownCall, delay(POLL_MS * (0.5 + Math.random()))]), abortSignal);
    }
  }

  async #request({ model, cost }: PlannedCost, abortSignal: AbortSignal | undefined): Promise<Grant> {
    const asked = this.#change((state, now) => {
      if (cost === undefined && state.maxCost !== null) return { type: 'unpriced', maxCost: state.maxCost } as const;
      const until = now + this.#leaseMs;
      return reserveCall(state, { worker: this.#worker, model, cost: cost ?? 0, until });
    });
    let isLeft = false;
    const grant = await raceAbort(
      asked.then((given) => {
        // Nobody waits for it any more.
        if (isLeft && given.type === 'granted') this.#reservation(model, given).release();
        return given;
      }),
      abortSignal,
    ).catch((error: unknown) => {
      isLeft = true;
      throw error;
    });
    if (grant.type === 'unpriced') throw unknownPriceError(model, grant.maxCost);
    return grant;
  }

  #reservation(model: string, { cost: reserved, budget }: Extract<Grant, { type: 'granted' }>): CallReservation {
    this.#underWay += 1;
    let isOpen = true;
    const close = (cost: number | undefined) => {
      if (!isOpen) return;
      isOpen = false;
      this.#underWay -= 1;
      this.#change((state) => settleCall(state, { worker: this.#worker, model, reserved, budget, cost })).catch(
        () => {},
      );
      this.#settled.resolve();
      this.#settled = Promise.withResolvers();
    };
    return {
      cost: reserved,
      settle: ({ cost = reserved, isKept = false }: CallUsage) => close(isKept ? undefined : cost),
      release: () => close(undefined),
    };
  }

  #change<RESULT>(apply: (state: BudgetState, now: number) => RESULT): Promise<RESULT> {
    return this.#document.change((state, now) => {
      expireWorkers(state, now);
      const own = state.workers[this.#worker];
      if (own !== undefined) own.until = now + this.#leaseMs;
      return apply(state, now);
    });
  }

  /** Ends the heartbeat. */
  close(): void {
    clearInterval(this.#heartbeat);
  }
}

function refusal(model: string, { spent, needed, maxCost }: Extract<Grant, { type: 'refused' }>): BudgetExceededError {
  const dollars = (amount: number) => `$${Number(amount.toPrecision(3))}`;
  return new BudgetExceededError({
    limit: 'maxCost',
    value: maxCost,
    reason: `${dollars(spent)} of ${dollars(maxCost)} are spent, and a call of ${model} may cost ${dollars(needed)}`,
  });
}
