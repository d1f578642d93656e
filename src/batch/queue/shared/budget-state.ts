import { randomUUID } from 'node:crypto';

/** A number of attempts and what they cost, in US dollars. */
export interface CallSum {
  readonly calls: number;
  readonly cost: number;
}

/** What one worker has spent. Only that worker writes it, and it lasts longer each time. */
export interface WorkerSpending {
  /** The worker is taken for dead if it is not heard of until then, in milliseconds. */
  readonly until: number;
  /** Attempts that have ended. */
  readonly ended: CallSum;
  /** Attempts that have not, with what is set aside for them. If the worker dies, each may have been paid. */
  readonly underWay: CallSum;
}

/**
 * What all workers of a job have spent, and what they may. A document that they share. Every process that has read it
 * can put back what is missing from it later, since the parts of the workers only grow.
 */
export interface BudgetState {
  /** The same as long as the job lives, also where the queue loses the document. */
  readonly id: string;
  /** Most US dollars; null = no limit. */
  maxCost: number | null;
  /** By worker. */
  workers: Record<string, WorkerSpending>;
  /** The sum of workers that have been silent for very long. */
  gone: GoneWorkers;
  /** How far calls of a model have gone over what was planned, at least 1. */
  overruns: Record<string, number>;
  /**
   * Parts may be missing until then, in milliseconds, since the queue has lost the document: no money is given out where
   * there is a limit.
   */
  completeAt: number;
}

interface GoneWorkers extends CallSum {
  /** Attempts that were under way when their worker died. */
  readonly lostCalls: number;
  /** When workers were last added to it, in milliseconds: all that had been silent for very long then. */
  readonly addedAt: number;
}

/** What a job has taken. */
export interface Bill extends CallSum {
  /** Attempts that were under way when their worker died. Each may have been paid, and counts as spent. */
  readonly lostCalls: number;
  /** US dollars that are set aside for calls under way, which are not in `cost`. */
  readonly reserved: number;
}

/** What became of a request for money. */
export type Grant =
  | { readonly type: 'granted'; readonly model: string; readonly planned: number; readonly cost: number }
  /** Calls that are under way have to end first. */
  | { readonly type: 'later' }
  | { readonly type: 'refused'; readonly spent: number; readonly needed: number; readonly maxCost: number }
  /** There is a limit, and nobody knows the price. */
  | { readonly type: 'unpriced'; readonly maxCost: number };

/** Workers that have been dead for so long are summed up, so that a document stays small however many come and go. */
export const KEEP_MS = 300_000;
/** Sums of prices are not exact to the last bit. */
const ROUNDING = 1e-12;
const NOTHING: CallSum = { calls: 0, cost: 0 };

/** A budget of which nothing is spent. */
export function newBudget(maxCost: number | undefined): BudgetState {
  const gone = { ...NOTHING, lostCalls: 0, addedAt: 0 };
  return { id: randomUUID(), maxCost: maxCost ?? null, workers: {}, gone, overruns: {}, completeAt: 0 };
}

/** @param now Infinity counts all that is under way as spent. */
export function billOf({ workers, gone }: BudgetState, now: number): Bill {
  let { calls, cost, lostCalls } = gone;
  let reserved = 0;
  for (const { until, ended, underWay } of Object.values(workers)) {
    const isDead = until < now;
    calls += ended.calls + (isDead ? underWay.calls : 0);
    cost += ended.cost + (isDead ? underWay.cost : 0);
    lostCalls += isDead ? underWay.calls : 0;
    reserved += isDead ? 0 : underWay.cost;
  }
  return { calls, cost, lostCalls, reserved };
}

/** A call that a worker wants to make. */
interface WantedCall {
  readonly worker: string;
  readonly model: string;
  /** US dollars that it may cost; undefined where nobody knows. */
  readonly cost: number | undefined;
  readonly now: number;
  /** The worker is taken for dead if it is not heard of until then. */
  readonly until: number;
}

/** Sets money aside for a call. */
export function reserveCall(state: BudgetState, { worker, model, cost, now, until }: WantedCall): Grant {
  const { maxCost } = state;
  if (cost === undefined && maxCost !== null) return { type: 'unpriced', maxCost };
  const planned = cost ?? 0;
  const needed = planned * (state.overruns[model] ?? 1);
  if (maxCost !== null && needed > 0) {
    if (now < state.completeAt) return { type: 'later' };
    const { cost: spent, reserved } = billOf(state, now);
    if (spent + reserved + needed > maxCost + ROUNDING) {
      return reserved > 0 ? { type: 'later' } : { type: 'refused', spent, needed, maxCost };
    }
  }
  const { ended, underWay } = state.workers[worker] ?? { ended: NOTHING, underWay: NOTHING };
  state.workers[worker] = { until, ended, underWay: { calls: underWay.calls + 1, cost: underWay.cost + needed } };
  return { type: 'granted', model, planned, cost: needed };
}

/** Notes how far calls went over what was planned. */
export function raiseOverruns(state: BudgetState, overruns: BudgetState['overruns']): void {
  for (const [model, factor] of Object.entries(overruns)) {
    state.overruns[model] = Math.max(state.overruns[model] ?? 1, factor);
  }
}

/** True for a worker that has been silent for very long at a moment. */
export function isGone({ until }: Pick<WorkerSpending, 'until'>, now: number): boolean {
  return until + KEEP_MS < now;
}

/** Sums up workers that have been silent for very long. */
export function foldWorkers(state: BudgetState, now: number): void {
  const gone = Object.entries(state.workers).filter(([, worker]) => isGone(worker, now));
  if (gone.length === 0) return;
  const workers = Object.fromEntries(gone);
  const { calls, cost, lostCalls } = billOf({ ...state, workers }, now);
  state.gone = { calls, cost, lostCalls, addedAt: now };
  for (const worker of Object.keys(workers)) delete state.workers[worker];
}

/**
 * Puts into a document what was in it before and is missing, or is older there. Nothing of another job, which may have
 * been in the same place before.
 *
 * @returns whether anything was.
 */
export function restoreBudget(state: BudgetState, known: BudgetState): boolean {
  let isRestored = false;
  if (known.id !== state.id) return isRestored;
  if (known.gone.addedAt > state.gone.addedAt) {
    isRestored = true;
    state.gone = known.gone;
    for (const [worker, spending] of Object.entries(state.workers)) {
      if (isGone(spending, known.gone.addedAt)) delete state.workers[worker];
    }
  }
  for (const [worker, spending] of Object.entries(known.workers)) {
    const { until = -Infinity } = state.workers[worker] ?? {};
    // What is summed up must not come back.
    if (until >= spending.until || isGone(spending, state.gone.addedAt)) continue;
    isRestored = true;
    state.workers[worker] = spending;
  }
  raiseOverruns(state, known.overruns);
  return isRestored;
}
