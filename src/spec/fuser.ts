import type { CallBudget } from './call-budget.ts';
import type { Task } from './task.ts';
import type { Usage } from './usage.ts';

/** Options of {@link Fuser.doFuse}. */
export interface FuserFuseOptions {
  readonly task: Task;
  /** The candidates to fuse, best first. At least one. Untrusted. */
  readonly candidates: readonly string[];
  readonly abortSignal?: AbortSignal | undefined;
  /** Limits that every call to a language model must heed: its share is set aside before it is made. */
  readonly budget?: CallBudget | undefined;
  /** Called with each piece of text as it is written. Must not throw. */
  readonly onDelta?: ((delta: string) => void) | undefined;
}

/** Result of {@link Fuser.doFuse}. */
export interface FuserFuseResult {
  /** The fused answer; may be empty where the model gave nothing. */
  readonly text: string;
  readonly finishReason: string;
  readonly usage: Usage;
  /** True where a text was shortened to fit the fuser. */
  readonly truncated: boolean;
}

/** Writes one answer from several (GenFuser). */
export interface Fuser {
  readonly specificationVersion: 'v1';
  /** The model that writes, as the caller named it. */
  readonly name: string;
  /** @throws the signal's reason on abort. */
  doFuse(options: FuserFuseOptions): PromiseLike<FuserFuseResult>;
}
