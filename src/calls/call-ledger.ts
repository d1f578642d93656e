import type { CallBudget, CallReservation } from '../spec/call-budget.ts';
import { addUsage, type CallUsage, NO_USAGE, UNKNOWN_USAGE, type Usage } from '../spec/usage.ts';

/** A call that is being counted. */
export interface LedgerEntry {
  close(usage: CallUsage): void;
  /** The call was never sent. */
  cancel(): void;
}

/** Counts the calls of one piece of work, whether they succeed, fail or still run. */
export class CallLedger {
  #closed: Usage = NO_USAGE;
  readonly #open = new Set<LedgerEntry>();

  /** Counts a call from now on; until it is closed, what it takes is unknown. */
  begin(): LedgerEntry {
    const entry: LedgerEntry = {
      close: (usage) => {
        if (this.#open.delete(entry)) this.#closed = addUsage(this.#closed, { calls: 1, ...usage });
      },
      cancel: () => void this.#open.delete(entry),
    };
    this.#open.add(entry);
    return entry;
  }

  /** Counts an answer that took no call. */
  save(): void {
    this.#closed = addUsage(this.#closed, { ...NO_USAGE, savedCalls: 1 });
  }

  /** Everything so far. */
  get usage(): Usage {
    return this.#open.size === 0 ? this.#closed : addUsage(this.#closed, { calls: this.#open.size, ...UNKNOWN_USAGE });
  }
}

/**
 * A budget that also counts what is called under it, within another budget where there is one. It knows what a piece of
 * work has taken where that work itself fails and so cannot say.
 */
export class CountingBudget implements CallBudget {
  readonly #within: CallBudget | undefined;
  readonly #ledger = new CallLedger();

  constructor(within: CallBudget | undefined) {
    this.#within = within;
  }

  /** Everything called so far. */
  get usage(): Usage {
    return this.#ledger.usage;
  }

  async reserve(...call: Parameters<CallBudget['reserve']>): Promise<CallReservation> {
    const reservation = await this.#within?.reserve(...call);
    const entry = this.#ledger.begin();
    return {
      cost: reservation?.cost ?? Infinity,
      settle: (usage) => {
        entry.close(usage);
        reservation?.settle(usage);
      },
      release: () => {
        entry.cancel();
        reservation?.release();
      },
    };
  }
}
