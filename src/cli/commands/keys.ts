import type { Command } from 'commander';
import type { KeyLimits, Spent } from '../../server/index.ts';
import { toJson } from '../../records/index.ts';
import type { CliContext, RunAction } from '../cli-context.ts';
import { CommandError, EXIT_CODES } from '../errors.ts';
import { flagGroup, type Given, withFlags } from '../flag-groups.ts';
import { keyFile } from '../io/data-folder.ts';
import { LIMIT_FLAGS, type LimitFlags, limitsOf, limitTexts } from '../keys/limit-flags.ts';
import { formatCount, formatDollars } from '../render/format.ts';
import { oneLine, tableLines } from '../render/text.ts';
import { ENVIRONMENT_FLAGS, QUIET_FLAGS } from '../shared-options.ts';

interface ListFlags {
  readonly json?: boolean;
}

const LIST_FLAGS = flagGroup<ListFlags>((command) =>
  command.option('--json', 'Print JSON: a list of objects {id, name, createdAt, limits, spent}.'),
);

/** `keys`: what clients of `serve` show. */
export function addKeysCommand(program: Command, run: RunAction): void {
  const keys = program
    .command('keys')
    .summary('Create, limit, list or revoke the keys of clients of serve.')
    .description(
      'Keys of clients of llm-blender serve. Where there is one, every request needs one. A key is shown once, and kept as a hash in a file that only you can read.',
    )
    .helpCommand('help [command]', 'Print the help of a command.')
    .addHelpText(
      'after',
      '\nExamples:\n  $ llm-blender keys create phone --rate 60/min --max-cost 5/month\n  $ llm-blender keys update 5d41402a --max-cost 10/month --rate none\n  $ llm-blender keys list\n  $ llm-blender keys revoke 5d41402a\n\nThey are in the data folder of the platform, or in LLM_BLENDER_DATA.',
    );
  withFlags(
    keys
      .command('create')
      .description('Makes a key and prints it.')
      .argument('[name]', 'What it is for, to find it in the list.'),
    LIMIT_FLAGS,
    QUIET_FLAGS,
    ENVIRONMENT_FLAGS,
  ).action((flags, name: string | undefined) => run((context) => create(name, flags, context)));
  withFlags(
    keys
      .command('update')
      .description('Changes limits of a key, from the next request on. What is not given stays as it is.')
      .argument('<id>', 'Its id, as keys list shows it.'),
    LIMIT_FLAGS,
    QUIET_FLAGS,
    ENVIRONMENT_FLAGS,
  ).action((flags, id: string) => run((context) => update(id, flags, context)));
  withFlags(
    keys.command('list').description('Lists the keys with their limits, and what they have spent.'),
    LIST_FLAGS,
    ENVIRONMENT_FLAGS,
  ).action((flags) => run((context) => list(flags, context)));
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

async function create(name = '', flags: Given<LimitFlags>, context: CliContext): Promise<void> {
  const store = await openStore(context);
  const limits = Object.entries(limitsOf(flags)).filter(([, value]) => value !== null);
  const { key, stored } = await store.create(name, Object.fromEntries(limits) as KeyLimits);
  await context.stdout.write(`${key}\n`);
  context.stderr.write(
    `The key ${stored.id}. It is not shown again. Clients send it as "Authorization: Bearer KEY".\n`,
  );
}

async function list({ json }: Given<ListFlags>, context: CliContext): Promise<void> {
  const store = await openStore(context);
  const keys = await store.list();
  const spent = await store.spent();
  const found = keys.map(({ id, name, createdAt, limits }) => ({
    id,
    name,
    createdAt,
    limits,
    spent: spent.get(id),
  }));
  if (json === true) return context.stdout.write(`${toJson(found)}\n`);
  const lines = tableLines(
    keys.map(({ id, name, createdAt, limits }) => [
      id,
      createdAt,
      oneLine(name),
      [...limitTexts(limits), ...spentTexts(spent.get(id))].join(', '),
    ]),
  );
  return context.stdout.write(lines.map((line) => `${line.trimEnd()}\n`).join(''));
}

async function update(id: string, flags: Given<LimitFlags>, context: CliContext): Promise<void> {
  const changes = limitsOf(flags);
  if (Object.keys(changes).length === 0) {
    throw new CommandError('No limit is given. See: llm-blender keys update --help', { exitCode: EXIT_CODES.usage });
  }
  const updated = await (await openStore(context)).update(id, changes);
  if (updated === undefined) throw noSuchKey(id);
  context.stderr.write(`The key ${id}: ${limitTexts(updated.limits).join(', ') || 'no limits'}\n`);
}

function spentTexts(spent: Spent | undefined): readonly string[] {
  if (spent === undefined) return [];
  const { day, month, total, reserved, unpricedCalls } = spent;
  return [
    ...(total > 0
      ? [`spent ${formatDollars(total)} (${formatDollars(month)} this month, ${formatDollars(day)} today)`]
      : []),
    ...(reserved > 0 ? [`${formatDollars(reserved)} set aside`] : []),
    ...(unpricedCalls > 0 ? [formatCount(unpricedCalls, 'call of unknown price', 'calls of unknown price')] : []),
  ];
}

async function revoke(ids: readonly string[], context: CliContext): Promise<void> {
  const store = await openStore(context);
  for (const id of ids) {
    if (await store.revoke(id)) continue;
    throw noSuchKey(id);
  }
  context.stderr.write(`Revoked: ${ids.join(', ')}\n`);
}

function noSuchKey(id: string): CommandError {
  return new CommandError(`There is no key ${JSON.stringify(id)}. See: llm-blender keys list`, {
    exitCode: EXIT_CODES.usage,
  });
}
