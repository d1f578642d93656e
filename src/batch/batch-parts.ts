import type { ErrorCode } from '../error/index.ts';
import type { Usage } from '../spec/usage.ts';
import type { JobCounts } from './journal/journal.ts';

/** Why an item has no result. */
export interface ItemFailure {
  /** The code of an error of this package, or `error` for any other. */
  readonly code: ErrorCode | 'error';
  /** What kind of failure a call had. */
  readonly kind?: string | undefined;
  /** One sentence, without keys. */
  readonly message: string;
}

/** What all parts about one item have. */
interface ItemPart {
  /** Of the item in the input, from 0. */
  readonly index: number;
  readonly id: string | number;
  readonly key: string;
  /** For messages, such as `questions.jsonl, line 12`. */
  readonly place: string;
  /** What its calls took; undefined where it made none. */
  readonly usage: Usage | undefined;
  /** How far the job is with this item. */
  readonly counts: JobCounts;
}

/** What happens in a run of a job. */
export type BatchPart<OUTPUT> =
  | {
      readonly type: 'batch-start';
      /** What earlier runs have done. */
      readonly counts: JobCounts;
      /** Calls that were under way when the run before was stopped: they are made again, and may be paid twice. */
      readonly interruptedCalls: number;
    }
  | (ItemPart & { readonly type: 'item-end'; readonly output: OUTPUT })
  | (ItemPart & { readonly type: 'item-error'; readonly error: ItemFailure })
  | { readonly type: 'batch-end'; readonly counts: JobCounts };
