import type { SpendingSums } from '../../batch/queue/index.ts';
import { formatCount, formatDollars } from '../render/format.ts';

/** Sums of prices are not exact to the last bit. */
const ROUNDING = 1e-9;

/** What was paid for a job that is finished and is in no result, since workers died or two of them did the same. */
export function repeatedNote({ calls, lostCalls, spent, results }: SpendingSums): string | undefined {
  if (results === undefined || calls <= results.calls) return undefined;
  const cost = spent - results.cost;
  // What was set aside for a call that was lost is the most that it may have cost.
  const isLost = lostCalls > 0;
  return `${formatCount(calls - results.calls, 'call')} more than the results took: under way in a worker that died, or made by two workers${cost > ROUNDING ? ` (${isLost ? 'at most ' : ''}${formatDollars(cost)})` : ''}.`;
}

/** What a job has spent that is in no queue now: it is finished, or it was stopped. */
export function spendingNote(spending: SpendingSums): string | undefined {
  if (spending.results !== undefined) return repeatedNote(spending);
  const { calls, spent } = spending;
  return `All workers so far: ${formatCount(calls, 'call')}${spent > ROUNDING ? `, ${formatDollars(spent)}` : ''}.`;
}
