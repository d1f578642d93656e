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

/** Ends a run in which one record after the other fails for the same reason, such as a wrong key. */
export class FailureStreak {
  readonly #max: number;
  #reason = '';
  #length = 0;

  /** @param max Failures in a row that end the run; 0 = never. */
  constructor(max: number) {
    this.#max = max;
  }

  /** @throws JobError where it is one failure too many. */
  add(part: Pick<BatchPart<unknown>, 'type'> & { readonly error?: ItemFailure }): void {
    const { error } = part;
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
    throw new JobError({
      reason: 'failing',
      message: `${this.#max} records in a row have failed for the same reason, so the job was stopped. The last one: ${message} What is done is kept. Mend the cause, and do once more what has failed.`,
    });
  }
}
