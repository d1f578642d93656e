/**
 * Every error code of this package, with what it means. The code is stable and may be matched on; the message is not.
 */
export const ERROR_CODES = {
  invalid_argument: 'An option has a value that cannot be used.',
  invalid_config: 'A configuration has values that cannot be used.',
  invalid_data: 'A line or file of input does not have the expected form.',
  model_not_found: 'A model reference names nothing that is known here.',
  missing_dependency: 'An optional package or program that this feature needs is not installed.',
  missing_key: 'A provider was named whose key is not set.',
  weights_unavailable: 'No source could provide the weights of a model.',
  model_call_failed: 'A call to a model failed: see its kind.',
  model_load_failed: 'Weights are present but the runtime could not load them.',
  context_exceeded: 'The input does not fit into the context of the model.',
  no_candidates: 'Every model failed, so there is nothing to rank.',
  ranker_failed: 'The ranker could not compare the candidates.',
  timeout: 'A limit on time ran out.',
  budget_exceeded: 'A limit on calls or on their cost is reached.',
  disposed: 'A resource was used after it had been disposed.',
} as const;

/** Stable machine-readable code of a {@link BlenderError}. */
export type ErrorCode = keyof typeof ERROR_CODES;

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
