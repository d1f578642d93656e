import { BlenderError } from '../index.ts';
import { errorMessage, redactSecrets } from '../util/error-message.ts';
import { CommandError } from './command-error.ts';
import type { Colors, Environment } from './io/terminal.ts';
import { cleanText } from './render/clean-text.ts';

/** True where the user asked for the inside of errors. */
function wantsDetails(env: Environment): boolean {
  return env['LLM_BLENDER_DEBUG'] === '1';
}

/**
 * An error for the person at the command line: one message with the way out, without keys and without a stack, which
 * `LLM_BLENDER_DEBUG=1` adds.
 */
export function formatError(error: unknown, { env, colors }: { env: Environment; colors: Colors }): string {
  const message = `${colors.red('error:')} ${cleanText(errorMessage(error))}`;
  if (wantsDetails(env)) return `${message}\n${stackOf(error)}\n`;
  // What we raise on purpose says how to go on; anything else is best told to us with its stack.
  const isOurs =
    BlenderError.isInstance(error) || error instanceof CommandError || !(error instanceof Error) || 'syscall' in error;
  return isOurs ? `${message}\n` : `${message}\nSet LLM_BLENDER_DEBUG=1 to see where it comes from.\n`;
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const cause =
    error.cause === undefined
      ? ''
      : `\ncaused by: ${error.cause instanceof Error ? stackOf(error.cause) : String(error.cause)}`;
  return cleanText(redactSecrets(`${error.stack ?? error.message}${cause}`));
}
