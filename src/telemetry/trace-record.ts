import { AsyncLocalStorage } from 'node:async_hooks';
import type { LanguageModelV4Prompt } from '@ai-sdk/provider';
import type { GenerationSettings } from '../spec/model-choice.ts';
import type { PairJudgement } from '../spec/pair-ranker.ts';

/** What a call is made for. */
export interface Work {
  /** Undefined for a call that no function of this package made. */
  readonly phase?: 'generate' | 'compare' | 'fuse' | undefined;
  /** Id of the candidate that is generated. */
  readonly candidate?: string | undefined;
}

interface RecordOfWork extends Work {
  /** Unique in all records. */
  readonly id: string;
  /** When it began, in ISO 8601. */
  readonly time: string;
}

/** One call to a language model, reported when it is over. Every attempt is a call of its own. */
export interface CallRecord extends RecordOfWork {
  readonly type: 'call';
  /** `provider/model`. */
  readonly model: string;
  readonly settings: GenerationSettings;
  readonly prompt: LanguageModelV4Prompt;
  /** The text, as far as it arrived; undefined where none did. Untrusted. */
  readonly reply: string | undefined;
  /** The reasoning of the model, where the provider returns it. */
  readonly reasoning: string | undefined;
  /** Undefined where the call failed or was aborted. */
  readonly finishReason: string | undefined;
  readonly usage: { readonly inputTokens: number | undefined; readonly outputTokens: number | undefined };
  /** Milliseconds; `firstMs` to the first piece of text. */
  readonly timings: { readonly firstMs: number | undefined; readonly totalMs: number };
  /** Why it failed, without keys; undefined where it did not. */
  readonly error: string | undefined;
  /** True where no model was called: the answer came from the cache, or from an identical call in flight. */
  readonly cached: boolean;
}

/** One call to a model in this process for the probabilities of several texts. */
export interface ScoreRecord extends RecordOfWork {
  readonly type: 'score';
  readonly model: string;
  readonly prompt: LanguageModelV4Prompt;
  readonly continuations: readonly string[];
  /** One for each, natural logarithms; undefined where it failed. */
  readonly logProbabilities: readonly number[] | undefined;
  readonly timings: { readonly totalMs: number };
  readonly error: string | undefined;
}

/** The judgement of a ranker on one pair, in one order. */
export interface ComparisonRecord extends RecordOfWork, PairJudgement {
  readonly type: 'comparison';
  readonly ranker: string;
  readonly left: string;
  readonly right: string;
}

/** A step of a function, for debugging. It has prompts and replies as they are. */
export type TraceRecord = CallRecord | ScoreRecord | ComparisonRecord;

/** Called with each record. */
export type TraceObserver = (record: TraceRecord) => void;

const workUnderWay = new AsyncLocalStorage<Work>();

/** Does something as part of a piece of work, which the records of all its calls name. */
export function doWork<RESULT>(work: Work, action: () => RESULT): RESULT {
  return workUnderWay.run(work, action);
}

/** The piece of work that is under way. */
export function currentWork(): Work {
  return workUnderWay.getStore() ?? {};
}
