import type { Usage } from '../../spec/usage.ts';
import { jobBudget } from './job-documents.ts';
import { type JobSpending, readSpending, spendingOf, withLaterCalls, writeSpending } from './job-spending.ts';
import type { QueueConnection } from './range-queue.ts';
import { type BudgetState, newBudget, restoreBudget } from './shared/budget-state.ts';
import type { KeptParts } from './shared/kept-parts.ts';
import type { SharedDocument } from './shared/shared-document.ts';

/** Workers have put back what a queue has lost by then. */
const RESTORE_MS = 3000;
/** Between two looks at what is spent: what a worker spends after one may be forgotten if it dies and the queue is emptied. */
const SEE_MS = 100;

/** Options of {@link JobBill.open}. */
export interface JobBillOptions {
  /** The folder of the job. */
  readonly job: string;
  /** The job in the queue. */
  readonly name: string;
  readonly queue: QueueConnection;
  /** Where workers keep what they have spent, besides the queue. */
  readonly kept?: KeptParts | undefined;
  readonly maxCost: number | undefined;
  /** What its results have taken so far. */
  readonly results: Usage;
  readonly onError: (error: unknown) => void;
}

/**
 * What a job spends, as the command sees it that waits for the job: it makes the budget of the workers, makes it anew
 * from what it has seen where the queue loses it, and keeps it in the folder of the job.
 */
export class JobBill {
  readonly #job: string;
  readonly #document: SharedDocument<BudgetState>;
  readonly #kept: KeptParts | undefined;
  readonly #onError: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #seeing: Promise<void> | undefined;
  /** Where there is no document, the queue has lost it: workers may know more than this process. */
  #isLost: boolean;
  /** All that was ever seen. */
  #known: BudgetState;
  #now = 0;
  #isWhole = false;
  #noted = '';

  private constructor(
    { job, name, queue, kept, onError }: JobBillOptions,
    noted: JobSpending | undefined,
    known: BudgetState,
  ) {
    this.#job = job;
    this.#kept = kept;
    this.#onError = onError;
    this.#known = known;
    this.#isLost = noted !== undefined && noted.results === undefined;
    this.#document = jobBudget(queue.documents, name, {
      create: (now) => ({ ...structuredClone(this.#known), completeAt: this.#isLost ? now + RESTORE_MS : 0 }),
      onError,
    });
  }

  static async open(options: JobBillOptions): Promise<JobBill> {
    const { job, maxCost, results } = options;
    const noted = await readSpending(job);
    const { budget } = withLaterCalls(noted ?? spendingOf(newBudget(maxCost), 0), results);
    const bill = new JobBill(options, noted, { ...budget, maxCost: maxCost ?? null });
    await bill.#readKept();
    await bill.#document.change((state) => (state.maxCost = maxCost ?? null));
    bill.#isLost = true;
    await bill.look();
    bill.#timer = setInterval(() => void bill.#see().catch(options.onError), SEE_MS).unref();
    return bill;
  }

  /** What is spent, as it was last seen. */
  get spending(): JobSpending {
    return spendingOf(this.#known, this.#now);
  }

  /** Reads what is spent, puts back what the queue has lost, and keeps it in the folder of the job. */
  async look(): Promise<void> {
    await this.#see();
    // Kept the next time.
    await this.#note(this.spending).catch(this.#onError);
  }

  #see(): Promise<void> {
    this.#seeing ??= this.#readDocument().finally(() => (this.#seeing = undefined));
    return this.#seeing;
  }

  async #readDocument(): Promise<void> {
    let { state, now } = await this.#document.read();
    if (state === undefined || restoreBudget(state, this.#known)) {
      await this.#readKept();
      ({ state, now } = await this.#document.change((lost, at) => {
        if (restoreBudget(lost, this.#known)) lost.completeAt = at + RESTORE_MS;
        lost.maxCost = this.#known.maxCost;
        return { state: lost, now: at };
      }));
    }
    this.#known = state;
    this.#now = now;
    const underWay = Object.values(state.workers).filter((worker) => worker.until >= now && worker.underWay.calls > 0);
    this.#isWhole = now >= state.completeAt && underWay.length === 0;
  }

  /** What workers kept that died before anybody read it in the queue. */
  async #readKept(): Promise<void> {
    const workers = await this.#kept?.read(this.#known.id);
    if (workers !== undefined) restoreBudget(this.#known, { ...this.#known, workers });
  }

  async #note(spending: JobSpending): Promise<void> {
    const text = JSON.stringify(spending);
    if (text === this.#noted) return;
    await writeSpending(this.#job, spending);
    this.#noted = text;
  }

  /** Whether no call is under way, and workers have put back what the queue has lost. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /**
   * The job is finished: what is under way still is paid and in no result.
   *
   * @param results What the results have taken.
   */
  async finish({ calls, cost = 0 }: Usage): Promise<JobSpending> {
    // The document is removed next, and must not be made anew.
    clearInterval(this.#timer);
    await this.#seeing?.catch(this.#onError);
    await this.#readKept();
    const last = spendingOf(this.#known, Infinity, { calls, cost });
    await this.#note(last);
    await this.#kept?.clear().catch(this.#onError);
    return last;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#document.close();
  }
}
