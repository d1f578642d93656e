import { Command } from 'commander';
import type { AddCommand, CliContext, RunAction } from './cli-context.ts';
import { addAskCommand } from './commands/ask.ts';
import { addBatchCommand } from './commands/batch.ts';
import { addCacheCommand } from './commands/cache.ts';
import { addCompareCommand } from './commands/compare.ts';
import { addConversationsCommand } from './commands/conversations.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addEvaluateCommand } from './commands/evaluate.ts';
import { addFuseCommand } from './commands/fuse.ts';
import { addInitCommand } from './commands/init.ts';
import { addMcpCommand } from './commands/mcp.ts';
import { addModelsCommand } from './commands/models.ts';
import { addPreferencesCommand } from './commands/preferences.ts';
import { addRankCommand } from './commands/rank.ts';
import { addKeysCommand } from './commands/keys.ts';
import { addReplayCommand } from './commands/replay.ts';
import { addServeCommand } from './commands/serve.ts';
import { addWorkerCommand } from './commands/worker.ts';
import { addTrainCommand } from './commands/train.ts';
import { addUiCommand } from './commands/ui.ts';
import { terminalSize } from './io/terminal.ts';
import type { EnvironmentFlags, QuietFlags } from './shared-options.ts';
import { readPackageInfo } from './package-info.ts';
import { cleanText } from './render/text.ts';

const COMMANDS: readonly AddCommand[] = [
  addAskCommand,
  addRankCommand,
  addCompareCommand,
  addFuseCommand,
  addBatchCommand,
  addWorkerCommand,
  addPreferencesCommand,
  addEvaluateCommand,
  addTrainCommand,
  addReplayCommand,
  addServeCommand,
  addUiCommand,
  addKeysCommand,
  addMcpCommand,
  addInitCommand,
  addModelsCommand,
  addConversationsCommand,
  addCacheCommand,
  addDoctorCommand,
];

/**
 * The command line as commander knows it. It writes to the context's streams and never ends the process. `prepare` is
 * given what concerns every command before one begins.
 */
export function createProgram(
  { stdout, stderr }: Pick<CliContext, 'stdout' | 'stderr'>,
  { prepare, run }: { prepare: (flags: EnvironmentFlags & QuietFlags) => void; run: RunAction },
): Command {
  const program = new Command('llm-blender')
    .description(
      'A better answer than one LLM gives: candidates from several models are compared in pairs, ranked, and fused.',
    )
    .version(readPackageInfo().version, '-V, --version', 'Print the version.')
    .helpOption('-h, --help', 'Print this help.')
    .helpCommand('help [command]', 'Print the help of a command.')
    .exitOverride()
    // Below this nothing is broken between words.
    .configureHelp({ minWidthToWrap: 10 })
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: (text, write) => write(cleanText(text)),
      getOutHelpWidth: () => (stdout.isTerminal ? terminalSize(stdout.stream).columns : 80),
      getErrHelpWidth: () => (stderr.isTTY ? terminalSize(stderr).columns : 80),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText(
      'after',
      `
Examples:
  $ llm-blender ask "What is the best thing about Kaggle?"
  $ llm-blender rank questions.jsonl --output ranked.jsonl
  $ llm-blender models list

Exit codes: 0 done, 1 failed, 2 usage, 130 interrupted.`,
    );
  program.hook('preAction', (_, command) => prepare(command.opts()));
  for (const add of COMMANDS) add(program, run);
  for (const command of [program, ...allCommands(program)]) {
    command.showHelpAfterError(`Run '${fullName(command)} --help' to see how it is used.`);
  }
  return program;
}

function allCommands(command: Command): readonly Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}
