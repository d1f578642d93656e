import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import { InvalidArgumentError, replayBlend } from '../../index.ts';
import { showBlend } from '../ask/show-blend.ts';
import type { CliContext, RunAction } from '../cli-context.ts';
import { codeOf } from '../errors.ts';
import { flagGroup, type Given, withFlags } from '../flag-groups.ts';
import { number } from '../option-values.ts';
import { ENVIRONMENT_FLAGS, QUIET_FLAGS } from '../shared-options.ts';

interface ReplayFlags {
  readonly speed?: number;
  readonly json?: boolean;
}

const REPLAY_FLAGS = flagGroup<ReplayFlags>((command) =>
  command
    .option('--speed <factor>', 'How many times faster than it happened. Default: 1.', number({ above: 0 }))
    .option('--json', 'Print the whole result as one JSON object instead of the answer.'),
);

/** `replay`: a recorded blend once more. */
export function addReplayCommand(program: Command, run: RunAction): void {
  const command = program
    .command('replay')
    .summary('Show a blend that ask has recorded.')
    .description('Shows a blend that ask --record has written to a file, as it happened. No model is asked.')
    .argument('<file>', 'The recording.')
    .addHelpText(
      'after',
      '\nExamples:\n  $ llm-blender ask "Why is the sky blue?" --record blend.jsonl\n  $ llm-blender replay blend.jsonl --speed 5',
    );
  withFlags(command, REPLAY_FLAGS, QUIET_FLAGS, ENVIRONMENT_FLAGS).action((flags, file: string) =>
    run((context) => replay(file, flags, context)),
  );
}

async function replay(file: string, { speed = 1, json }: Given<ReplayFlags>, context: CliContext): Promise<void> {
  await showBlend(context, { json }, async ({ show }) => {
    const bytes = createReadStream(file, { signal: context.abortSignal });
    try {
      return await show(replayBlend(bytes, { speed }));
    } catch (error) {
      context.abortSignal.throwIfAborted();
      const code = codeOf(error);
      if (code !== 'ENOENT' && code !== 'EISDIR' && code !== 'EACCES') throw error;
      const message = code === 'ENOENT' ? 'there is no such file.' : `it cannot be read (${code}).`;
      throw new InvalidArgumentError({ parameter: 'FILE', value: file, message });
    }
  });
}
