import type { BatchPart } from '../../batch/index.ts';
import type { JobState, RangeEnd, SharedDocument } from '../../batch/queue/index.ts';
import type { StorageWaits } from './storage-waits.ts';

/** Between two notes. */
const NOTE_MS = 1000;
/** The rate is that of the last so many notes. */
const RATE_NOTES = 30;

/** What one worker has in work, noted where all see it. */
export class NotedRange {
  readonly #state: SharedDocument<JobState>;
  readonly #worker: string;
  readonly #leaseMs: number;
  readonly #storageWaits: StorageWaits;
  readonly #timer: NodeJS.Timeout;
  #start: number | undefined;
  #counts = { done: 0, failed: 0 };
  /** Records that have ended, also in ranges before. */
  #ended = 0;
  #moments: { readonly at: number; readonly ended: number }[] = [];
  #perSecond = 0;
  #isWriting = false;

  constructor(
    state: SharedDocument<JobState>,
    {
      worker,
      leaseMs,
      storageWaits,
    }: { readonly worker: string; readonly leaseMs: number; readonly storageWaits: StorageWaits },
  ) {
    this.#state = state;
    this.#worker = worker;
    this.#leaseMs = leaseMs;
    this.#storageWaits = storageWaits;
    this.#timer = setInterval(() => this.#note(), NOTE_MS).unref();
    this.#note();
  }

  /** A range is taken; `isRetaken` where another worker had it before. */
  begin(start: number, isRetaken: boolean): void {
    this.#start = start;
    this.#counts = { done: 0, failed: 0 };
    void this.#change((state) => (state.retakenRanges += isRetaken ? 1 : 0));
  }

  update({ type, counts }: BatchPart<object>): void {
    // What another worker has done of it.
    if (type === 'batch-start') this.#counts = { done: counts.done, failed: counts.failed };
    this.#ended += Math.max(0, counts.done + counts.failed - this.#counts.done - this.#counts.failed);
    this.#counts = { done: counts.done, failed: counts.failed };
  }

  end(end: RangeEnd): void {
    const { done, failed } = this.#counts;
    this.#start = undefined;
    this.#counts = { done: 0, failed: 0 };
    this.#change((state) => {
      if (end.type !== 'done') return;
      if (end.isDiscarded) {
        state.discardedRanges += 1;
        return;
      }
      state.done += done;
      state.failed += failed;
    });
  }

  /** Records in a second. */
  get #rate(): number {
    const now = performance.now();
    this.#moments = [...this.#moments.slice(1 - RATE_NOTES), { at: now, ended: this.#ended }];
    const [first] = this.#moments;
    return first === undefined || now <= first.at ? 0 : ((this.#ended - first.ended) / (now - first.at)) * 1000;
  }

  #note(): void {
    this.#perSecond = this.#rate;
    if (this.#isWriting) return;
    this.#isWriting = true;
    this.#change(() => {}).finally(() => (this.#isWriting = false));
  }

  #change(apply: (state: JobState) => unknown): Promise<void> {
    return this.#state
      .change((state, now) => {
        apply(state);
        for (const [worker, { until }] of Object.entries(state.workers)) if (until < now) delete state.workers[worker];
        state.workers[this.#worker] = {
          until: now + this.#leaseMs,
          start: this.#start,
          perSecond: this.#perSecond,
          waitsForStorage: this.#storageWaits.areLong,
          ...this.#counts,
        };
      })
      .catch(() => {});
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#state.change((state) => delete state.workers[this.#worker]).catch(() => {});
  }
}
