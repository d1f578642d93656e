import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Usage } from '../../spec/usage.ts';
import { parseJson } from '../../util/parse-json.ts';
import { SPENDING_FILE } from '../journal/job-files.ts';
import { type BudgetState, type CallSum, billOf } from './shared/budget-state.ts';

/** What a job of a queue has spent. */
export interface SpendingSums {
  /** US dollars, those for lost calls included. */
  readonly spent: number;
  /** Attempts at models. */
  readonly calls: number;
  /** Attempts that were under way when their worker died. */
  readonly lostCalls: number;
  /** What of that the results took. There once the job is finished: then nothing more is spent through the queue. */
  readonly results?: CallSum | undefined;
}

/** The same as a file in the folder of the job, which outlives the queue. */
export interface JobSpending extends SpendingSums {
  /** The shared document, for a queue that has lost it. */
  readonly budget: BudgetState;
}

/** Reads what a job has spent; undefined where it has not been in a queue. */
export async function readSpending(job: string): Promise<JobSpending | undefined> {
  const content = parseJson(await readFile(join(job, SPENDING_FILE), 'utf8').catch(() => '')) as
    | Partial<JobSpending>
    | undefined;
  return content?.budget === undefined ? undefined : (content as JobSpending);
}

/** @param now Of the store of the document, in milliseconds; Infinity counts all that is under way as spent. */
export function spendingOf(budget: BudgetState, now: number, results?: CallSum): JobSpending {
  const { cost: spent, calls, lostCalls } = billOf(budget, now);
  return { spent, calls, lostCalls, results, budget };
}

/** Writes what a job has spent. */
export async function writeSpending(job: string, spending: JobSpending): Promise<void> {
  const path = join(job, SPENDING_FILE);
  await writeFile(`${path}.tmp`, JSON.stringify(spending));
  await rename(`${path}.tmp`, path);
}

/**
 * What a job has spent, with what was spent on it since without the queue, such as on failed records that were done once
 * more.
 *
 * @param usage What the results have taken now.
 */
export function withLaterCalls(spending: JobSpending, usage: Usage): JobSpending {
  const now = { calls: usage.calls, cost: usage.cost ?? 0 };
  // Of a job that was not finished nobody knows what its results had taken: they took no more than all.
  const { results = { calls: spending.calls, cost: spending.spent }, budget } = spending;
  const [moreCalls, moreCost] = [Math.max(0, now.calls - results.calls), Math.max(0, now.cost - results.cost)];
  const gone = { ...budget.gone, calls: budget.gone.calls + moreCalls, cost: budget.gone.cost + moreCost };
  return {
    calls: spending.calls + moreCalls,
    spent: spending.spent + moreCost,
    lostCalls: spending.lostCalls,
    ...(spending.results === undefined ? {} : { results: now }),
    budget: { ...budget, gone },
  };
}
