import { AsyncLocalStorage } from 'node:async_hooks';
import type { CallBudget } from '../../spec/call-budget.ts';
import type { BatchedCalls } from '../batch/batched-calls.ts';
import type { CallLedger } from '../call-ledger.ts';

/** Keeps the calls of one piece of work, so that the work can be done again without paying them again. */
export interface CallJournal {
  /** The answer that a call of this name had in an earlier run; undefined without one. */
  find(key: string): unknown;
  /** A call is about to be sent: resolves once that is noted, so that every call that was sent is known of. */
  begin(key: string): Promise<void>;
  /** It is over. `answer` is undefined where it failed, was left or is not whole. */
  end(key: string, answer: unknown): void;
  /** Counts what all calls of the work take, found answers included. */
  readonly ledger: CallLedger;
  /** A budget that holds besides that of each call. */
  readonly budget?: CallBudget | undefined;
  /** Where calls go into batches of their providers. */
  readonly batch?: BatchedCalls | undefined;
}

const current = new AsyncLocalStorage<CallJournal>();

/** Runs a piece of work whose calls are kept, through whichever function or blender they are made. */
export function withCallJournal<RESULT>(journal: CallJournal, work: () => Promise<RESULT>): Promise<RESULT> {
  return current.run(journal, work);
}

/** Whether answers come in batches, long after they were asked for and all at once. */
export function isAnsweredInBatches(): boolean {
  return current.getStore()?.batch !== undefined;
}

/** The journal of the work that is going on here. */
export function currentCallJournal(): CallJournal | undefined {
  return current.getStore();
}
