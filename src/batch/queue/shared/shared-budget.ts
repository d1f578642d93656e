import { setTimeout as delay } from 'node:timers/promises';
import { unknownPriceError } from '../../../calls/meter/create-call-budget.ts';
import { BudgetExceededError } from '../../../error/index.ts';
import type { CallBudget, CallReservation, PlannedCost } from '../../../spec/call-budget.ts';
import type { CallUsage } from '../../../spec/usage.ts';
import { raceAbort } from '../../../util/race-abort.ts';
import {
  type BudgetState,
  foldWorkers,
  type Grant,
  raiseOverruns,
  reserveCall,
  restoreBudget,
} from './budget-state.ts';
import type { KeptParts } from './kept-parts.ts';
import { OwnSpending, SpendingAccount } from './own-spending.ts';
import type { SharedDocument } from './shared-document.ts';

/** A call that waits for those of other workers looks again after so many milliseconds. */
const POLL_MS = 200;
/** Between two looks whether the queue still has what this process has spent. */
const LOOK_MS = 1000;
/** Waits for the last write at most so many milliseconds. */
const CLOSE_MS = 2000;

/** A call that waits for its money. */
interface Request extends PlannedCost {
  readonly resolve: (reservation: CallReservation) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * The budget of a job that several workers share. Each keeps the sum of what it has spent itself, and writes all of it
 * each time, with what it has seen of the others: where a queue loses the document, it is whole again after the next
 * write. A call is made only once the document says that it is under way, so that those of a worker that dies count.
 */
export class SharedBudget implements CallBudget {
  readonly #document: SharedDocument<BudgetState>;
  readonly #own: OwnSpending;
  readonly #kept: KeptParts | undefined;
  readonly #leaseMs: number;
  readonly #requests = new Set<Request>();
  /** Something is not written yet. */
  #isStale = false;
  #writing: Promise<void> | undefined;
  #poll: NodeJS.Timeout | undefined;
  readonly #refused = new AbortController();
  readonly #heartbeat: NodeJS.Timeout;

  /**
   * @param document It is closed with the budget.
   * @param options.own What this process has spent before on this job.
   * @param options.kept Where it is kept besides the queue.
   * @param options.leaseMs After so many milliseconds of silence a worker is taken for dead.
   */
  constructor(
    document: SharedDocument<BudgetState>,
    {
      own = new OwnSpending(),
      kept,
      leaseMs,
    }: { readonly own?: OwnSpending; readonly kept?: KeptParts | undefined; readonly leaseMs: number },
  ) {
    this.#document = document;
    this.#own = own;
    this.#kept = kept;
    this.#leaseMs = leaseMs;
    this.#heartbeat = setInterval(() => void this.#look(), Math.min(LOOK_MS, leaseMs / 3)).unref();
    if (own.known !== undefined) this.#update();
  }

  async reserve(
    call: PlannedCost,
    { abortSignal }: { readonly abortSignal?: AbortSignal | undefined } = {},
  ): Promise<CallReservation> {
    abortSignal?.throwIfAborted();
    this.#refused.signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<CallReservation>();
    const request = { ...call, resolve, reject };
    this.#requests.add(request);
    this.#update();
    try {
      return await raceAbort(promise, abortSignal);
    } catch (error) {
      this.#requests.delete(request);
      // Nobody waits for it any more.
      promise.then(
        (reservation) => reservation.release(),
        () => {},
      );
      throw error;
    }
  }

  /** Writes what is new, and asks for what is wanted, in one write at a time. */
  #update(): void {
    this.#isStale = true;
    this.#writing ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    clearTimeout(this.#poll);
    try {
      while (this.#isStale) {
        this.#isStale = false;
        await this.#write();
      }
      if (this.#requests.size > 0) this.#poll = setTimeout(() => this.#update(), POLL_MS * (0.5 + Math.random()));
    } catch (error) {
      // The document is closed.
      this.#rejectAll(error);
    } finally {
      this.#writing = undefined;
    }
  }

