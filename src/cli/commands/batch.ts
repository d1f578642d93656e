import type { Command } from 'commander';
import { jobStatus } from '../../batch/index.ts';
import type { CliContext, RunAction } from '../cli-context.ts';
import { type BatchFlags, JOB_FLAGS, RUN_FLAGS, verbFlags } from '../batch/batch-flags.ts';
import { summarizeCounts } from '../batch/batch-progress.ts';
import { BATCH_VERBS } from '../batch/batch-verbs.ts';
import { readJobConfiguration, readJobPaths } from '../batch/job-configuration.ts';
import { runJob, writeResults } from '../batch/run-job.ts';
import { PREFERENCES } from '../preferences/preference-flags.ts';
import { CommandError, EXIT_CODES, type ExitCode } from '../errors.ts';
import { openSink } from '../io/output.ts';
import { flagGroup, withFlags } from '../flag-groups.ts';
import { BLENDER_FLAGS, ENVIRONMENT_FLAGS, QUIET_FLAGS } from '../shared-options.ts';
import { definedOnly } from '../../util/defined-only.ts';
import { formatCount } from '../render/format.ts';
import { toJson } from '../../records/index.ts';

/** `batch`: jobs over long files, which can be killed and resumed. */
export function addBatchCommand(program: Command, run: RunAction): void {
  const batch = program
    .command('batch')
    .summary('Ask, rank, compare or fuse over a long file, as a job that can be stopped and resumed.')
    .description(
      'Does the same with each record of a file. Everything that is done is kept in the folder of the job: killed at any moment, the same command resumes, and the output is the one it would have been. See docs/batch.md.',
    );
  for (const [name, verb] of Object.entries(BATCH_VERBS)) {
    const command = batch
      .command(name)
      .summary(verb.summary)
      .description(
        `${verb.summary} Output lines in the order of the input: ${verb.output}; for a record that fails {id, error: {code, kind?, message}}.`,
      );
    withFlags(command, JOB_FLAGS, verbFlags(verb), RUN_FLAGS).action((given, files: readonly string[]) =>
      run(async (context) => {
        const flags = given as BatchFlags;
        const inputs = [...files, ...(flags.input === undefined ? [] : [flags.input])];
        if (inputs.length === 0) throw usage('Name the file to read with --input.');
        return runJob({ name, verb, flags, inputs, retryFailed: false }, context);
      }),
    );
  }
  const status = batch
    .command('status')
    .summary('Show how far a job is.')
    .argument('<folder>', 'The folder of the job.');
  withFlags(status, STATUS_FLAGS, ENVIRONMENT_FLAGS).action(({ json = false }, job: string) =>
    run((context) => showStatus(job, json, context)),
  );
  const retry = batch
    .command('retry-failed')
    .summary('Do the records of a job once more that failed, and the rest if it is not complete.')
    .argument('<folder>', 'The folder of the job.');
  withFlags(retry, RETRY_FLAGS, RUN_FLAGS, BLENDER_FLAGS).action((flags, job: string) =>
    run((context) => retryFailed(job, flags, context)),
  );
  const results = batch
    .command('export')
    .summary('Write the results that a job has so far.')
    .argument('<folder>', 'The folder of the job.');
  withFlags(results, OUTPUT_FLAGS, QUIET_FLAGS, ENVIRONMENT_FLAGS).action(({ output }, job: string) =>
    run((context) => exportResults(job, output, context)),
  );
}

const STATUS_FLAGS = flagGroup<{ readonly json?: boolean }>((command) => command.option('--json', 'Print it as JSON.'));

const OUTPUT_FLAGS = flagGroup<{ readonly output?: string }>((command) =>
  command.option('-o, --output <file>', 'The file for the results. Default: standard output.'),
);

const RETRY_FLAGS = flagGroup<{ readonly input?: string; readonly output?: string }>((command) =>
  command
    .option('-i, --input <file>', 'The input, where it is no longer where it was.')
    .option('-o, --output <file>', 'The file for the results. Default: that of the last run.'),
);

function usage(message: string): CommandError {
  return new CommandError(message, { exitCode: EXIT_CODES.usage });
}

async function showStatus(job: string, json: boolean, { stdout }: CliContext): Promise<void> {
  const { manifest, isRunning, ...counts } = await jobStatus(job);
  const left = counts.total - counts.done - counts.failed;
  if (json) {
    await stdout.write(`${toJson({ ...counts, left, isRunning })}\n`);
    return;
  }
  const { verb } = readJobConfiguration(manifest.configuration);
  const state = isRunning ? 'running' : left === 0 ? 'complete' : 'stopped';
  await stdout.write(
    `${verb}, ${state}: ${summarizeCounts(counts)}, ${left.toLocaleString('en-US')} left of ${formatCount(counts.total, 'record')}\n`,
  );
}

async function retryFailed(job: string, flags: Partial<BatchFlags>, context: CliContext): Promise<ExitCode> {
  const { manifest } = await jobStatus(job);
  const { verb: name, flags: pinned } = readJobConfiguration(manifest.configuration);
  const verb = BATCH_VERBS[name];
  if (name === PREFERENCES) throw usage(`The job ${job} is one of ${name}. Run that once more, with --retry-failed.`);
  if (verb === undefined) throw usage(`The job ${job} was not made by this command.`);
  const paths = await readJobPaths(job);
  const inputs = flags.input === undefined ? paths.inputs : [flags.input];
  if (inputs.length === 0) throw usage('Name the file that the job reads with --input.');
  const { output, config, schema } = paths;
  const known = { ...pinned, ...definedOnly({ output, config, schema }), ...definedOnly(flags), job } as BatchFlags;
  return runJob({ name, verb, flags: known, inputs, retryFailed: true }, context);
}

async function exportResults(
  job: string,
  output: string | undefined,
  { stdout, stderr }: CliContext,
): Promise<ExitCode> {
  const { manifest } = await jobStatus(job);
  await using sink = await openSink(output, { stdout, inputs: { files: [] } });
  const { done, failed } = await writeResults(job, sink, { aside: (write) => write() });
  const missing = manifest.records - done - failed;
  if (missing > 0)
    stderr.write(`${formatCount(missing, 'record')} of ${manifest.records.toLocaleString('en-US')} not done yet.\n`);
  return missing + failed === 0 ? EXIT_CODES.done : EXIT_CODES.failed;
}
