import { BlenderError, type ErrorCode } from '../index.ts';
import { errorCode, errorMessage, redactSecrets } from '../util/error-message.ts';
import type { Colors, Environment } from './io/terminal.ts';
import { cleanText } from './render/text.ts';

/** What the exit codes of the command line mean. */
export const EXIT_CODES = {
  /** Everything was done. */
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

/**
 * Exit code for each error of the library; a new error does not compile until it has one. A key or a package that is
 * missing is no mistake on the command line: the same line works once it is there.
 */
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
  job_failed: failed,
  stopped: failed,
  disposed: failed,
} as const satisfies Record<ErrorCode, ExitCode>;

/** A command failed for a reason that is not an error of the library. */
export class CommandError extends Error {
  override readonly name = 'CommandError' as const;
  readonly exitCode: ExitCode;

  constructor(message: string, { exitCode = EXIT_CODES.failed }: { exitCode?: ExitCode } = {}) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Exit code for anything a command throws. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommandError) return error.exitCode;
  // A newer copy of the package may throw a code this one has never heard of.
  return BlenderError.isInstance(error) ? (EXIT_CODE_OF_ERROR[error.code] ?? failed) : failed;
}

/**
 * An error for the person at the command line: one message without keys and without a stack, which
 * `LLM_BLENDER_DEBUG=1` adds.
 */
export function formatError(error: unknown, { env, colors }: { env: Environment; colors: Colors }): string {
  const message = `${colors.red('error:')} ${cleanText(errorMessage(error))}`;
  if (env['LLM_BLENDER_DEBUG'] === '1') return `${message}\n${stackOf(error)}\n`;
  // Our own errors say what to do next; for any other, the stack helps to report it.
  const isOurs =
    BlenderError.isInstance(error) || error instanceof CommandError || !(error instanceof Error) || 'syscall' in error;
  return isOurs ? `${message}\n` : `${message}\nSet LLM_BLENDER_DEBUG=1 to see where it comes from.\n`;
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const { cause } = error;
  const causedBy = cause === undefined ? '' : `\ncaused by: ${cause instanceof Error ? stackOf(cause) : String(cause)}`;
  return cleanText(redactSecrets(`${error.stack ?? error.message}${causedBy}`));
}

/** The code of an error of the system, such as `ENOENT`; its text where it has none. */
export function codeOf(error: unknown): string {
  return errorCode(error) ?? String(error);
}

/** Why a file that an option names cannot be written. */
export function writeProblem(error: unknown): string {
  const code = codeOf(error);
  return code === 'ENOENT' ? 'its folder does not exist.' : `it cannot be written (${code}).`;
}
