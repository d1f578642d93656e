import type { BatchPart } from '../../batch/index.ts';
import type { JobState, RangeEnd, SharedDocument } from '../../batch/queue/index.ts';

/** Between two notes. */
const NOTE_MS = 1000;
/** What one worker has in work, noted where all see it. */
export class NotedRange {
  readonly #state: SharedDocument<JobState>;
  readonly #worker: string;
  readonly #leaseMs: number;
  readonly #timer: NodeJS.Timeout;
  #start: number | undefined;
  #counts = { done: 0, failed: 0 };
  #isWriting = false;

  constructor(
    state: SharedDocument<JobState>,
    { worker, leaseMs }: { readonly worker: string; readonly leaseMs: number },
  ) {
    this.#state = state;
    this.#worker = worker;
    this.#leaseMs = leaseMs;
    this.#timer = setInterval(() => this.#note(), NOTE_MS).unref();
    this.#note();
  }

  /** A range is taken; `isRetaken` where another worker had it before. */
  begin(start: number, isRetaken: boolean): void {
    this.#start = start;
    this.#counts = { done: 0, failed: 0 };
    if (isRetaken) this.#change((state) => (state.retakenRanges += 1));
  }

  update({ counts }: BatchPart<object>): void {
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

  #note(): void {
    if (this.#isWriting) return;
    this.#isWriting = true;
    this.#change(() => {}).finally(() => (this.#isWriting = false));
  }

  #change(apply: (state: JobState) => unknown): Promise<void> {
    return this.#state
      .change((state, now) => {
        apply(state);
        for (const [worker, { until }] of Object.entries(state.workers)) if (until < now) delete state.workers[worker];
        state.workers[this.#worker] = { until: now + this.#leaseMs, start: this.#start, ...this.#counts };
      })
      .catch(() => {});
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#state.change((state) => delete state.workers[this.#worker]).catch(() => {});
  }
}
