import { BlenderError } from './blender-error.ts';

/** A limit on time ran out. `what` names the clock, so that two limits on one call can be told apart. */
export class TimeoutError extends BlenderError {
  override readonly name = 'TimeoutError' as const;
  override readonly code = 'timeout' as const;
  override readonly isRetryable = true;
  /** What ran out, such as `answer of local/smollm2-135m-instruct`. */
  readonly what: string;
  /** The limit in milliseconds. */
  readonly timeoutMs: number;

  constructor({ what, timeoutMs, hint }: { what: string; timeoutMs: number; /** The way out. */ hint?: string }) {
    super(`Timed out after ${timeoutMs} ms: ${what}.${hint === undefined ? '' : ` ${hint}`}`);
    this.what = what;
    this.timeoutMs = timeoutMs;
  }
}
