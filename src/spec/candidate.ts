import type { ModelCallErrorKind } from '../error/index.ts';
import type { Usage } from './usage.ts';

/** How long one call took, in milliseconds. */
export interface CallTimings {
  /** From the call until the first token; undefined where the answer did not stream. */
  readonly firstTokenMs: number | undefined;
  /** From the call until the end. Time spent waiting for a free place is not counted. */
  readonly totalMs: number;
}

/** One answer of one model. */
export interface Candidate {
  /** Unique within one blend: the number of the call in the order asked, as text, from `1`. */
  readonly id: string;
  /** The model as the caller named it, or `provider/modelId` of a model object. */
  readonly model: string;
  /** Which of the model's samples this is, from 1. */
  readonly sample: number;
  readonly text: string;
  /** Why the model stopped: `stop`, `length` (the text is incomplete), `content-filter`, … */
  readonly finishReason: string;
  readonly usage: Usage;
  readonly timings: CallTimings;
}

/**
 * Why a call gave no candidate: the time for it ran out, it could have gone over the budget, the answer had no text, or
 * what went wrong with the call. A missing key counts as `refused`.
 */
export type FailureKind = 'timeout' | 'budget' | 'empty' | ModelCallErrorKind;

/** One call that failed. Kept apart: it is not an error while another call succeeds. */
export interface CallFailure {
  /** Id the candidate would have had; `ranker` or `fuser` for the later phases. */
  readonly id: string;
  readonly model: string;
  readonly phase: 'generate' | 'rank' | 'analyse' | 'fuse' | 'check';
  readonly kind: FailureKind;
  /** One sentence, without keys. */
  readonly message: string;
  /** What it took all the same; absent where no call was made. */
  readonly usage?: Usage | undefined;
}
