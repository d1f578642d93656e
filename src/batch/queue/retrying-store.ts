import type { SegmentStore } from '../journal/segment-store.ts';
import { type Clock, CLOCK } from './clock.ts';

/** How long an operation of the storage of a job is tried again: ten minutes. */
export const STORAGE_RETRY_MS = 10 * 60_000;
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;

/** How long storage is waited for that many machines share, and who is told. */
export interface StoragePatience {
  /** How long one operation is tried again, in milliseconds. @default STORAGE_RETRY_MS */
  readonly maxMs?: number | undefined;
  /** Ends the waiting. @default nothing does */
  readonly abortSignal?: AbortSignal | undefined;
  /** Told of each failure that is tried again. */
  readonly onRetry: (error: unknown) => void;
  /** Told true with the first failure of an operation, and false once that has ended. */
  readonly onWait?: ((isWaiting: boolean) => void) | undefined;
  /** @default the real one */
  readonly clock?: Clock | undefined;
}

/**
 * Tries an operation again until it succeeds.
 *
 * @param operation Told whether an attempt before it failed.
 * @param isPassing Whether an error may pass. Default: any.
 * @throws the last error, the signal's reason on abort.
 */
export async function retryStorage<RESULT>(
  operation: (isRetry: boolean) => Promise<RESULT>,
  { maxMs = STORAGE_RETRY_MS, abortSignal, onRetry, onWait, clock = CLOCK }: StoragePatience,
  isPassing: (error: unknown) => boolean = () => true,
): Promise<RESULT> {
  const end = clock.now() + maxMs;
  let isRetry = false;
  try {
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      try {
        return await operation(isRetry);
      } catch (error) {
        abortSignal?.throwIfAborted();
        if (!isPassing(error) || clock.now() + waitMs > end) throw error;
        if (!isRetry) onWait?.(true);
        isRetry = true;
        onRetry(error);
      }
      await clock.sleep(waitMs * (0.5 + Math.random() / 2), abortSignal);
      abortSignal?.throwIfAborted();
    }
  } finally {
    if (isRetry) onWait?.(false);
  }
}

/** A bucket that is not there does not come by waiting. */
function mayPass(error: unknown): boolean {
  return !(error instanceof Error && error.name === 'StorageError' && 'status' in error && error.status === 404);
}

/** A store whose failures are tried again for a while: storage that many machines share refuses writes now and then. */
export class RetryingStore implements SegmentStore {
  readonly #store: SegmentStore;
  readonly #patience: StoragePatience;

  constructor(store: SegmentStore, patience: StoragePatience) {
    this.#store = store;
    this.#patience = patience;
  }

  list(prefix?: string): Promise<readonly string[]> {
    return retryStorage(() => this.#store.list(prefix), this.#patience, mayPass);
  }

  read(name: string): Promise<Uint8Array | undefined> {
    return retryStorage(() => this.#store.read(name), this.#patience, mayPass);
  }

  commit(name: string, content: Uint8Array): Promise<boolean> {
    return retryStorage(
      async (isRetry) => {
        const isFirst = await this.#store.commit(name, content);
        // An attempt that seemed to fail may have written it.
        if (isFirst || !isRetry) return isFirst;
        const there = await this.#store.read(name);
        return there !== undefined && Buffer.from(there).equals(content);
      },
      this.#patience,
      mayPass,
    );
  }

  remove(name: string): Promise<void> {
    return retryStorage(() => this.#store.remove(name), this.#patience, mayPass);
  }
}
