import type { ErrorCode } from './error-code.ts';

const marker = Symbol.for('llm-blender.error');

/**
 * Base of every error this package raises on purpose.
 *
 * Deliberately *not* one of these: an abort (the caller's `signal.reason` is rethrown as it is), and one model
 * failing among several (that is data in `failures`).
 */
export abstract class BlenderError extends Error {
  /** Stable code, see {@link ErrorCode}. */
  abstract readonly code: ErrorCode;

  /** True where the same call may succeed later without any change by the caller. */
  readonly isRetryable: boolean = false;

  readonly [marker] = true;

  /** Recognises errors of this package even when two copies of it are installed, where `instanceof` would fail. */
  static isInstance(error: unknown): error is BlenderError {
    return typeof error === 'object' && error !== null && marker in error;
  }
}
