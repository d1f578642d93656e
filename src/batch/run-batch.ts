import { JobError } from '../error/index.ts';
import type { CallBudget } from '../spec/call-budget.ts';
import { COUNT, checkNumber } from '../util/check-number.ts';
import type { BatchPart } from './batch-parts.ts';
import { type BatchedItem, doItem } from './do-item.ts';
import type { BatchInput, InputItem, InputPosition } from './input/batch-input.ts';
import { toInput } from './input/list-input.ts';
import type { ItemContext } from './item-context.ts';
import { FailureStreak } from './job/failure-streak.ts';
import { JobBudget } from './job/job-budget.ts';
import { lockJob } from './job/job-lock.ts';
import { type JsonValue, rangeOf } from './job/manifest.ts';
import { type InputRange, openFolder, openJob } from './job/open-job.ts';
import { checkShard, type ItemRange, type Shard } from './job/shard.ts';
import { storageError } from './job/storage-error.ts';
import { keepYoungHeapSmall } from '../util/small-heap.ts';
import { FolderStore } from './journal/folder-store.ts';
import { segmentFolder } from './journal/job-files.ts';
import { Journal } from './journal/journal.ts';
import type { OpenSegment } from './journal/open-segment.ts';
import type { SegmentStore } from './journal/segment-store.ts';
import type { ProviderBatchOptions } from './provider-batch/provider-batch-options.ts';
import type { FinishedItem, Rounds, RoundsOptions } from './provider-batch/rounds.ts';
import { RecordSlots } from './record-slots.ts';
import { runItems } from './run-items.ts';

/** Options of {@link runBatch}. */
export interface RunBatchOptions<RECORD, OUTPUT extends object> {
  /** The folder of the job. It is made where it is not there; a job that is in it goes on. */
  readonly job: string;
  /** The records: a list, or `recordFiles`. */
  readonly input: readonly RECORD[] | BatchInput<RECORD>;
  /**
   * One record to one result, which JSON must be able to hold. What it throws is a failure of this record, unless every
   * record would fail with it. It must not depend on the time, or a run that was interrupted ends with another output.
   * Calls to models that it makes by this package are kept until it is done: after a crash they are not made again.
   */
  readonly work: (record: RECORD, context: ItemContext) => Promise<OUTPUT>;
  /** What the results depend on, besides the input. A job does not go on with another configuration. @default {} */
  readonly configuration?: Readonly<Record<string, JsonValue>>;
  /** Version of the code that does the work. A job does not go on with another one. @default '' */
  readonly version?: string;
  /** Do only a part of the input, as a job of its own: `mergeResults` puts the parts together. @default all of it */
  readonly shard?: Shard | undefined;
  /** Do only this part of the input, which `planRanges` gave. */
  readonly range?: InputRange | undefined;
  /** Records in work at once. Several runs may share their slots. @default 8 */
  readonly concurrency?: number | RecordSlots;
  /**
   * Most US dollars that all runs of the job may spend on calls, as far as costs are known, or a budget that is kept
   * elsewhere. The run ends with BudgetExceededError before a call that could exceed it. The price of every model must
   * be known. @default no limit
   */
  readonly maxCost?: number | CallBudget | undefined;
  /**
   * So many records that fail one after the other with the same code and kind end the run. Failures that come of a
   * record itself do not count. 0 = never. Several runs may share a streak. @default 100
   */
  readonly maxFailuresInRow?: number | FailureStreak | undefined;
  /** Records in a segment: what is sorted and committed together. That of the first run holds. @default 1000 */
  readonly segmentSize?: number;
  /** Do records once more that failed in earlier runs. @default false */
  readonly retryFailed?: boolean;
  /** Where finished segments are kept. @default the folder of the job */
  readonly store?: SegmentStore;
  /**
   * Sends the calls to models of OpenAI, Anthropic and Google in batches of theirs, at half the price and within a day.
   * Calls to other models are made at once. `work` is then done several times for a record: once for each round of
   * answers that it waits for.
   */
  readonly providerBatch?: ProviderBatchOptions | undefined;
  /** Once it aborts, no further record is begun, and the run ends with its reason when those in work are done. */
  readonly stopSignal?: AbortSignal | undefined;
  readonly abortSignal?: AbortSignal | undefined;
}

