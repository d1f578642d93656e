/** Calls of one worker that are under way. */
export interface CallsUnderWay {
  calls: number;
  /** US dollars set aside for them. */
  cost: number;
  /** The worker is taken for dead if it is not heard of until then, in milliseconds. */
  until: number;
}

/** What all workers of a job have spent, and what they may. A document that they share. */
export interface BudgetState {
  /** Another one is another document, made after a queue was emptied. */
  readonly id: string;
  /** Most US dollars; null = no limit. */
  maxCost: number | null;
  /** US dollars. */
  spent: number;
  /** Attempts that have ended, and those of dead workers. */
  calls: number;
  /** Attempts that were under way when their worker died. Each may have been paid, and counts as spent. */
  lostCalls: number;
  /** By worker. */
  workers: Record<string, CallsUnderWay>;
  /** How far calls of a model have gone over what was set aside, at least 1. */
  overruns: Record<string, number>;
}

/** Sums of prices are not exact to the last bit. */
const ROUNDING = 1e-12;

/** What became of a request for money. */
export type Grant =
  | { readonly type: 'granted'; readonly cost: number; readonly budget: string }
  /** Calls that are under way have to end first. */
  | { readonly type: 'later' }
  | { readonly type: 'refused'; readonly spent: number; readonly needed: number; readonly maxCost: number };

/** Sets money aside for a call of a worker. */
export function reserveCall(
  state: BudgetState,
  { worker, model, cost, until }: { worker: string; model: string; cost: number; until: number },
): Grant {
  const needed = cost * (state.overruns[model] ?? 1);
  const { maxCost, spent } = state;
  const reserved = Object.values(state.workers).reduce((sum, own) => sum + own.cost, 0);
  if (maxCost !== null && needed > 0 && spent + reserved + needed > maxCost + ROUNDING) {
    return reserved > 0 ? { type: 'later' } : { type: 'refused', spent, needed, maxCost };
  }
  const own = (state.workers[worker] ??= { calls: 0, cost: 0, until });
  own.calls += 1;
  own.cost += needed;
  own.until = until;
  return { type: 'granted', cost: needed, budget: state.id };
}

/** How a call ended. */
export interface EndedCall {
  readonly worker: string;
  readonly model: string;
  readonly reserved: number;
  /** Of the document in which it was set aside. */
  readonly budget: string;
  /** US dollars that it took; undefined where the call was not made, or was made and paid in an earlier run. */
  readonly cost: number | undefined;
}

/** Counts a call that has ended. */
export function settleCall(state: BudgetState, { worker, model, reserved, budget, cost }: EndedCall): void {
  const own = state.workers[worker];
  const isKnown = budget === state.id;
  if (isKnown && own !== undefined && own.calls > 0) {
    own.calls -= 1;
    own.cost = own.calls === 0 ? 0 : own.cost - reserved;
    if (own.calls === 0) delete state.workers[worker];
  } else if (isKnown) {
    // The worker was taken for dead, and its call for lost.
    state.spent -= reserved;
    state.calls -= 1;
    state.lostCalls -= 1;
  }
  if (cost === undefined) return;
  state.spent += cost;
  state.calls += 1;
  if (reserved > 0 && cost > reserved) {
    state.overruns[model] = (state.overruns[model] ?? 1) * (cost / reserved);
  }
}

/** Counts the calls of workers that have not been heard of as lost, and as spent. */
export function expireWorkers(state: BudgetState, now: number): void {
  for (const [worker, { calls, cost, until }] of Object.entries(state.workers)) {
    if (until >= now) continue;
    delete state.workers[worker];
    state.spent += cost;
    state.calls += calls;
    state.lostCalls += calls;
  }
}
