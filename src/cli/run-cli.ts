import { CommanderError } from 'commander';
import { type Blender, createBlender as createLibraryBlender, type CreateBlenderOptions } from '../index.ts';
import type { CliContext, InputStream } from './cli-context.ts';
import { type ExitCode, EXIT_CODES, exitCodeOf, formatError } from './errors.ts';
import { loadEnvFiles } from './io/env-file.ts';
import { isBrokenPipe, Output, type OutputStream, silentStream } from './io/output.ts';
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
  /** The variables of `--env-file` are added. */
  readonly env: Record<string, string | undefined>;
  /** Ends the run early, with exit code 130 and everything tidied up. */
  readonly abortSignal: AbortSignal;
  /** What does the work. @default the library's */
  readonly createBlender?: (options: CreateBlenderOptions) => Blender;
}

/** Runs one command to its end and returns its exit code. Touches nothing of the process but what it is given. */
export async function runCli(options: RunCliOptions): Promise<ExitCode> {
  const { argv, stdin, stdout, stderr, env, abortSignal, createBlender = createLibraryBlender } = options;
  rememberKeys(env);
  const output = new Output(stdout);
  // Nobody reads the notes any more: no reason to stop the work.
  stderr.on('error', () => {});
  const context: CliContext = {
    argv,
    stdin,
    stdout: output,
    stderr,
    errors: stderr,
    env,
    abortSignal: AbortSignal.any([abortSignal, output.broken]),
    createBlender,
    quiet: false,
    live: isLive(stderr, env),
    colors: colorsFor(stderr, env),
  };
  const outcome = await runProgram(argv, context, (files) => {
    loadEnvFiles(files, env);
    rememberKeys(env);
  });
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
  given: CliContext,
  loadEnv: (files: readonly string[]) => void,
): Promise<{ readonly exitCode: ExitCode } | { readonly error: unknown }> {
  let exitCode: ExitCode = EXIT_CODES.done;
  let context = given;
  const program = createProgram(context, {
    prepare({ envFile = [], quiet = false }) {
      loadEnv(envFile);
      if (quiet) context = { ...given, quiet, live: false, stderr: silentStream() };
    },
    run: async (action) => {
      exitCode = (await action(context)) ?? EXIT_CODES.done;
    },
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
