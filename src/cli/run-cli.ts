import { CommanderError } from 'commander';
import { type Blender, createBlender as createLibraryBlender, type CreateBlenderOptions } from '../index.ts';
import type { CliContext, InputStream } from './cli-context.ts';
import { type ExitCode, EXIT_CODES, exitCodeOf, formatError } from './errors.ts';
import { isBrokenPipe, Output, type OutputStream } from './io/output.ts';
import { colorsFor, type Environment, isLive } from './io/terminal.ts';
import { createProgram } from './program.ts';
import { rememberSecret } from '../util/known-secrets.ts';

/** Options of {@link runCli}. */
export interface RunCliOptions {
  /** The words after the program's name. */
  readonly argv: readonly string[];
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Environment;
  /** Ends the run early, with exit code 130 and everything tidied up. */
  readonly abortSignal: AbortSignal;
  /** What does the work. @default the library's */
  readonly createBlender?: (options: CreateBlenderOptions) => Blender;
}

/** Runs one command to its end and returns its exit code. Touches nothing of the process but what it is given. */
export async function runCli({
  argv,
  stdin,
  stdout,
  stderr,
  env,
  abortSignal,
  createBlender = createLibraryBlender,
}: RunCliOptions): Promise<ExitCode> {
  rememberKeys(env);
  const output = new Output(stdout);
  // Nobody reads the notes any more: no reason to stop the work.
  stderr.on('error', () => {});
  const context: CliContext = {
    stdin,
    stdout: output,
    stderr,
    env,
    abortSignal: AbortSignal.any([abortSignal, output.broken]),
    createBlender,
    live: isLive(stderr, env),
    colors: colorsFor(stderr, env),
  };
  const outcome = await runProgram(argv, context);
  await output.write('');
  if (output.broken.aborted) {
    if (isBrokenPipe(output.broken.reason)) return EXIT_CODES.done;
    stderr.write(formatError(new Error(`The output could not be written: ${output.broken.reason.message}`), context));
    return EXIT_CODES.failed;
  }
  if ('exitCode' in outcome) return outcome.exitCode;
  if (abortSignal.aborted) {
    stderr.write('Interrupted.\n');
    return EXIT_CODES.interrupted;
  }
  stderr.write(formatError(outcome.error, context));
  return exitCodeOf(outcome.error);
}

async function runProgram(
  argv: readonly string[],
  context: CliContext,
): Promise<{ readonly exitCode: ExitCode } | { readonly error: unknown }> {
  let exitCode: ExitCode = EXIT_CODES.done;
  const program = createProgram(context, async (action) => {
    exitCode = (await action(context)) ?? EXIT_CODES.done;
  });
  try {
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync(argv, { from: 'user' });
    return { exitCode };
  } catch (error) {
    // Commander has said what there is to say.
    if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage };
    return { error };
  }
}

/** Variables whose values are keys, by their names. */
const KEY_NAME = /(?:^|_)(?:key|token|secret|password)$/i;
/** Shorter values are more likely words. */
const SHORTEST = 12;

/** Has the keys of the environment redacted in traces and errors. */
export function rememberKeys(env: Environment): void {
  for (const [name, value = ''] of Object.entries(env)) {
    if (KEY_NAME.test(name) && value.trim().length >= SHORTEST) rememberSecret(value.trim());
  }
}
