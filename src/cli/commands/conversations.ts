import type { Command } from 'commander';
import type { CliContext, RunAction } from '../cli-context.ts';
import { ConversationStore } from '../conversations/conversation-store.ts';
import { CommandError, EXIT_CODES } from '../errors.ts';
import { flagGroup, type Given, withFlags } from '../flag-groups.ts';
import { terminalSize } from '../io/terminal.ts';
import { toJson } from '../../records/index.ts';
import { errorMessage } from '../../util/error-message.ts';
import { formatBytes, formatCount } from '../render/format.ts';
import { fitEnd, oneLine, tableLines } from '../render/text.ts';
import { ENVIRONMENT_FLAGS, QUIET_FLAGS } from '../shared-options.ts';

interface ListFlags {
  readonly json?: boolean;
}

const LIST_FLAGS = flagGroup<ListFlags>((command) =>
  command.option('--json', 'Print JSON: a list of objects {name, path, bytes, updatedAt, turns, question, problem?}.'),
);

/** `conversations`: what `ask --continue` and the like have kept. */
export function addConversationsCommand(program: Command, run: RunAction): void {
  const conversations = program
    .command('conversations')
    .summary('List or remove conversations kept by ask.')
    .description(
      'Conversations that ask --keep, --continue and --conversation have kept, each in a file that only you can read. The 100 that were used last are kept, with at most 100 MB in all.',
    )
    .helpCommand('help [command]', 'Print the help of a command.')
    .addHelpText(
      'after',
      '\nExamples:\n  $ llm-blender conversations list\n  $ llm-blender conversations clear\n\nThey are in the data folder of the platform, or in LLM_BLENDER_DATA.',
    );
  withFlags(
    conversations.command('list').description('Lists the conversations, the last used first.'),
    LIST_FLAGS,
    ENVIRONMENT_FLAGS,
  ).action((flags) => run((context) => list(flags, context)));
  withFlags(
    conversations
      .command('clear')
      .description('Removes conversations.')
      .argument('[name...]', 'Their names. Default: all.'),
    QUIET_FLAGS,
    ENVIRONMENT_FLAGS,
  ).action((_, names: readonly string[]) => run((context) => clear(names, context)));
}

async function list({ json }: Given<ListFlags>, { stdout, env }: CliContext): Promise<void> {
  const store = new ConversationStore({ env });
  const found = [];
  for (const { name, path, bytes, updatedAt } of await store.list()) {
    found.push({ name, path, bytes, updatedAt: updatedAt.toISOString(), ...(await lookInto(name, store)) });
  }
  if (json === true) {
    await stdout.write(`${toJson(found)}\n`);
    return;
  }
  const columns = stdout.isTerminal ? terminalSize(stdout.stream).columns : undefined;
  const rows = found.map(({ name, bytes, updatedAt, turns, question, problem }) => [
    oneLine(name),
    new Date(updatedAt).toLocaleString('sv-SE', { dateStyle: 'short', timeStyle: 'short' }),
    problem === undefined ? formatCount(turns, 'question') : 'damaged',
    formatBytes(bytes),
    oneLine(question.slice(0, 300)),
  ]);
  const lines = tableLines(rows).map((line) => (columns === undefined ? line : fitEnd(line, columns)).trimEnd());
  await stdout.write(lines.map((line) => `${line}\n`).join(''));
}

async function lookInto(
  name: string,
  store: ConversationStore,
): Promise<{ turns: number; question: string; problem?: string }> {
  try {
    const turns = (await store.read(name))?.turns ?? [];
    return { turns: turns.length, question: turns[0]?.text ?? '' };
  } catch (error) {
    return { turns: 0, question: '', problem: errorMessage(error) };
  }
}

async function clear(names: readonly string[], { stderr, env }: CliContext): Promise<void> {
  const store = new ConversationStore({ env });
  const kept = (await store.list()).map(({ name }) => name);
  const chosen = names.length > 0 ? names : kept;
  const unknown = chosen.find((name) => !kept.includes(name));
  if (unknown !== undefined) {
    throw new CommandError(`There is no conversation ${JSON.stringify(unknown)}. See: llm-blender conversations list`, {
      exitCode: EXIT_CODES.usage,
    });
  }
  for (const name of chosen) await store.remove(name);
  stderr.write(`Removed ${formatCount(chosen.length, 'conversation')}.\n`);
}
