import type { Command } from 'commander';
import { clearCallCache, inspectCallCache, loadConfig } from '../../index.ts';
import type { CliContext, RunAction } from '../cli-context.ts';
import { formatBytes, formatCount } from '../render/format.ts';
import { toJson } from '../../records/index.ts';

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
  cache
    .command('info')
    .description('Prints where the cache is and how much it holds.')
    .option('--json', 'Print one JSON object.')
    .action((flags: { readonly json?: boolean }) => run((context) => info(flags, context)));
  cache
    .command('clear')
    .description('Removes every answer from the cache.')
    .action(() => run(clear));
}

async function info({ json }: { readonly json?: boolean }, context: CliContext): Promise<void> {
  const found = await inspectCallCache(await location(context));
  const line = `${found.path}: ${formatCount(found.entries, 'answer')}, ${formatBytes(found.bytes)}`;
  await context.stdout.write(`${json === true ? toJson(found) : line}\n`);
}

async function clear(context: CliContext): Promise<void> {
  await clearCallCache(await location(context));
  context.stderr.write('The cache of model calls is empty.\n');
}

/** The file of the configuration, where it names one. */
async function location({ env }: CliContext) {
  const { cache } = await loadConfig({ env });
  return { env, path: typeof cache === 'object' ? cache.path : undefined };
}
