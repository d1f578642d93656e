import type { Command } from 'commander';
import { type BlenderConfig, loadConfig } from '../index.ts';
import type { CliContext } from './cli-context.ts';

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
      'The configuration. Default: LLM_BLENDER_CONFIG, else blender.config.{ts,mts,js,json,yaml,yml} here or in a folder above.',
    )
    .option('--no-config', 'Use no configuration.');
}

/** Adds the options of every command that works with a blender. */
export function addBlenderFlags(command: Command): void {
  addConfigFlags(command);
  command
    .option('--no-cache', 'Ask every model anew: neither use nor keep answers of earlier runs.')
    .option('--verbose', 'Show each prompt and reply, and each comparison, as it ends.')
    .option('--trace <file>', 'Write them to a file as JSON lines, after those it has.');
}

/** The configuration that a command line asks for. */
export async function readConfiguration(
  { config }: ConfigFlags,
  { env }: Pick<CliContext, 'env'>,
): Promise<BlenderConfig> {
  return config === false ? {} : loadConfig({ file: config, env });
}
