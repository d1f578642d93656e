import { BlenderError, type ErrorCode, InvalidArgumentError } from '../../index.ts';

/** Where an error of the library leaves the other lines: a new error does not compile until it has a place. */
const ENDS_ALL = {
  // Of arguments, those that come from the line itself are told apart below.
  invalid_argument: true,
  invalid_config: true,
  model_not_found: true,
  missing_dependency: true,
  missing_key: true,
  weights_unavailable: true,
  model_load_failed: true,
  disposed: true,
  invalid_data: false,
  model_call_failed: false,
  context_exceeded: false,
  no_candidates: false,
  ranker_failed: false,
  timeout: false,
  budget_exceeded: false,
} as const satisfies Record<ErrorCode, boolean>;

/** Arguments that a line gives; all others come from the command line and are the same for every line. */
const OF_THE_LINE = /^(prompt|instruction|input|a|b|candidates\b.*)$/;

/** True for an error that concerns one line only, so that the next can be tried. */
export function isLineError(error: unknown): boolean {
  if (!BlenderError.isInstance(error)) return true;
  if (error instanceof InvalidArgumentError) return OF_THE_LINE.test(error.parameter);
  return !ENDS_ALL[error.code];
}
