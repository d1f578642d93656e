import type { CallBudget, CallReservation } from '../spec/call-budget.ts';
import type { Usage } from '../spec/usage.ts';
import { CallLedger } from './call-ledger.ts';

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
