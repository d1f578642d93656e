import type { Command } from 'commander';
import type { RunAction } from '../cli-context.ts';
import { flagGroup, withFlags } from '../flag-groups.ts';
import { openBrowser } from '../io/open-browser.ts';
import { BLENDER_FLAGS } from '../shared-options.ts';
import { serve, SERVE_FLAGS } from './serve.ts';

interface UiFlags {
  /** False with `--no-open`. */
  readonly open?: boolean;
}

const UI_FLAGS = flagGroup<UiFlags>((command) =>
  command.option('--no-open', 'Do not open the browser; print the address alone.'),
);

/** `ui`: the page of the server in a browser. */
export function addUiCommand(program: Command, run: RunAction): void {
  const command = program
    .command('ui')
    .summary('Open the page: ask, and watch models answer, rank and fuse.')
    .description(
      'Serves as serve does, and opens its page in the browser. Without a configuration the embedded model answers. Ctrl-C ends it.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ llm-blender ui
  $ llm-blender ui --no-open --port 8080
  $ llm-blender ui --reports runs`,
    );
  withFlags(command, UI_FLAGS, SERVE_FLAGS, BLENDER_FLAGS).action((flags) =>
    run((context) =>
      serve(flags, context, {
        onListen: (url) => {
          if (flags.open !== false) openBrowser(url, context.env);
        },
      }),
    ),
  );
}