const DEFAULT_CONCURRENCY = 8;
/** Records in a segment. */
export const DEFAULT_SEGMENT_SIZE = 1000;
/** Records in a row that may fail for the same reason. */
export const DEFAULT_FAILURES_IN_ROW = 100;

/** Results that may wait for the disk: more only fill the memory. */
const MAX_UNSAFE = 256;

/**
 * Does the same with every record of an input, as a job in a folder that can be killed at any moment: run again, it goes
 * on where it was, and its results are those that it would have had. Yields typed parts, `item-end` or `item-error` for
 * each record that is done in this run, once its result is safe on the disk. {@link readResults} gives all of them.
 *
 * @throws InvalidArgumentError for two records with one id, and where the job began with something else; JobError where
 * another process works on the job, its folder cannot be written, or many records in a row fail; BudgetExceededError;
 * what every record would fail with; the signal's reason on abort.
 * @example
 * for await (const part of runBatch({
 *   job: 'jobs/answers',
 *   input: [{ id: 'sky', prompt: 'Why is the sky blue?' }],
 *   work: async ({ prompt }, { abortSignal }) => ({ text: (await blend({ prompt, abortSignal })).text }),
 * })) {
 *   if (part.type === 'item-error') console.error(part.id, part.error.message);
 * }
 */
export async function* runBatch<RECORD, OUTPUT extends object>(
  options: RunBatchOptions<RECORD, OUTPUT>,
): AsyncGenerator<BatchPart<OUTPUT>, void> {
  const { job, concurrency = DEFAULT_CONCURRENCY } = options;
  const { segmentSize = options.range?.segmentSize ?? DEFAULT_SEGMENT_SIZE } = options;
  if (typeof concurrency === 'number') checkNumber('concurrency', concurrency, COUNT);
  checkNumber('segmentSize', segmentSize, COUNT);
  if (options.shard !== undefined) checkShard(options.shard);
  const { maxFailuresInRow } = options;
  if (typeof maxFailuresInRow === 'number') checkNumber('maxFailuresInRow', maxFailuresInRow, { ...COUNT, min: 0 });
  if (typeof options.maxCost === 'number') checkNumber('maxCost', options.maxCost, { min: 0, unit: 'US dollars' });
  const input = toInput(options.input);
  await input.check?.(options.range?.input);
  try {
    await openFolder(job);
    const lock = lockJob(job);
    const heap = keepYoungHeapSmall();
    try {
      const slots = typeof concurrency === 'number' ? new RecordSlots(concurrency) : concurrency;
      yield* runLocked({ ...options, input, slots, segmentSize });
    } finally {
      heap[Symbol.dispose]();
      lock[Symbol.dispose]();
    }
  } catch (error) {
    options.abortSignal?.throwIfAborted();
    throw storageError(error, job);
  }
}

type Settings<RECORD, OUTPUT extends object> = RunBatchOptions<RECORD, OUTPUT> & {
  readonly input: BatchInput<RECORD>;
  readonly slots: RecordSlots;
  readonly segmentSize: number;
};

