import { rm } from 'node:fs/promises';
import { accessOfModel } from '../../calls/index.ts';
import type { CallBudget } from '../../spec/call-budget.ts';
import type { BatchedItem, DoneItem } from '../do-item.ts';
import type { BatchInput, InputItem, InputPosition } from '../input/batch-input.ts';
import type { JobBudget } from '../job/job-budget.ts';
import type { ItemRange } from '../job/shard.ts';
import type { Journal } from '../journal/journal.ts';
import type { OpenSegment } from '../journal/open-segment.ts';
import { segmentNumbers } from '../journal/segment-range.ts';
import { runItems } from '../run-items.ts';
import { repliesPath } from './batch-files.ts';
import { BatchLog } from './batch-log.ts';
import { USUAL_PACE } from './batch-pace.ts';
import { BatchQueue, type OpenedSegment } from './batch-queue.ts';
import { ItemCalls } from './item-calls.ts';
import type { ProviderBatchOptions } from './provider-batch-options.ts';
import { reachBy } from './reach-provider.ts';
import { dropFailures, SegmentReplies } from './reply-file.ts';

/** What {@link Rounds} are made of. */
export interface RoundsOptions {
  readonly job: string;
  readonly providerBatch: ProviderBatchOptions;
  readonly retryFailed: boolean;
  readonly journal: Journal;
  readonly segmentSize: number;
  readonly range: ItemRange;
  readonly positions: readonly InputPosition[] | undefined;
  readonly abortSignal: AbortSignal;
}

/** An item that is done, and when its row is safe. */
export interface FinishedItem<OUTPUT> {
  readonly part: DoneItem<OUTPUT>;
  readonly counted: Promise<void>;
}

/** A segment in work. */
interface SegmentPass extends OpenedSegment {
  readonly segment: OpenSegment;
  readonly replies: SegmentReplies;
  /** Items that are begun and not left. */
  inWork: number;
  /** Whether all its items have been read. */
  isRead: boolean;
  readonly counted: Promise<void>[];
}

/** An item, and the segment that it is of. */
interface ItemInPass<RECORD> {
  readonly item: InputItem<RECORD>;
  readonly pass: SegmentPass;
}

/**
 * The work of a job whose calls go into batches of providers: every record is worked on until it waits for nothing but
 * batches, and is left then; once all batches with requests of its segment are over, the work is done again, and finds
 * the answers. Nothing of a segment that waits is in memory.
 */
export class Rounds {
  readonly #options: RoundsOptions;
  readonly #log: BatchLog;
  #queue: BatchQueue | undefined;
  /** Things that were done: answers, requests, results. */
  #activity = 0;

  private constructor(options: RoundsOptions, log: BatchLog) {
    this.#options = options;
    this.#log = log;
  }

  static async open(options: RoundsOptions): Promise<Rounds> {
    const log = await BatchLog.open(options.job);
    if (options.retryFailed) await dropFailures(options.job);
    return new Rounds(options, log);
  }