  async #write(): Promise<void> {
    const requests = [...this.#requests];
    const { account } = this.#own;
    const written = await this.#document.change((state, now) => {
      const { known, overruns } = this.#own;
      if (known !== undefined) restoreBudget(state, known);
      raiseOverruns(state, overruns);
      foldWorkers(state, now);
      const isAnother = known !== undefined && known.id !== state.id;
      if (isAnother || account.isGone(now)) return { state, grants: undefined };
      const { id: worker, ended, underWay } = account;
      // Longer than before, so that the newer of two parts is known.
      const until = Math.max(now + this.#leaseMs, (account.until ?? 0) + 1);
      const isKnown = state.workers[worker] !== undefined;
      if (isKnown || !account.isEmpty) state.workers[worker] = { until, ended, underWay };
      const grants = requests.map(({ model, cost }) => reserveCall(state, { worker, model, cost, now, until }));
      return { state, grants };
    });
    this.#own.known = written.state;
    if (written.grants === undefined) {
      // It is spent on another job, or summed up with that of workers that are gone.
      this.#own.account = new SpendingAccount();
      this.#isStale = true;
      return;
    }
    const part = written.state.workers[account.id];
    account.until = part?.until;
    const granted = written.grants.map((grant) => {
      if (grant.type !== 'granted') return undefined;
      account.begin(grant.cost);
      return this.#reservation(grant, account);
    });
    if (part !== undefined && granted.some((reservation) => reservation !== undefined)) {
      // The queue has it as well.
      await this.#kept?.keep(account.id, { budget: written.state.id, spending: part }).catch(() => {});
    }
    for (const [index, request] of requests.entries()) this.#answer(request, written.grants[index], granted[index]);
  }

  #answer(request: Request, grant: Grant | undefined, reservation: CallReservation | undefined): void {
    if (grant === undefined || grant.type === 'later') return;
    const isWanted = this.#requests.delete(request);
    if (grant.type === 'unpriced') request.reject(unknownPriceError(request.model, grant.maxCost));
    if (grant.type === 'refused') request.reject(refusal(request.model, grant));
    if (reservation === undefined) return;
    if (isWanted) request.resolve(reservation);
    else reservation.release();
  }

  #reservation(
    { model, planned, cost: reserved }: Extract<Grant, { type: 'granted' }>,
    account: SpendingAccount,
  ): CallReservation {
    let isOpen = true;
    const close = (cost: number | undefined) => {
      if (!isOpen) return;
      isOpen = false;
      account.end(reserved, cost);
      if (cost !== undefined && planned > 0 && cost > planned) {
        const { overruns } = this.#own;
        overruns[model] = Math.max(overruns[model] ?? 1, cost / planned);
      }
      this.#update();
    };
    return {
      cost: reserved,
      settle: ({ cost = reserved, isKept = false }: CallUsage) => close(isKept ? undefined : cost),
      release: () => close(undefined),
    };
  }

  /** Sees to it that the queue has all that this process knows, also while it makes no call. */
  async #look(): Promise<void> {
    if (this.#writing !== undefined) return;
    const read = await this.#document.read().catch(() => undefined);
    if (read === undefined || this.#writing !== undefined) return;
    const { state, now } = read;
    const { account, known } = this.#own;
    const isMissing =
      known !== undefined && (state === undefined || known.id !== state.id || restoreBudget(state, known));
    if (state !== undefined && !isMissing) this.#own.known = state;
    if (isMissing || !account.isWritten(state?.workers[account.id], { now, leaseMs: this.#leaseMs })) this.#update();
  }

  /** Gives out no more money: the job is over. */
  refuse(reason: unknown): void {
    this.#refused.abort(reason);
    this.#rejectAll(reason);
  }

  #rejectAll(reason: unknown): void {
    for (const { reject } of this.#requests) reject(reason);
    this.#requests.clear();
  }

  /** Writes what is new, waiting for the queue at most two seconds. */
  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#poll);
    await Promise.race([this.#writing, delay(CLOSE_MS, undefined, { ref: false })]);
    await this.#document.close(0);
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
