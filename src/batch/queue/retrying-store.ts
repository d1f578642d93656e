import { setTimeout as delay } from 'node:timers/promises';
import type { SegmentStore } from '../journal/segment-store.ts';

/** How long an operation of the storage of a job is tried again. */
export const STORAGE_RETRY_MS = 10 * 60_000;
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;

/** Options of {@link RetryingStore}. */
export interface RetryingStoreOptions {
  /** How long one operation is tried again, in milliseconds. */
  readonly maxMs: number;
  readonly abortSignal: AbortSignal;
  /** Told of each failure that is tried again. */
  readonly onRetry: (error: unknown) => void;
}

/** A store whose failures are tried again for a while: storage that many machines share refuses writes now and then. */
export class RetryingStore implements SegmentStore {
  readonly #store: SegmentStore;
  readonly #options: RetryingStoreOptions;

  constructor(store: SegmentStore, options: RetryingStoreOptions) {
    this.#store = store;
    this.#options = options;
  }

  list(prefix?: string): Promise<readonly string[]> {
    return this.#retry(() => this.#store.list(prefix));
  }

  read(name: string): Promise<Uint8Array | undefined> {
    return this.#retry(() => this.#store.read(name));
  }

  commit(name: string, content: Uint8Array): Promise<boolean> {
    let isRetry = false;
    return this.#retry(
      async () => {
        const isFirst = await this.#store.commit(name, content);
        // An attempt that seemed to fail may have written it.
        if (isFirst || !isRetry) return isFirst;
        const there = await this.#store.read(name);
        return there !== undefined && Buffer.from(there).equals(content);
      },
      () => (isRetry = true),
    );
  }

  remove(name: string): Promise<void> {
    return this.#retry(() => this.#store.remove(name));
  }

  async #retry<RESULT>(operation: () => Promise<RESULT>, onFailure = () => {}): Promise<RESULT> {
    const { maxMs, abortSignal, onRetry } = this.#options;
    const end = performance.now() + maxMs;
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      try {
        return await operation();
      } catch (error) {
        abortSignal.throwIfAborted();
        if (performance.now() + waitMs > end) throw error;
        onFailure();
        onRetry(error);
        await delay(waitMs * (0.5 + Math.random() / 2), undefined, { signal: abortSignal });
      }
    }
  }
}
