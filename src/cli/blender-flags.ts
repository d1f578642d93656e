import { type Command, Option } from 'commander';
import { type BlenderConfig, loadConfig } from '../index.ts';
import type { CliContext } from './cli-context.ts';

/** Options of every command that works with a blender. */
export interface BlenderFlags {
  /** A file, or false for none. */
  readonly config?: string | false;
  /** False for no cache of model calls; else that of the configuration, or the usual one. */
  readonly cache?: boolean;
}

/** Adds the options of every command that works with a blender. */
export function addBlenderFlags(command: Command): void {
  command
    .addOption(
      new Option(
        '--config <file>',
        'The configuration. Default: LLM_BLENDER_CONFIG, else blender.config.{ts,mts,js,json,yaml,yml} here or in a folder above.',
      ),
    )
    .option('--no-config', 'Use no configuration.')
    .option('--no-cache', 'Ask every model anew: neither use nor keep answers of earlier runs.');
}

/** The configuration that a command line asks for. */
export async function readConfiguration(
  { config }: BlenderFlags,
  { env }: Pick<CliContext, 'env'>,
): Promise<BlenderConfig> {
  return config === false ? {} : loadConfig({ file: config, env });
}
