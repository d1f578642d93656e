import { randomBytes } from 'node:crypto';
import { type BudgetState, type CallSum, isGone, type WorkerSpending } from './budget-state.ts';

/** What one worker has spent. */
export class SpendingAccount {
  /** No other one has it. Short, since it is in a document that all workers read. */
  readonly id = randomBytes(6).toString('base64url');
  /** As it was last written; undefined before. */
  until: number | undefined;
  ended: CallSum = { calls: 0, cost: 0 };
  underWay: CallSum = { calls: 0, cost: 0 };

  get isEmpty(): boolean {
    return this.ended.calls + this.underWay.calls === 0;
  }

  /** True once others may have summed it up with those of workers that are gone. */
  isGone(now: number): boolean {
    return this.until !== undefined && isGone({ until: this.until }, now);
  }

  /** A call begins for which so much is set aside. */
  begin(reserved: number): void {
    const { calls, cost } = this.underWay;
    this.underWay = { calls: calls + 1, cost: cost + reserved };
  }

  /** @param cost US dollars; undefined where the call was not made, or was paid in an earlier run. */
  end(reserved: number, cost: number | undefined): void {
    const underWay = this.underWay.calls - 1;
    this.underWay = { calls: underWay, cost: underWay === 0 ? 0 : this.underWay.cost - reserved };
    if (cost === undefined) return;
    this.ended = { calls: this.ended.calls + 1, cost: this.ended.cost + cost };
  }

  /** Whether it is written as it is now, and for some time to come. */
  isWritten(written: WorkerSpending | undefined, { now, leaseMs }: { now: number; leaseMs: number }): boolean {
    if (written === undefined) return this.isEmpty;
    if (this.underWay.calls > 0 && written.until < now + (2 / 3) * leaseMs) return false;
    return isSame(written.ended, this.ended) && isSame(written.underWay, this.underWay);
  }
}

function isSame(one: CallSum, other: CallSum): boolean {
  return one.calls === other.calls && one.cost === other.cost;
}

/**
 * What a process knows of the budget of a job. It outlives the work on the job: where the queue is emptied, the job is
 * gone for a moment, and what the process knows has to be put back when it is there again.
 */
export class OwnSpending {
  account = new SpendingAccount();
  /** The document as it was last seen. */
  known: BudgetState | undefined;
  /** How far own calls of a model have gone over what was planned. */
  readonly overruns: Record<string, number> = {};
}
