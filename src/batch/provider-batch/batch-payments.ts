import { setImmediate as nextTurn } from 'node:timers/promises';
import { BudgetExceededError } from '../../error/index.ts';
import type { BatchRecord } from './batch-log.ts';
import type { BatchMoney } from './batch-money.ts';
import { IdSet } from './id-set.ts';
import { readBatchLines } from './split-batch.ts';

/** What {@link BatchPayments} work with. */
export interface BatchPaymentsOptions {
  readonly job: string;
  readonly money: BatchMoney;
  /** Makes two batches of one for whose first requests alone the money is enough. */
  readonly divide: (batch: BatchRecord, maxRequests: number) => Promise<void>;
  /** What others wait for has changed. */
  readonly onChange: () => void;
  readonly onFailure: (error: unknown) => void;
}

/** Which batches have their money, wait for it, or get none. */
export class BatchPayments {
  readonly #options: BatchPaymentsOptions;
  readonly #states = new Map<number, 'paid' | 'waiting'>();
  /** Batches that no money is left for. */
  readonly #refused = new Map<number, unknown>();
  /** The requests of batches that have no money yet. */
  readonly #unpaid = new Map<number, IdSet>();

  constructor(options: BatchPaymentsOptions) {
    this.#options = options;
  }

  /** Whether the money for a batch is set aside. Begins to wait for it, and makes the batch smaller where less is left. */
  isPaid(batch: BatchRecord): boolean {
    const { number } = batch;
    const known = this.#states.get(number);
    if (known !== undefined) return known === 'paid';
    this.#states.set(number, 'waiting');
    this.#pay(batch)
      .catch((error: unknown) => {
        if (error instanceof BudgetExceededError) this.#refused.set(number, error);
        else this.#options.onFailure(error);
      })
      .finally(() => this.#options.onChange());
    return false;
  }

  /** The money of a batch was set aside for the one that it was made of. */
  setPaid(number: number): void {
    this.#states.set(number, 'paid');
  }

  isRefused(number: number): boolean {
    return this.#refused.has(number);
  }

  /** Why a batch gets no money. */
  get refusal(): { readonly error: unknown } | undefined {
    const [error] = this.#refused.values();
    return error === undefined ? undefined : { error };
  }

  /** The requests of a batch that waits for what others leave of the money. */
  unpaid(number: number): IdSet | undefined {
    return this.#unpaid.get(number);
  }

  async #pay(batch: BatchRecord): Promise<void> {
    const { job, money, divide, onChange } = this.#options;
    const { number, requests } = batch;
    const reserving = money.reserve(batch);
    reserving.catch(() => {});
    if ((await Promise.race([reserving.catch(() => undefined), nextTurn()])) === undefined) {
      // The answers of others have to be counted first: the work on the same segments goes on.
      this.#unpaid.set(number, await IdSet.of(readBatchLines(job, number), requests));
      onChange();
    }
    const share = await reserving;
    if (share < 1) await divide(batch, Math.max(1, Math.floor(share * requests)));
    else this.#states.set(number, 'paid');
    this.#unpaid.delete(number);
  }
}
