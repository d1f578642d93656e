import { join } from 'node:path';
import { AppendLog } from './append-log.ts';
import { INDEX_FILE } from './job-files.ts';
import { readSegment } from './segment-file.ts';
import { countRows, isIndexLine, SegmentIndex } from './segment-index.ts';
import type { SegmentStore } from './segment-store.ts';

/**
 * Counts segments that other processes have finished, in the index of the job, so that nobody reads all of them only to
 * tell how far the job is. The lock of the job has to be held.
 */
export class CountedSegments implements AsyncDisposable {
  readonly #store: SegmentStore;
  readonly #index: SegmentIndex;
  #counting = Promise.resolve();
  #isClosed = false;

  private constructor(store: SegmentStore, index: SegmentIndex) {
    this.#store = store;
    this.#index = index;
  }

  static async open(job: string, store: SegmentStore): Promise<CountedSegments> {
    const { log, lines } = await AppendLog.open(join(job, INDEX_FILE), { isLine: isIndexLine });
    return new CountedSegments(store, new SegmentIndex(log, lines));
  }

  /**
   * Counts those that are not counted yet, one after the other.
   *
   * @param finished The latest generation of each finished segment.
   * @throws JobError for one that is damaged, and what the store fails with.
   */
  add(finished: ReadonlyMap<number, number>): Promise<void> {
    const counted = this.#counting.then(() => this.#count(finished));
    this.#counting = counted.catch(() => {});
    return counted;
  }

  async #count(finished: ReadonlyMap<number, number>): Promise<void> {
    for (const [number, generation] of finished) {
      if (this.#isClosed) return;
      if (this.#index.get(number, generation) !== undefined) continue;
      const rows = await readSegment(this.#store, { number, generation });
      this.#index.add({ segment: number, generation, ...countRows(rows) });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await this.#counting;
    await this.#index.close();
  }
}
