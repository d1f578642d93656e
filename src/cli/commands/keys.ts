import type { Command } from 'commander';
import { toJson } from '../../records/index.ts';
import type { CliContext, RunAction } from '../cli-context.ts';
import { CommandError, EXIT_CODES } from '../errors.ts';
import { flagGroup, type Given, withFlags } from '../flag-groups.ts';
import { keyFile } from '../io/data-folder.ts';
import { oneLine, tableLines } from '../render/text.ts';
import { ENVIRONMENT_FLAGS, QUIET_FLAGS } from '../shared-options.ts';

interface ListFlags {
  readonly json?: boolean;
}

const LIST_FLAGS = flagGroup<ListFlags>((command) =>
  command.option('--json', 'Print JSON: a list of objects {id, name, createdAt}.'),
);

/** `keys`: what clients of `serve` show. */
export function addKeysCommand(program: Command, run: RunAction): void {
  const keys = program
    .command('keys')
    .summary('Create, list or revoke the keys of clients of serve.')
    .description(
      'Keys of clients of llm-blender serve. Where there is one, every request needs one. A key is shown once, and kept as a hash in a file that only you can read.',
    )
    .helpCommand('help [command]', 'Print the help of a command.')
    .addHelpText(
      'after',
      '\nExamples:\n  $ llm-blender keys create phone\n  $ llm-blender keys list\n  $ llm-blender keys revoke 5d41402a\n\nThey are in the data folder of the platform, or in LLM_BLENDER_DATA.',
    );
  withFlags(
    keys
      .command('create')
      .description('Makes a key and prints it.')
      .argument('[name]', 'What it is for, to find it in the list.'),
    QUIET_FLAGS,
    ENVIRONMENT_FLAGS,
  ).action((_, name: string | undefined) => run((context) => create(name, context)));
  withFlags(keys.command('list').description('Lists the keys.'), LIST_FLAGS, ENVIRONMENT_FLAGS).action((flags) =>
    run((context) => list(flags, context)),
  );
  withFlags(
    keys
      .command('revoke')
      .description('Removes keys. A server that runs refuses them from its next request on.')
      .argument('<id...>', 'Their ids, as keys list shows them.'),
    QUIET_FLAGS,
    ENVIRONMENT_FLAGS,
  ).action((_, ids: readonly string[]) => run((context) => revoke(ids, context)));
}

async function openStore({ env }: CliContext) {
  const { KeyStore } = await import('../../server/index.ts');
  return new KeyStore(keyFile(env));
}

async function create(name = '', context: CliContext): Promise<void> {
  const store = await openStore(context);
  const { key, stored } = await store.create(name);
  await context.stdout.write(`${key}\n`);
  context.stderr.write(
    `The key ${stored.id}. It is not shown again. Clients send it as "Authorization: Bearer KEY".\n`,
  );
}

async function list({ json }: Given<ListFlags>, context: CliContext): Promise<void> {
  const found = (await (await openStore(context)).list()).map(({ id, name, createdAt }) => ({ id, name, createdAt }));
  if (json === true) return context.stdout.write(`${toJson(found)}\n`);
  const lines = tableLines(found.map(({ id, name, createdAt }) => [id, createdAt, oneLine(name)]));
  return context.stdout.write(lines.map((line) => `${line.trimEnd()}\n`).join(''));
}

async function revoke(ids: readonly string[], context: CliContext): Promise<void> {
  const store = await openStore(context);
  for (const id of ids) {
    if (await store.revoke(id)) continue;
    throw new CommandError(`There is no key ${JSON.stringify(id)}. See: llm-blender keys list`, {
      exitCode: EXIT_CODES.usage,
    });
  }
  context.stderr.write(`Revoked: ${ids.join(', ')}\n`);
}
