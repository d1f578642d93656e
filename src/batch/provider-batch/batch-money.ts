import { BudgetExceededError } from '../../error/index.ts';
import type { CallBudget, CallReservation } from '../../spec/call-budget.ts';
import { raceAbort } from '../../util/race-abort.ts';
import type { BatchRecord } from './batch-log.ts';

/** The money of all batches that the requests of one are in, one after the other. */
interface Account {
  reservation?: CallReservation | undefined;
  /** What its answers have cost. */
  spent: number;
  /** Segments whose answers have not been counted. */
  readonly unread: Set<number>;
  isSettled: boolean;
}

/** Sets money aside for batches before they are submitted, and counts what their answers have cost. */
export class BatchMoney {
  readonly #budget: CallBudget | undefined;
  readonly #abortSignal: AbortSignal;
  readonly #accounts = new Map<number, Account>();
  /** What the parts of batches take together that were divided in earlier runs, and not submitted since. */
  readonly #divided = new Map<number, number | null>();
  readonly #onSettled: (root: number, cost: number) => Promise<void>;
  /** Set aside for the batches of earlier runs together. */
  #earlier: CallReservation | undefined;
  #earlierOpen = 0;
  #earlierSpent = 0;

  constructor(options: {
    budget: CallBudget | undefined;
    abortSignal: AbortSignal;
    onSettled: (root: number, cost: number) => Promise<void>;
  }) {
    this.#budget = options.budget;
    this.#abortSignal = options.abortSignal;
    this.#onSettled = options.onSettled;
  }

  /** Sets aside what the batches of earlier runs may still cost. They are paid, whatever the budget says. */
  async load(records: readonly BatchRecord[], settled: ReadonlyMap<number, number>): Promise<void> {
    let cost = 0;
    const chains = Map.groupBy(records, ({ root }) => root);
    for (const record of records) {
      const { number, root, segments } = record;
      if (number !== root) continue;
      const chain = chains.get(root) ?? [];
      // Nothing of it has been submitted yet, or it was divided.
      if (chain.every((one) => one.state === 'waiting' || one.isDivided)) {
        this.#divided.set(root, sumOf(chain.filter(({ state }) => state === 'waiting')));
        continue;
      }
      const isSettled = settled.has(root);
      this.#accounts.set(root, {
        reservation: isSettled ? undefined : this.#ofEarlier(),
        spent: 0,
        unread: new Set(segments),
        isSettled,
      });
      if (isSettled) continue;
      this.#earlierOpen += 1;
      cost += record.cost ?? 0;
    }
    if (this.#budget === undefined || cost === 0) return;
    this.#earlier = await this.#budget
      .reserve({ model: 'batches of earlier runs', cost, minCost: 0 }, { abortSignal: this.#abortSignal })
      .catch((error: unknown) => {
        if (error instanceof BudgetExceededError) return undefined;
        throw error;
      });
  }

  #ofEarlier(): CallReservation {
    return {
      cost: 0,
      release: () => {},
      settle: ({ cost = 0 }) => {
        this.#earlierOpen -= 1;
        this.#earlierSpent += cost;
        if (this.#earlierOpen > 0) return;
        this.#earlier?.settle({ inputTokens: undefined, outputTokens: undefined, cost: this.#earlierSpent });
      },
    };
  }

  /**
   * Sets money aside for a batch. Waits for others to be settled where only that prevents it.
   *
   * @returns the part of its requests that it is enough for
   * @throws BudgetExceededError where it is not enough for one.
   */
  async reserve({ root, number, model, requests, segments, ...batch }: BatchRecord): Promise<number> {
    if (this.#accounts.has(root)) return 1;
    const account: Account = { spent: 0, unread: new Set(segments), isSettled: false };
    if (this.#budget === undefined) {
      this.#accounts.set(root, account);
      return 1;
    }
    const options = { abortSignal: this.#abortSignal };
    const cost = this.#divided.get(root) ?? batch.cost;
    this.#divided.delete(root);
    const planned = { model: `batch ${number} of ${model}`, cost: cost ?? undefined };
    const least = batch.cost === null ? {} : { minCost: batch.cost / requests };
    const reserving = this.#budget.reserve({ ...planned, ...least }, options);
    const reservation = await raceAbort(reserving, this.#abortSignal);
    const share = cost === null || cost === 0 ? 1 : Math.min(1, reservation.cost / cost);
    if (share < 1) {
      reservation.release();
      return share;
    }
    this.#accounts.set(root, { ...account, reservation });
    return 1;
  }

  /** The budget of the answers of a batch: it was set aside before. */
  budgetOf(root: number): CallBudget {
    const account = this.#accounts.get(root);
    return {
      reserve: async () => ({
        cost: Infinity,
        release: () => {},
        settle: ({ cost = 0 }) => {
          if (account !== undefined && !account.isSettled) account.spent += cost;
        },
      }),
    };
  }

  /**
   * The work on a segment begins, for which nothing is under way.
   *
   * @param active the first batches of those that are not over.
   * @returns to be called when all answers for it that are there now have been counted.
   */
  openSegment(segment: number, active: ReadonlySet<number>): () => Promise<void> {
    const unread = [...this.#accounts].filter(([root, account]) => account.unread.has(segment) && !active.has(root));
    return () => this.#countSegment(segment, unread);
  }

  async #countSegment(segment: number, accounts: readonly (readonly [number, Account])[]): Promise<void> {
    for (const [root, account] of accounts) {
      account.unread.delete(segment);
      if (account.isSettled || account.unread.size > 0) continue;
      account.isSettled = true;
      account.reservation?.settle({ inputTokens: undefined, outputTokens: undefined, cost: account.spent });
      await this.#onSettled(root, account.spent);
    }
  }
}

function sumOf(batches: readonly BatchRecord[]): number | null {
  return batches.reduce<number | null>((sum, { cost }) => (sum === null || cost === null ? null : sum + cost), 0);
}
