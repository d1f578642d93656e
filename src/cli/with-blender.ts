import { setTimeout as delay } from 'node:timers/promises';
import { type Blender, type CreateBlenderOptions, type TraceRecord, type BlenderConfig, loadConfig } from '../index.ts';
import { errorMessage } from '../util/error-message.ts';
import type { CliContext } from './cli-context.ts';
import { openTraceFile, traceText } from './trace.ts';
import type { Command } from 'commander';

/** Longest wait for models to be unloaded at the end. The process ends right after, which frees them in any case. */
const DISPOSE_MS = 2000;
/** The same after Ctrl-C. */
const DISPOSE_AFTER_ABORT_MS = 500;

/**
 * Runs a piece of work with a blender of the configuration and lets go of it, without ever hanging on that. What
 * `--verbose` and `--trace` ask for is told meanwhile.
 */
export async function withBlender<VALUE>(
  { createBlender, abortSignal, env }: Pick<CliContext, 'createBlender' | 'abortSignal' | 'env'>,
  {
    flags,
    onProgress,
    note,
  }: { flags: BlenderFlags; /** Shows a text. */ note: (text: string) => void } & Pick<
    CreateBlenderOptions,
    'onProgress'
  >,
  work: (blender: Blender) => Promise<VALUE>,
): Promise<VALUE> {
  const config = await readConfiguration(flags, { env });
  using file = flags.trace === undefined ? undefined : openTraceFile(flags.trace);
  const onTrace = (record: TraceRecord) => {
    try {
      file?.write(record);
    } catch (error) {
      note(`The trace could not be written: ${errorMessage(error)}`);
    }
    if (flags.verbose === true) note(traceText(record));
  };
  const isWatched = file !== undefined || flags.verbose === true;
  const blender = createBlender({
    ...config,
    cache: flags.cache === false ? false : (config.cache ?? true),
    env,
    onProgress,
    onWarning: note,
    onTrace: isWatched ? onTrace : undefined,
  });
  try {
    return await work(blender);
  } finally {
    // A native runtime in the middle of a load answers to nobody.
    const disposed = blender.dispose().catch(() => {});
    const timer = new AbortController();
    const limit = delay(abortSignal.aborted ? DISPOSE_AFTER_ABORT_MS : DISPOSE_MS, undefined, { signal: timer.signal });
    await Promise.race([disposed, limit.catch(() => {})]);
    timer.abort();
  }
}

/** Options of every command that heeds a configuration. */
export interface ConfigFlags {
  /** A file, or false for none. */
  readonly config?: string | false;
}

/** Options of every command that works with a blender. */
export interface BlenderFlags extends ConfigFlags {
  /** False for no cache of model calls; else that of the configuration, or the usual one. */
  readonly cache?: boolean;
  /** Whether each call and comparison is shown. */
  readonly verbose?: boolean;
  /** A file that each of them is written to. */
  readonly trace?: string;
}

/** Adds the options of every command that heeds a configuration. */
export function addConfigFlags(command: Command): void {
  command
    .option(
      '--config <file>',
      'The configuration file. Default: LLM_BLENDER_CONFIG, else blender.config.{ts,mts,js,json,yaml,yml} here or in a folder above.',
    )
    .option('--no-config', 'Use no configuration.');
}

/** Adds the options of every command that works with a blender. */
export function addBlenderFlags(command: Command): void {
  addConfigFlags(command);
  command
    .option('--no-cache', 'Neither read nor write the cache of model calls.')
    .option('--verbose', 'Show each prompt, reply and comparison as it ends.')
    .option('--trace <file>', 'Append each prompt, reply and comparison to a JSONL file.');
}

/** The configuration that a command line asks for. */
export async function readConfiguration(
  { config }: ConfigFlags,
  { env }: Pick<CliContext, 'env'>,
): Promise<BlenderConfig> {
  return config === false ? {} : loadConfig({ file: config, env });
}
