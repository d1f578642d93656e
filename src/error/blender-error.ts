/** What a failure with some code says of others. */
type ErrorScope =
  /** A mistake in the call or the set-up: trying again changes nothing, here or with other input. */
  | 'configuration'
  /** Whatever else is asked of the same models and rankers fails as well. */
  | 'all-input'
  /** Other input may do. */
  | 'one-input';

/** All that depends on the code of an error. */
const CODES = {
  invalid_argument: { scope: 'configuration', meaning: 'An option has a value that cannot be used.' },
  invalid_config: { scope: 'configuration', meaning: 'A configuration has values that cannot be used.' },
  invalid_data: { scope: 'one-input', meaning: 'A line or file of input does not have the expected form.' },
  model_not_found: { scope: 'configuration', meaning: 'A model reference names nothing that is known here.' },
  missing_dependency: {
    scope: 'configuration',
    meaning: 'An optional package or program that this feature needs is not installed.',
  },
  missing_key: { scope: 'configuration', meaning: 'A provider was named whose key is not set.' },
  weights_unavailable: { scope: 'all-input', meaning: 'No source could provide the weights of a model.' },
  model_call_failed: { scope: 'one-input', meaning: 'A call to a model failed: see its kind.' },
  model_load_failed: { scope: 'all-input', meaning: 'Weights are present but the runtime could not load them.' },
  context_exceeded: { scope: 'one-input', meaning: 'The input does not fit into the context of the model.' },
  no_candidates: { scope: 'one-input', meaning: 'Every model failed, so there is nothing to rank.' },
  ranker_failed: { scope: 'one-input', meaning: 'The ranker could not compare the candidates.' },
  timeout: { scope: 'one-input', meaning: 'A limit on time ran out.' },
  budget_exceeded: { scope: 'one-input', meaning: 'A limit on calls or on their cost is reached.' },
  job_failed: {
    scope: 'all-input',
    meaning: 'A batch job cannot go on: it is in use, cannot be written, is damaged, or fails with every record.',
  },
  stopped: { scope: 'one-input', meaning: 'An action of a session stopped it, or it was not waited for.' },
  disposed: { scope: 'all-input', meaning: 'A resource was used after it had been disposed.' },
} as const satisfies Record<string, { scope: ErrorScope; meaning: string }>;

/** Stable machine-readable code of a {@link BlenderError}. */
export type ErrorCode = keyof typeof CODES;

/**
 * Every error code of this package, with what it means. The code is stable and may be matched on; the message is not.
 */
export const ERROR_CODES = Object.fromEntries(
  Object.entries(CODES).map(([code, { meaning }]) => [code, meaning]),
) as Readonly<Record<ErrorCode, string>>;

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

function scopeOf({ code }: BlenderError): ErrorScope {
  // A newer copy of the package may throw a code that this one does not know.
  const known: Readonly<Record<string, { scope: ErrorScope }>> = CODES;
  return known[code]?.scope ?? 'one-input';
}

/** True for a mistake in the call or the set-up: retrying would not help. */
export function isConfigurationError(error: unknown): error is BlenderError {
  return BlenderError.isInstance(error) && scopeOf(error) === 'configuration';
}

/** True for an error that other input to the same models and rankers would end with as well. */
export function concernsAllInput(error: BlenderError): boolean {
  return scopeOf(error) !== 'one-input';
}
