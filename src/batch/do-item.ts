// Not by the index of calls, which loads the AI SDK.
import { CallLedger } from '../calls/call-ledger.ts';
import type { BatchedCalls } from '../calls/batch/batched-calls.ts';
import { withCallJournal } from '../calls/journal/call-journal.ts';
import { toJson } from '../records/index.ts';
import type { CallBudget } from '../spec/call-budget.ts';
import type { Usage } from '../spec/usage.ts';
import type { BatchPart, ItemFailure } from './batch-parts.ts';
import type { InputItem } from './input/batch-input.ts';
import type { ItemContext } from './item-context.ts';
import { itemFailure } from './item-failure.ts';
import type { JobBudget } from './job/job-budget.ts';
import type { ItemRow } from './journal/journal-line.ts';
import type { OpenSegment } from './journal/open-segment.ts';
import { itemKey } from './keys.ts';
import { isRecordError } from './record-errors.ts';

/** How the calls of one item go into batches of providers. */
export interface BatchedItem {
  readonly calls: BatchedCalls;
  /** Aborts when the item waits for nothing but batches. */
  readonly waiting: AbortSignal;
  /** The budget of the calls that are made at once. */
  readonly budget: (within: CallBudget | undefined) => CallBudget | undefined;
}

export type DoneItem<OUTPUT> = Omit<Extract<BatchPart<OUTPUT>, { index: number }>, 'counts'> &
  ({ type: 'item-end'; output: OUTPUT } | { type: 'item-error'; error: ItemFailure });

/** Works on one item. @returns undefined where the budget ended it, or it waits for a batch. @throws what every item would fail with. */
export async function doItem<RECORD, OUTPUT extends object>(
  item: InputItem<RECORD>,
  {
    segment,
    budget,
    work,
    abortSignal,
    batched,
  }: {
    segment: OpenSegment;
    budget: JobBudget;
    work: (record: RECORD, context: ItemContext) => Promise<OUTPUT>;
    abortSignal: AbortSignal;
    batched?: BatchedItem | undefined;
  },
): Promise<{ readonly part: DoneItem<OUTPUT>; readonly row: ItemRow } | undefined> {
  const { index, place } = item;
  const id = item.id ?? item.fallbackId;
  if (!('record' in item))
    return failed({ index, id, key: `unreadable-${index}`, place, usage: undefined }, item.error);
  const key = itemKey(item);
  const ledger = new CallLedger();
  const limited = budget.forItem(abortSignal);
  const ended = batched === undefined ? limited.abortSignal : AbortSignal.any([limited.abortSignal, batched.waiting]);
  const journal = {
    ledger,
    budget: batched === undefined ? limited.budget : batched.budget(limited.budget),
    batch: batched?.calls,
    find: (call: string) => segment.findAnswer(call),
    begin: (call: string) => segment.beginCall(call),
    end: (call: string, answer: unknown) => {
      // What ends with the run was under way: the next run makes it again.
      if (answer !== undefined || !ended.aborted) segment.endCall(call, answer);
    },
  };
  const facts = () => ({ index, id, key, place, usage: usageOf(ledger) });
  try {
    const output = await withCallJournal(journal, () => work(item.record, { id, key, abortSignal: ended }));
    if (ended.aborted && !abortSignal.aborted) return undefined;
    const known = facts();
    const row = { index, key, failed: false, usage: known.usage, output: toJson({ id, ...output }) };
    return { part: { type: 'item-end', ...known, output }, row };
  } catch (error) {
    abortSignal.throwIfAborted();
    if (ended.aborted) return undefined;
    if (!isRecordError(error)) throw error;
    return failed(facts(), error);
  }
}

function failed(
  facts: { index: number; id: string | number; key: string; place: string; usage: Usage | undefined },
  cause: unknown,
): { readonly part: DoneItem<never>; readonly row: ItemRow } {
  const { index, id, key, usage } = facts;
  const error = itemFailure(cause, facts.place);
  return {
    part: { type: 'item-error', ...facts, error },
    row: { index, key, failed: true, usage, output: toJson({ id, error }) },
  };
}

function usageOf({ usage }: CallLedger): Usage | undefined {
  return usage.calls === 0 && usage.savedCalls === undefined ? undefined : usage;
}
