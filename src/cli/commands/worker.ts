import type { Command } from 'commander';
import type { RunAction } from '../cli-context.ts';
import { withFlags } from '../flag-groups.ts';
import { WORKER_FLAGS } from '../queue/queue-flags.ts';

import { BLENDER_FLAGS } from '../shared-options.ts';

/** `worker`: does a part of the jobs of a queue. */
export function addWorkerCommand(program: Command, run: RunAction): void {
  const command = program
    .command('worker')
    .summary('Do a part of the batch jobs that other machines have put in a queue.')
    .description(
      'Takes ranges of the records of jobs that llm-blender batch … --queue has put in a queue, and does them. Any number of workers may run, and be killed at any moment. SIGTERM or Ctrl-C ends it once the records in work are done, and a second one at once. See docs/many-machines.md.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ llm-blender worker --queue redis://localhost:6379
  $ llm-blender worker --queue postgres://user@localhost/jobs --metrics-port 9464`,
    );
  withFlags(command, WORKER_FLAGS, BLENDER_FLAGS).action((flags) =>
    run(async (context) => {
      // Loaded here, so that no other command waits for it.
      const { runWorker } = await import('../queue/run-worker.ts');
      return runWorker(flags, context);
    }),
  );
}
