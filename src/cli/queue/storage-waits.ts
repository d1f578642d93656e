import type { StoragePatience } from '../../batch/queue/index.ts';
import { errorMessage } from '../../util/error-message.ts';

/** A request that fails once or twice is no outage. */
const SHOWN_AFTER_MS = 3000;

/** Waits for a storage that refuses requests, and says so. */
export class StorageWaits {
  readonly #note: (text: string) => void;
  readonly #onRetry: () => void;
  /** Operations that are tried again. */
  #waiting = 0;
  #since = 0;
  #isShown = false;

  /**
   * @param options.note Shows a text.
   * @param options.onRetry Called for each request that failed and is tried again.
   */
  constructor({ note, onRetry = () => {} }: { note: (text: string) => void; onRetry?: () => void }) {
    this.#note = note;
    this.#onRetry = onRetry;
  }

  /** Whether an operation has been tried again for some seconds now. */
  get areLong(): boolean {
    return this.#waiting > 0 && performance.now() >= this.#since + SHOWN_AFTER_MS;
  }

  /** @param abortSignal Ends the waiting. Without it nothing does. */
  patience(abortSignal?: AbortSignal): StoragePatience {
    return {
      abortSignal,
      onRetry: (error) => {
        this.#onRetry();
        if (!this.areLong || this.#isShown) return;
        this.#isShown = true;
        this.#note(`Waiting for the storage: ${errorMessage(error)}`);
      },
      onWait: (isWaiting) => {
        if (isWaiting && this.#waiting === 0) this.#since = performance.now();
        this.#waiting += isWaiting ? 1 : -1;
        if (this.#waiting > 0 || !this.#isShown) return;
        this.#isShown = false;
        this.#note('The storage answers again.');
      },
    };
  }
}
