import { setImmediate } from 'node:timers/promises';

/** How far the figures of a run are. */
export interface SummaryProgress {
  /** `answers`: metrics look at the answers, which `done` of `total` counts by examples; then come the `figures`. */
  readonly stage: 'answers' | 'figures';
  readonly done?: number | undefined;
  readonly total?: number | undefined;
  /** The figure, such as `Accuracy`, or `code: Accuracy` for that of a category. */
  readonly figure?: string | undefined;
}

/** Called before each figure: throws the signal's reason on abort. Other work runs meanwhile, or no signal would come. */
export type Pause = (figure: string) => Promise<void>;

/** A pause that tells what comes next. */
export function pauses(
  abortSignal: AbortSignal | undefined,
  onProgress: ((progress: SummaryProgress) => void) | undefined,
): Pause {
  return async (figure) => {
    onProgress?.({ stage: 'figures', figure });
    await setImmediate();
    abortSignal?.throwIfAborted();
  };
}
