import type { Command } from 'commander';
import { positiveInteger } from '../option-values.ts';
import type { LineFlags } from '../shared-options.ts';

/** Options of the commands that run a job, besides those of its verb. */
export interface BatchFlags extends LineFlags {
  readonly job: string;
  readonly concurrency?: number;
  readonly segmentSize?: number;
  /** Of the verbs that have it: a file. */
  readonly schema?: string;
}

/** Adds those of {@link BatchFlags} that are its own. */
export function addJobOptions(command: Command): Command {
  return addRunOptions(
    command.requiredOption(
      '--job <folder>',
      'The folder of the job, where everything is kept that is done. The same command with the same folder resumes it.',
    ),
  ).option('--segment-size <n>', 'Records that are sorted and kept together. Default: 1000.', positiveInteger);
}

/** Adds how a job runs. */
export function addRunOptions(command: Command): Command {
  return command.option(
    '--concurrency <n>',
    'Records in work at once. Default: 16. The limits of the providers hold as well.',
    positiveInteger,
  );
}
