import type { Command } from 'commander';
import { clearCallCache, inspectCallCache } from '../../index.ts';
import type { CliContext, RunAction } from '../cli-context.ts';
import { flagGroup, type Given, withFlags } from '../flag-groups.ts';
import { formatBytes, formatCount } from '../render/format.ts';
import { CONFIG_FLAGS, type ConfigFlags, QUIET_FLAGS } from '../shared-options.ts';
import { type ConfigChoice, readConfiguration } from '../with-blender.ts';
import { toJson } from '../../records/index.ts';

interface InfoFlags {
  readonly json?: boolean;
}

const INFO_FLAGS = flagGroup<InfoFlags>((command) => command.option('--json', 'Print one JSON object.'));

/** `cache`: the answers of providers that are kept on this machine. */
export function addCacheCommand(program: Command, run: RunAction): void {
  const cache = program
    .command('cache')
    .summary('Show or clear the cache of model calls.')
    .description(
      'Answers of providers are kept in a file that only you can read, and given again for the same question. Prompts are kept as a hash only.',
    )
    .helpCommand('help [command]', 'Print the help of a command.')
    .addHelpText('after', '\nExamples:\n  $ llm-blender cache info\n  $ llm-blender cache clear');
  withFlags(
    cache.command('info').description('Prints where the cache is and how much it holds.'),
    INFO_FLAGS,
    CONFIG_FLAGS,
  ).action((flags) => run((context) => info(flags, context)));
  withFlags(
    cache.command('clear').description('Removes every answer from the cache.'),
    QUIET_FLAGS,
    CONFIG_FLAGS,
  ).action((flags) => run((context) => clear(flags, context)));
}

async function info({ json, ...flags }: Given<InfoFlags & ConfigFlags>, context: CliContext): Promise<void> {
  const found = await inspectCallCache(await location(flags, context));
  const line = `${found.path}: ${formatCount(found.entries, 'answer')}, ${formatBytes(found.bytes)}`;
  await context.stdout.write(`${json === true ? toJson(found) : line}\n`);
}

async function clear(flags: ConfigChoice, context: CliContext): Promise<void> {
  const cache = await location(flags, context);
  await clearCallCache(cache);
  const { path } = await inspectCallCache(cache);
  context.stderr.write(`The cache of model calls is empty: ${path}\n`);
}

/** The file of the configuration, where it names one. */
async function location(flags: ConfigChoice, { env }: CliContext) {
  const { cache } = await readConfiguration(flags, { env });
  return { env, path: typeof cache === 'object' ? cache.path : undefined };
}
