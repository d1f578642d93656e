import type { CallWarning } from 'ai';
import type { JsonSchemaObject } from './answer-schema.ts';
import type { CallBudget } from './call-budget.ts';
import type { CallFailure } from './candidate.ts';
import type { FusionAnalysis } from './fusion-analysis.ts';
import type { Task } from './task.ts';
import type { Usage } from './usage.ts';

/** Why a fused text begins anew. */
export type FusionRestart = 'thought' | 'cleaned';

/** Options of {@link Fuser.doFuse}. */
export interface FuserFuseOptions {
  readonly task: Task;
  /** The candidates to fuse, best first. At least one. Untrusted. */
  readonly candidates: readonly string[];
  /** The rank of each candidate, 1 = best, ties share the smallest. Absent if only the order is known. */
  readonly ranks?: readonly number[] | undefined;
  /** The score of each candidate, higher = better. Absent if there are none. */
  readonly scores?: readonly number[] | undefined;
  /** Points that the answer should go by, in the place of an analysis of the fuser's own. Absent = none are given. */
  readonly analysis?: FusionAnalysis | undefined;
  /** The answer must be JSON that follows this schema; where it does not, it is dropped. Absent = any text. */
  readonly jsonSchema?: JsonSchemaObject | undefined;
  readonly abortSignal?: AbortSignal | undefined;
  /** Limits for calls to language models: each reserves its cost before it is made. */
  readonly budget?: CallBudget | undefined;
  /** Called with each piece of text as it is written. Must not throw. */
  readonly onDelta?: ((delta: string) => void) | undefined;
  /** Called with each piece of what the fuser thinks before it writes. Must not throw. */
  readonly onReasoningDelta?: ((delta: string) => void) | undefined;
  /**
   * Called where the text so far is no part of the fused answer, which begins anew: it was a thought (the default), or the
   * whole text is `cleaned` of marks of the prompt. Must not throw.
   */
  readonly onRestart?: ((reason?: FusionRestart) => void) | undefined;
  /** Called when an analysis before the fusion is done, with its result or failure. Must not throw. */
  readonly onAnalysis?: ((outcome: FusionAnalysisOutcome) => void) | undefined;
}

/** The result of an analysis. */
export interface FusionAnalysisOutcome {
  readonly analysis: FusionAnalysis | undefined;
  /** Why there is none; the fusion continues without. */
  readonly failure: CallFailure | undefined;
}

/** Result of {@link Fuser.doFuse}. */
export interface FuserFuseResult {
  /** The fused answer; empty if the model returned nothing. */
  readonly text: string;
  /** What the fuser thought before it wrote, as far as it shows that. */
  readonly reasoning?: string | undefined;
  readonly finishReason: string;
  readonly usage: Usage;
  /** True where a text was shortened to fit the fuser. */
  readonly truncated: boolean;
  /** @internal True if it calls tools instead of answering, so that there is nothing to check. Absent = false. */
  readonly callsTools?: boolean | undefined;
  /** What the model could not do of what was asked, such as to take an image. Absent = nothing. */
  readonly warnings?: readonly CallWarning[] | undefined;
  /** Absent without an analysis. */
  readonly analysed?: FusionAnalysisOutcome | undefined;
}

/** Writes one answer from several (GenFuser). */
export interface Fuser {
  readonly specificationVersion: 'v1';
  /** The model that writes, as the caller named it. */
  readonly name: string;
  /** True if an analysis of the candidates comes before the text. @default false */
  readonly analyses?: boolean;
  /** @throws the signal's reason on abort. */
  doFuse(options: FuserFuseOptions): PromiseLike<FuserFuseResult>;
}