  /** US dollars that the answers of batches have cost in earlier runs. */
  get spent(): number {
    return [...this.#log.settled.values()].reduce((sum, cost) => sum + cost, 0);
  }

  /** Why no further batch was submitted. */
  get refusal(): { readonly error: unknown } | undefined {
    return this.#queue?.refusal;
  }

  async *run<RECORD, OUTPUT>({
    input,
    budget,
    concurrency,
    maxAhead,
    stopsFor,
    finish,
  }: {
    input: BatchInput<RECORD>;
    budget: JobBudget;
    concurrency: number;
    maxAhead: number;
    /** Why no further record is begun. */
    stopsFor: () => { readonly error: unknown } | undefined;
    /** Works on an item. @returns undefined where it is left */
    finish: (
      one: { item: InputItem<RECORD>; segment: OpenSegment },
      batched: BatchedItem,
    ) => Promise<FinishedItem<OUTPUT> | undefined>;
  }): AsyncGenerator<FinishedItem<OUTPUT> | undefined, void> {
    const { job, providerBatch, segmentSize, journal, abortSignal } = this.#options;
    const queue = new BatchQueue({
      job,
      log: this.#log,
      segmentSize,
      budget: budget.whole,
      reach: reachBy(providerBatch.model, accessOfModel),
      pace: providerBatch.pace ?? USUAL_PACE,
      abortSignal,
      onChange: providerBatch.onChange ?? (() => {}),
    });
    this.#queue = queue;
    await queue.open();
    for (;;) {
      const { version } = queue;
      const before = this.#activity;
      const leaving: Promise<void>[] = [];
      yield* runItems({
        items: this.#runnableItems(input, { queue, stopsFor, leaving }),
        concurrency,
        order: 'any',
        maxAhead,
        work: async ({ item, pass }: ItemInPass<RECORD>) => {
          try {
            const done = await finish({ item, segment: pass.segment }, this.#batchedItem(item.index, pass, queue));
            if (done !== undefined) {
              this.#activity += 1;
              pass.counted.push(done.counted);
            }
            return done;
          } finally {
            pass.inWork -= 1;
            if (pass.isRead && pass.inWork === 0) leaving.push(this.#leave(pass, queue));
          }
        },
      });
      await Promise.all(leaving);
      abortSignal.throwIfAborted();
      if (stopsFor() !== undefined) return;
      await queue.submitAll();
      await journal.commitAll();
      if (journal.firstUnfinished() === undefined) return;
      if (this.#activity > before && this.#runnable(0, queue) !== undefined) continue;
      if (queue.version === version && !queue.isActive) return;
      await queue.changeSince(version);
      abortSignal.throwIfAborted();
    }
  }

  #batchedItem(index: number, { replies, unpaid }: SegmentPass, queue: BatchQueue): BatchedItem {
    const { segmentSize } = this.#options;
    const waiting = new AbortController();
    const calls = new ItemCalls({
      job: this.#log.job,
      index,
      replies,
      budgetOf: (root) => queue.budgetOf(root),
      onRequest: (id, request) => {
        if (unpaid.some((ids) => ids.has(id))) return false;
        queue.add(id, request, Math.floor(index / segmentSize));
        return true;
      },
      onActivity: () => void (this.#activity += 1),
      onWaiting: () => waiting.abort(new Error('The record waits for batches.')),
    });
    return { calls, waiting: waiting.signal, budget: (within: CallBudget | undefined) => calls.budget(within) };
  }

  /** The first segment from one on whose items can be worked on. */
  #runnable(from: number, queue: BatchQueue): number | undefined {
    const { journal, range, segmentSize } = this.#options;
    for (const number of segmentNumbers(range, segmentSize)) {
      if (number >= from && journal.hasWork(number) && !queue.isWaiting(number)) return number;
    }
    return undefined;
  }

  /** The unfinished items of all segments that wait for no batch. */
  async *#runnableItems<RECORD>(
    input: BatchInput<RECORD>,
    { queue, stopsFor, leaving }: { queue: BatchQueue; stopsFor: () => unknown; leaving: Promise<void>[] },
  ): AsyncGenerator<ItemInPass<RECORD>, void> {
    const { range, positions, segmentSize, abortSignal } = this.#options;
    const first = Math.floor(range.start / segmentSize);
    let pass: SegmentPass | undefined;
    const endPass = () => {
      if (pass === undefined) return;
      pass.isRead = true;
      if (pass.inWork === 0) leaving.push(this.#leave(pass, queue));
      pass = undefined;
    };
    try {
      let next = this.#runnable(first, queue);
      while (next !== undefined) {
        const position = positions?.[next - first];
        const from = position === undefined ? undefined : { index: next * segmentSize, position };
        let number = -1;
        let jump: number | undefined;
        for await (const item of input.read(from)) {
          abortSignal.throwIfAborted();
          if (item.index < range.start) continue;
          if (item.index >= range.end || stopsFor() !== undefined) return;
          const own = Math.floor(item.index / segmentSize);
          if (own !== number) {
            endPass();
            number = own;
            const target = this.#runnable(own, queue);
            if (target === undefined) return;
            // Far away: it is found faster by its position.
            if (target > own && positions !== undefined) {
              jump = target;
              break;
            }
            if (target === own) pass = await this.#enter(own, queue);
          }
          if (pass === undefined || pass.segment.isFinished(item.index)) continue;
          pass.inWork += 1;
          yield { item, pass };
        }
        endPass();
        next = jump;
      }
    } finally {
      endPass();
    }
  }

  async #enter(number: number, queue: BatchQueue): Promise<SegmentPass | undefined> {
    const { job, journal, segmentSize } = this.#options;
    // At once: what waits for money may get it while the segment is opened.
    const opened = queue.openSegment(number);
    const segment = await journal.segmentOf(number * segmentSize);
    if (segment === undefined) return undefined;
    const replies = await SegmentReplies.read(job, number);
    return { ...opened, segment, replies, inWork: 0, isRead: false, counted: [] };
  }

  /** A segment is left: nothing of it stays in memory. */
  #leave(pass: SegmentPass, queue: BatchQueue): Promise<void> {
    const leaving = this.#leaveSegment(pass, queue);
    leaving.catch(() => {}); // reported to the one who waits
    return leaving;
  }

  async #leaveSegment({ segment, counted, countAnswers }: SegmentPass, queue: BatchQueue): Promise<void> {
    const { job, journal } = this.#options;
    await Promise.all(counted);
    await queue.drain();
    await countAnswers();
    if (segment.isComplete) await rm(repliesPath(job, segment.number), { force: true });
    else await journal.suspend(segment);
  }

  /** Leaves batches running at their providers. */
  async close(): Promise<void> {
    if (this.#queue === undefined) await this.#log.close();
    else await this.#queue.close();
  }
}
