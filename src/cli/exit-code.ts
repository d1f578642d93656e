import { BlenderError, type ErrorCode } from '../index.ts';

/** What the exit codes of the command line mean. */
export const EXIT_CODES = {
  /** Everything asked for was done. */
  done: 0,
  /** Something could not be done. */
  failed: 1,
  /** The command line, or a name on it, cannot be used. */
  usage: 2,
  /** Stopped by Ctrl-C or a request to end. */
  interrupted: 130,
} as const;

/** One of {@link EXIT_CODES}. */
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

const { failed, usage } = EXIT_CODES;

/** Exit code for each error of the library; a new error does not compile until it has one. */
const EXIT_CODE_OF_ERROR = {
  invalid_argument: usage,
  invalid_config: usage,
  invalid_data: failed,
  model_not_found: usage,
  missing_dependency: failed,
  missing_key: failed,
  weights_unavailable: failed,
  model_call_failed: failed,
  model_load_failed: failed,
  context_exceeded: failed,
  no_candidates: failed,
  ranker_failed: failed,
  timeout: failed,
  budget_exceeded: failed,
  disposed: failed,
} as const satisfies Record<ErrorCode, ExitCode>;

/** Exit code for anything a command throws. */
export function exitCodeOf(error: unknown): ExitCode {
  // A newer copy of the package may throw a code this one has never heard of.
  return BlenderError.isInstance(error) ? (EXIT_CODE_OF_ERROR[error.code] ?? failed) : failed;
}
