import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import type { Blender, CreateBlenderOptions } from '../index.ts';
import type { ExitCode } from './errors.ts';
import type { Output, OutputStream } from './io/output.ts';
import type { Colors, Environment } from './io/terminal.ts';

/** Where standard input comes from. */
export type InputStream = Readable & {
  readonly isTTY?: boolean;
  /** Of the streams of the process. */
  readonly fd?: number;
};

/** What a command may use. Nothing of the process is reached but through this. */
export interface CliContext {
  /** What was asked for, without the name of the program. */
  readonly argv: readonly string[];
  readonly stdin: InputStream;
  /** Data. */
  readonly stdout: Output;
  /** Progress and notes; takes nothing with `--quiet`. */
  readonly stderr: OutputStream;
  /** Errors. The same stream as `stderr`, but never silent. */
  readonly errors: OutputStream;
  readonly env: Environment;
  /** Aborts on Ctrl-C, and when nobody reads the data any more. */
  readonly abortSignal: AbortSignal;
  readonly createBlender: (options: CreateBlenderOptions) => Blender;
  /** Whether `--quiet` is given. */
  readonly quiet: boolean;
  /** True where stderr can be drawn on. */
  readonly live: boolean;
  /** Colours for stderr. */
  readonly colors: Colors;
}

/** What a command does once its options are read. Without an exit code it is done. */
export type CommandAction = (context: CliContext) => Promise<ExitCode | void>;

/** Starts what a command line asks for, once it is read. */
export type RunAction = (action: CommandAction) => Promise<void>;

/** Adds one command to the program. */
export type AddCommand = (program: Command, run: RunAction) => void;
