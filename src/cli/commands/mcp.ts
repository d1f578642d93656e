import { Console } from 'node:console';
import type { Writable } from 'node:stream';
import type { Command } from 'commander';
import type { CliContext, RunAction } from '../cli-context.ts';
import { type Given, withFlags } from '../flag-groups.ts';
import { openPlainScreen } from '../io/screen.ts';
import { readPackageInfo } from '../package-info.ts';
import { ModelProgressTracker } from '../render/model-progress.ts';
import { shortLine } from '../render/text.ts';
import { BLENDER_FLAGS, type BlenderFlags } from '../shared-options.ts';
import { withBlender } from '../with-blender.ts';

/** `mcp`: the tools of a blend for an agent. */
export function addMcpCommand(program: Command, run: RunAction): void {
  const command = program
    .command('mcp')
    .summary('Serve ask, rank, compare and fuse as tools of the Model Context Protocol.')
    .description(
      'Serves the tools ask, rank, compare and fuse over standard input and output by the Model Context Protocol, for programs such as Claude Desktop, VS Code and codex, which start it themselves. It ends when they close its input.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ llm-blender mcp
  $ llm-blender mcp --config blender.config.yaml`,
    );
  withFlags(command, BLENDER_FLAGS).action((flags) => run((context) => serve(flags, context)));
}

async function serve(flags: Given<BlenderFlags>, context: CliContext): Promise<void> {
  const { stdin, stdout, errors, abortSignal } = context;
  // Loaded here, so that no other command waits for it.
  const { serveMcp } = await import('../../mcp/index.ts');
  // What any package prints would be read as a message.
  const console = globalThis.console;
  globalThis.console = new Console(errors, errors);
  try {
    const use = { flags, screen: openPlainScreen(context), tracker: new ModelProgressTracker() };
    await withBlender(context, use, (blender, config) =>
      serveMcp({
        blender,
        config,
        version: readPackageInfo().version,
        stdin,
        stdout: stdout.stream as Writable,
        abortSignal,
        onError: ({ message }) => errors.write(`error: ${shortLine(message)}\n`),
      }),
    );
  } finally {
    globalThis.console = console;
  }
}
