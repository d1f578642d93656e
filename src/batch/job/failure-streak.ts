import { JobError } from '../../error/index.ts';
import type { BatchPart, ItemFailure } from '../batch-parts.ts';

/** Codes and kinds of failures that come of one record, or that pass by themselves: the next record may do. */
const OF_ONE_RECORD = new Set([
  'invalid_data',
  'invalid_argument',
  'context_exceeded',
  'blocked',
  'empty',
  'budget',
  'unavailable',
  'interrupted',
  'timeout',
]);

/** Finds out where one record after the other fails for the same reason, such as a wrong key. */
export class FailureStreak {
  readonly #max: number;
  #reason = '';
  #length = 0;
  #error: JobError | undefined;

  /** @param max Failures in a row that are too many; 0 = never. */
  constructor(max: number) {
    this.#max = max;
  }

  /** What ends the run, once there are too many. */
  get error(): JobError | undefined {
    return this.#error;
  }

  /** Counts how a record ended. */
  add({ error }: Pick<BatchPart<unknown>, 'type'> & { readonly error?: ItemFailure }): void {
    if (error === undefined) {
      this.#length = 0;
      return;
    }
    const { code, kind, message } = error;
    if (OF_ONE_RECORD.has(kind ?? code)) return;
    // Without a kind only the message tells one reason from another.
    const reason = `${code} ${kind ?? message}`;
    this.#length = reason === this.#reason ? this.#length + 1 : 1;
    this.#reason = reason;
    if (this.#length !== this.#max) return;
    this.#error ??= new JobError({
      reason: 'failing',
      message: `${this.#max} records in a row have failed for the same reason, so the job was stopped. The last one: ${message} What is done is kept. Mend the cause, and do once more what has failed.`,
    });
  }
}