async function* runLocked<RECORD, OUTPUT extends object>(
  options: Settings<RECORD, OUTPUT>,
): AsyncGenerator<BatchPart<OUTPUT>, void> {
  const { job, input, work, slots, retryFailed = false } = options;
  const ownStore = new FolderStore(segmentFolder(job));
  const { store = ownStore } = options;
  await ownStore.clean();
  const { maxCost, maxFailuresInRow = DEFAULT_FAILURES_IN_ROW, stopSignal } = options;
  const left = new AbortController();
  const abortSignal = AbortSignal.any([
    left.signal,
    ...(options.abortSignal === undefined ? [] : [options.abortSignal]),
  ]);
  const { manifest, positions } = await openJob(options, abortSignal);
  const { segmentSize } = manifest;
  const range = rangeOf(manifest);
  const suspends = options.providerBatch !== undefined;
  const journal = await Journal.open({ folder: job, store, segmentSize, range, retryFailed, suspends });
  const rounds = await openRounds(options, { journal, segmentSize, range, positions, abortSignal });
  const { cost: spent = 0 } = journal.counts.usage;
  const budget = new JobBudget(maxCost, { spent: Math.max(spent, rounds?.spent ?? 0) });
  const streak = typeof maxFailuresInRow === 'number' ? new FailureStreak(maxFailuresInRow) : maxFailuresInRow;
  // What is in work then is done first, so that nothing is paid in vain.
  const stopsFor = () => {
    if (budget.refusal !== undefined) return budget.refusal;
    if (streak.error !== undefined) return { error: streak.error };
    return stopSignal?.aborted === true ? { error: stopSignal.reason as unknown } : undefined;
  };
  try {
    yield { type: 'batch-start', counts: journal.counts, interruptedCalls: journal.interruptedCalls };
    const finish = async (
      { item, segment }: ItemToDo<RECORD>,
      batched?: BatchedItem,
    ): Promise<FinishedItem<OUTPUT> | undefined> => {
      const done = await doItem(item, { segment, budget, work, abortSignal, batched });
      if (done === undefined) return undefined;
      streak.add(done.part);
      // Not waited for here, so that the disk does not set the pace.
      const counted = journal.append(segment, done.row);
      counted.catch(() => {});
      return { part: done.part, counted };
    };
    const maxAhead = slots.count + MAX_UNSAFE;
    const results =
      rounds?.run({ input, budget, concurrency: slots.count, maxAhead, stopsFor, finish }) ??
      runItems({
        items: itemsToDo(input, { journal, stopsFor, positions, range, segmentSize, abortSignal }),
        concurrency: slots,
        order: 'any',
        maxAhead,
        work: (one: ItemToDo<RECORD>) => finish(one),
      });
    for await (const result of results) {
      if (result === undefined) continue;
      await result.counted;
      abortSignal.throwIfAborted();
      yield { ...result.part, counts: journal.counts };
    }
    abortSignal.throwIfAborted();
    await journal.commitAll();
    const isUnfinished = journal.firstUnfinished() !== undefined;
    const stop = stopsFor() ?? rounds?.refusal;
    if (isUnfinished && stop !== undefined) throw stop.error;
    if (isUnfinished && !retryFailed) {
      throw new JobError({ reason: 'damaged', message: `The input has fewer records than when the job began.` });
    }
    yield { type: 'batch-end', counts: journal.counts };
  } finally {
    left.abort();
    await rounds?.close();
    await journal.close();
  }
}

/** Loads the AI SDK, which a job without provider batches may not need. */
async function openRounds<RECORD, OUTPUT extends object>(
  { job, providerBatch, retryFailed = false }: Settings<RECORD, OUTPUT>,
  options: Omit<RoundsOptions, 'job' | 'providerBatch' | 'retryFailed'>,
): Promise<Rounds | undefined> {
  if (providerBatch === undefined) return undefined;
  const { Rounds: Opened } = await import('./provider-batch/rounds.ts');
  return Opened.open({ job, providerBatch, retryFailed, ...options });
}

interface ItemToDo<RECORD> {
  readonly item: InputItem<RECORD>;
  readonly segment: OpenSegment;
}

/** The items that are not finished, from the first segment on that has some. */
async function* itemsToDo<RECORD>(
  input: BatchInput<RECORD>,
  {
    journal,
    stopsFor,
    positions,
    range,
    segmentSize,
    abortSignal,
  }: {
    journal: Journal;
    /** Why no further record is begun. */
    stopsFor: () => { readonly error: unknown } | undefined;
    positions: readonly InputPosition[] | undefined;
    range: ItemRange;
    segmentSize: number;
    abortSignal: AbortSignal;
  },
): AsyncGenerator<ItemToDo<RECORD>, void> {
  const first = journal.firstUnfinished();
  if (first === undefined) return;
  const number = Math.floor(first / segmentSize);
  const position = positions?.[number - Math.floor(range.start / segmentSize)];
  const from = position === undefined ? undefined : { index: number * segmentSize, position };
  let segment: OpenSegment | undefined;
  let end = 0;
  for await (const item of input.read(from)) {
    abortSignal.throwIfAborted();
    if (item.index < first) continue;
    if (item.index >= range.end || stopsFor() !== undefined) return;
    if (item.index >= end) {
      segment = await journal.segmentOf(item.index);
      end = (Math.floor(item.index / segmentSize) + 1) * segmentSize;
    }
    if (segment !== undefined && !segment.isFinished(item.index)) yield { item, segment };
  }
}
