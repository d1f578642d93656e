import { AsyncLocalStorage } from 'node:async_hooks';
import type { CallBudget } from '../../spec/call-budget.ts';
import type { ModelCallErrorKind } from '../../error/index.ts';
import type { CallUsage } from '../../spec/usage.ts';

/** An attempt at a call that is over. */
export interface EndedCall {
  /** As the caller named it, such as `openai/gpt-5`. */
  readonly model: string;
  readonly usage: CallUsage;
  /** How it ended: `left` where nobody waited for its end, else why it failed. */
  readonly outcome: 'done' | 'left' | 'timeout' | ModelCallErrorKind;
}

/** Whom work is done for, besides the function that makes them: a client of a server. */
export interface CallAccount {
  /** Holds besides the budget of each call. */
  readonly budget?: CallBudget | undefined;
  /** Called after each attempt that was sent. */
  readonly onCall?: ((call: EndedCall) => void) | undefined;
  /** Called with each answer that took no call: from the cache, or shared with an identical call. */
  readonly onSavedCall?: ((model: string) => void) | undefined;
  /** Called with each pair of texts that a ranker has compared, in one order or both. */
  readonly onComparison?: (() => void) | undefined;
  /** Called with whose answer a blend gives. */
  readonly onDecision?: ((decision: 'fused' | 'best-candidate') => void) | undefined;
}

const current = new AsyncLocalStorage<CallAccount>();

/** Runs a piece of work whose calls are on an account, through whichever function or blender they are made. */
export function withCallAccount<RESULT>(account: CallAccount, work: () => RESULT): RESULT {
  return current.run(account, work);
}

/** The account of the work that is going on here. */
export function currentCallAccount(): CallAccount | undefined {
  return current.getStore();
}
