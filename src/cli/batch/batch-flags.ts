import { Command, Option } from 'commander';
import type { Shard } from '../../batch/index.ts';
import { flagGroup, type Given } from '../flag-groups.ts';
import { dollars, explain, number, oneOf, positiveInteger } from '../option-values.ts';
import type { QueueFlags } from '../queue/queue-flags.ts';
import { type BlenderFlags, LINE_FLAGS, type LineFlags } from '../shared-options.ts';
import type { BatchVerb } from './batch-verbs.ts';
import { shardOption } from './job-shards.ts';

/** How a job runs, which changes nothing in its results. */
interface RunFlags {
  readonly concurrency?: number;
  readonly maxCost?: number;
  readonly maxFailures?: number;
  readonly order?: 'input' | 'any';
}

const ORDERS = {
  input: 'that of the input, written once all records are done',
  any: 'each line as soon as it is done',
} as const;

/** {@link RunFlags}. */
export const RUN_FLAGS = flagGroup<RunFlags>((command) =>
  command
    .option(
      '--concurrency <n>',
      'Records in work at once. Default: 16. The limits of the providers hold as well.',
      positiveInteger,
    )
    .option(
      '--max-cost <dollars>',
      'Maximum spend in US dollars for the whole job, all its runs and shards together; then it stops, and goes on with a higher limit. Default: no limit.',
      dollars,
    )
    .option(
      '--max-failures <n>',
      'Stop once so many records in a row have failed for the same reason that no retry cures, such as a wrong key; 0 = never. Default: 100.',
      number({ min: 0, integer: true }),
    )
    .addOption(
      new Option('--order <order>', `Order of the output lines: ${explain(ORDERS)}. Default: input.`).argParser(
        oneOf(ORDERS),
      ),
    ),
);

interface JobFlags {
  readonly job: string;
  readonly segmentSize?: number;
  readonly shard?: Shard;
  readonly providerBatch?: boolean;
}

/** The folder of a job, and what is decided when it begins. */
export const JOB_FLAGS = flagGroup<JobFlags>((command) =>
  command
    .requiredOption(
      '--job <folder>',
      'The folder of the job, where everything is kept that is done. The same command with the same folder resumes it.',
    )
    .option('--segment-size <n>', 'Records that are sorted and kept together. Default: 1000.', positiveInteger)
    .option(
      '--shard <i/n>',
      'Do only one of n equal parts of the input, i from 0, in a folder of its own in that of the job; batch merge puts the parts together. --concurrency, --max-cost and the limits of the configuration are those of all parts together.',
      shardOption,
    )
    .option(
      '--provider-batch',
      'Ask the models of OpenAI, Anthropic and Google in batches of theirs: half the price, and up to a day for each round of answers. Other models are asked at once.',
    ),
);

/** Of the verbs that have it: a file. */
interface SchemaFlags {
  readonly schema?: string;
}

/** What a job is run with, besides the flags of its verb. */
export type BatchFlags = Omit<Given<LineFlags & BlenderFlags & RunFlags & JobFlags & SchemaFlags & QueueFlags>, 'job'> &
  Pick<JobFlags, 'job'>;

/** Those of a verb, as its command has them, and those about files. */
export function verbFlags({ like, without }: BatchVerb): ReturnType<typeof flagGroup<object>> {
  return flagGroup<object>((command) => {
    const files = new Command();
    LINE_FLAGS.declare(files);
    const program = new Command();
    like(program, async () => {});
    const options = [...files.options, ...(program.commands[0]?.options ?? [])];
    const left = new Set([...without, ...NOT_OF_JOBS]);
    for (const argument of files.registeredArguments) command.addArgument(argument);
    for (const option of options) {
      const name = option.attributeName();
      if (isTaken(command, option) || left.has(name)) continue;
      command.addOption(option);
    }
  });
}

/** A flag and its negation have one name. */
function isTaken(command: Command, { long }: Option): boolean {
  return command.options.some((option) => option.long === long);
}

/** What a job has its own of. */
const NOT_OF_JOBS = ['maxCost'];
