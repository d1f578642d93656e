import type { CallWarning } from 'ai';
import type { ModelCallErrorKind } from '../error/index.ts';
import type { Usage } from './usage.ts';

/** How long one call took, in milliseconds. */
export interface CallTimings {
  /** From the call to the first token; undefined if the answer was not streamed. */
  readonly firstTokenMs: number | undefined;
  /** From the call to the end, without the time in the queue. */
  readonly totalMs: number;
}

/** One answer of one model. */
export interface Candidate<OBJECT = unknown> {
  /** Unique within one blend: the number of the call as text, from `1`. */
  readonly id: string;
  /** The model as the caller named it, or `provider/modelId` of a model object. */
  readonly model: string;
  /** Which of the model's samples this is, from 1. */
  readonly sample: number;
  /** The answer, without thoughts at its beginning. */
  readonly text: string;
  /** What the model thought before it answered, as far as it shows that. It is not ranked, compared or fused. */
  readonly reasoning?: string | undefined;
  /** Why the model stopped: `stop`, `length` (the text is incomplete), `content-filter`, … */
  readonly finishReason: string;
  readonly usage: Usage;
  readonly timings: CallTimings;
  /** What the model could not do of what was asked, such as to take an image. Absent = nothing. */
  readonly warnings?: readonly CallWarning[] | undefined;
  /** The answer as the `schema` makes of it; `text` is its JSON then. Undefined without a schema. */
  readonly object: OBJECT;
}

/**
 * Why a call gave no candidate: time limit, budget, an answer without text, or the kind of call error. A missing key
 * counts as `refused`. `stopped`: an action of a session ended it. `late`: enough other answers were there, see `quorum`
 * and `fast`.
 */
export type FailureKind = 'timeout' | 'budget' | 'empty' | 'stopped' | 'late' | ModelCallErrorKind;

/** A call that failed. It is an error only if no other call succeeds. */
export interface CallFailure {
  /** Id that the candidate would have had; `ranker` or `fuser` in later phases. */
  readonly id: string;
  readonly model: string;
  readonly phase: 'generate' | 'rank' | 'analyse' | 'fuse' | 'check' | 'compare';
  readonly kind: FailureKind;
  /** One sentence, without keys. */
  readonly message: string;
  /** Usage of the failed call; absent if no call was made. */
  readonly usage?: Usage | undefined;
}
