import { dirname } from 'node:path';
import type { Command } from 'commander';
import { type JobStatus, jobStatus, mergeResults, readBatchRecords, readResults } from '../../batch/index.ts';
import { addCounts } from '../../batch/job-results.ts';
import type { CliContext, RunAction } from '../cli-context.ts';
import { type BatchFlags, JOB_FLAGS, RUN_FLAGS, verbFlags } from '../batch/batch-flags.ts';
import { batchTexts, timeLeftMs } from '../batch/batch-notes.ts';
import { summarizeCounts } from '../batch/batch-progress.ts';
import { BATCH_VERBS } from '../batch/batch-verbs.ts';
import { readJobConfiguration, readJobPaths } from '../batch/job-configuration.ts';
import { cancelJobBatches } from '../batch/cancel-batches.ts';
import { estimateJob } from '../batch/estimate-job.ts';
import { writeResults } from '../batch/job-output.ts';
import { checkShardFolder, jobFolders, shardFolder, shardsIn } from '../batch/job-shards.ts';
import { runJob } from '../batch/run-job.ts';
import { QUEUE_FLAGS } from '../queue/queue-flags.ts';
import { reportTexts } from '../queue/queue-progress.ts';
import { placeOf, queuedReport, queuedSpending, storeOf } from '../queue/queued-status.ts';
import { runQueuedJob } from '../queue/run-queued-job.ts';
import { spendingNote } from '../queue/spending-notes.ts';
import { PREFERENCES } from '../preferences/preference-flags.ts';
import { CommandError, EXIT_CODES, type ExitCode } from '../errors.ts';
import { flagGroup, withFlags } from '../flag-groups.ts';
import { BLENDER_FLAGS, CONFIG_FLAGS, ENVIRONMENT_FLAGS, QUIET_FLAGS } from '../shared-options.ts';
import { definedOnly } from '../../util/defined-only.ts';
import { formatCount } from '../render/format.ts';
import { oneLine } from '../render/text.ts';
import { errorMessage } from '../../util/error-message.ts';
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
    withFlags(command, JOB_FLAGS, QUEUE_FLAGS, verbFlags(verb), RUN_FLAGS).action((given, files: readonly string[]) =>
      run(async (context) => {
        const flags = given as BatchFlags;
        const inputs = [...files, ...(flags.input === undefined ? [] : [flags.input])];
        if (inputs.length === 0) throw usage('Name the file to read with --input.');
        const { shard } = flags;
        if (shard !== undefined) await checkShardFolder(flags.job, shard);
        const folder = shard === undefined ? flags.job : shardFolder(flags.job, shard);
        const job = { name, verb, flags, inputs, folder, shard };
        if (flags.queue !== undefined && flags.providerBatch === true) throw usage(NO_BATCHES_OF_WORKERS);
        if (flags.estimate === true) return estimateJob(job, context);
        if (flags.queue !== undefined) return runQueuedJob(job, flags.queue, context);
        if (flags.storage !== undefined) throw usage('--storage is for workers. Name their queue with --queue.');
        return runJob({ ...job, retryFailed: false }, context);
      }),
    );
  }
  const status = batch
    .command('status')
    .summary('Show how far a job is.')
    .argument('<folder>', 'The folder of the job.');
  withFlags(status, STATUS_FLAGS, ENVIRONMENT_FLAGS).action(({ json = false, queue }, job: string) =>
    run((context) => showStatus(job, { json, queue }, context)),
  );
  const retry = batch
    .command('retry-failed')
    .summary('Do the records of a job once more that failed, and the rest if it is not complete.')
    .argument('<folder>', 'The folder of the job.');
  withFlags(retry, RETRY_FLAGS, RUN_FLAGS, BLENDER_FLAGS).action((flags, job: string) =>
    run((context) => retryFailed(job, flags, context)),
  );
  const cancel = batch
    .command('cancel')
    .summary('Stop the batches that a job with --provider-batch has at providers.')
    .description(
      'Has the providers stop the batches of a job, which go on when the job itself is stopped. What is answered already is paid, and is used when the job goes on.',
    )
    .argument('<folder>', 'The folder of the job, or of a shard.');
  withFlags(cancel, CONFIG_FLAGS, QUIET_FLAGS).action((flags, job: string) =>
    run((context) => cancelJobBatches(job, flags, context)),
  );
  const results = batch
    .command('export')
    .summary('Write the results that a job, or the shards of one, have so far.')
    .argument('<folder>', 'The folder of the job.');
  withFlags(results, OUTPUT_FLAGS, QUIET_FLAGS, ENVIRONMENT_FLAGS).action(({ output }, job: string) =>
    run((context) => exportResults(job, output, context)),
  );
  const merge = batch
    .command('merge')
    .summary('Write the results of all shards of a job as one output, once all are finished.')
    .description(
      'Writes the results of all shards, in the order of the input: the same bytes that one job without shards writes. A shard that is missing or not finished is named, and nothing is written.',
    )
    .argument('<folders...>', 'The folder with the shards, or the folder of each shard, in any order.');
  withFlags(merge, OUTPUT_FLAGS, QUIET_FLAGS, ENVIRONMENT_FLAGS).action(({ output }, folders: readonly string[]) =>
    run((context) => mergeShards(folders, output, context)),
  );
}

const NO_BATCHES_OF_WORKERS =
  'With --provider-batch one process does the whole job, since it only waits for the providers: workers would make nothing faster, and many small batches. Leave out --queue, or divide the job with --shard.';

const STATUS_FLAGS = flagGroup<{ readonly json?: boolean; readonly queue?: string }>((command) =>
  command
    .option('--json', 'Print it as JSON.')
    .option('--queue <url>', 'The queue of its workers. Default: that of the last run, without a password.'),
);

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

async function showStatus(
  folder: string,
  { json, queue }: { json: boolean; queue: string | undefined },
  context: CliContext,
): Promise<void> {
  const { stdout, errors, colors } = context;
  const report = await queuedReport(folder, queue, context).catch((error: unknown) => {
    errors.write(`${colors.yellow(oneLine(errorMessage(error)))}\n`);
    return undefined;
  });
  const { statuses, missing } = await statusesOf(folder, context);
  const counts = addCounts(statuses);
  const left = counts.total - counts.done - counts.failed;
  const isRunning = statuses.some((status) => status.isRunning);
  const [first] = statuses;
  const shard = first?.manifest.shard;
  const ofShards = shard === null || shard === undefined ? {} : { shards: shard.count, missingShards: missing };
  const batches = (await Promise.all((await jobFolders(folder)).map(readBatchRecords))).flat();
  const spending = report === undefined ? await queuedSpending(folder, counts.usage) : undefined;
  const now = Date.now();
  if (json) {
    const ofProviders =
      batches.length === 0
        ? {}
        : { batches: batches.map((one) => ({ ...one, timeLeftMs: timeLeftMs(one, now) ?? null })) };
    const ofQueue = report === undefined ? {} : { queue: report };
    const ofWorkers = spending === undefined ? {} : { spending };
    await stdout.write(
      `${toJson({ ...counts, left, isRunning, ...ofShards, ...ofQueue, ...ofWorkers, ...ofProviders })}\n`,
    );
    return;
  }
  const { verb } = readJobConfiguration(first?.manifest.configuration ?? {});
  if (report !== undefined) {
    const total = formatCount(report.total, 'record');
    await stdout.write(`${verb}, in a queue: ${reportTexts(report).join(', ')}, of ${total}\n`);
    for (const note of [...report.refusals, ...(report.stop === undefined ? [] : [report.stop])]) {
      await stdout.write(`${oneLine(note)}\n`);
    }
    return;
  }
  const state = isRunning ? 'running' : left + missing.length === 0 ? 'complete' : 'stopped';
  const notBegun =
    missing.length === 0 ? '' : `, ${formatCount(missing.length, 'shard')} not begun, such as ${missing[0] ?? ''}`;
  await stdout.write(
    `${verb}, ${state}: ${summarizeCounts(counts)}, ${left.toLocaleString('en-US')} left of ${formatCount(counts.total, 'record')}${notBegun}\n`,
  );
  const note = spending === undefined ? undefined : spendingNote(spending);
  if (note !== undefined) await stdout.write(`${note}\n`);
  for (const line of batchTexts(batches, now)) await stdout.write(`${line}\n`);
}

/** How far a job is, or each shard in its folder; the shards that are not there by their names. */
async function statusesOf(
  folder: string,
  context: CliContext,
): Promise<{ readonly statuses: readonly JobStatus[]; readonly missing: readonly string[] }> {
  const statuses = [];
  for (const one of await jobFolders(folder)) statuses.push(await jobStatus(one, await storeOf(one, context)));
  const count = (await shardsIn(folder))[0]?.count ?? 0;
  const there = new Set(statuses.map(({ manifest }) => manifest.shard?.index));
  const missing = Array.from({ length: count }, (_, index) => index).filter((index) => !there.has(index));
  return { statuses, missing: missing.map((index) => `${index}/${count}`) };
}

async function retryFailed(folder: string, flags: Partial<BatchFlags>, context: CliContext): Promise<ExitCode> {
  const [shard] = await shardsIn(folder);
  if (shard !== undefined) {
    throw usage(`${folder} has the shards of a job. Name one of them, such as ${shardFolder(folder, shard)}.`);
  }
  const { manifest } = await jobStatus(folder);
  const { verb: name, flags: pinned } = readJobConfiguration(manifest.configuration);
  const verb = BATCH_VERBS[name];
  if (name === PREFERENCES)
    throw usage(`The job ${folder} is one of ${name}. Run that once more, with --retry-failed.`);
  if (verb === undefined) throw usage(`The job ${folder} was not made by this command.`);
  const paths = await readJobPaths(folder);
  const inputs = flags.input === undefined ? paths.inputs : [flags.input];
  if (inputs.length === 0) throw usage('Name the file that the job reads with --input.');
  const { output, config, schema } = paths;
  const known = definedOnly({ output, config, schema });
  const given = { ...pinned, ...known, ...definedOnly(flags), job: dirname(folder) } as BatchFlags;
  const place = await placeOf(folder, context);
  return runJob(
    { name, verb, flags: given, inputs, folder, shard: manifest.shard ?? undefined, retryFailed: true, place },
    context,
  );
}

async function exportResults(folder: string, path: string | undefined, context: CliContext): Promise<ExitCode> {
  const { stdout, stderr } = context;
  const folders = await jobFolders(folder);
  const { statuses, missing } = await statusesOf(folder, context);
  const read = async function* () {
    for (const one of folders) yield* readResults(one, await storeOf(one, context));
  };
  const { done, failed } = await writeResults(read, { path, stdout }, { segmentSize: segmentSizeOf(statuses) });
  const { total } = addCounts(statuses);
  const left = total - done - failed;
  if (left > 0) stderr.write(`${formatCount(left, 'record')} of ${total.toLocaleString('en-US')} not done yet.\n`);
  if (missing.length > 0) stderr.write(`${formatCount(missing.length, 'shard')} not begun: ${missing.join(', ')}.\n`);
  return left + failed + missing.length === 0 ? EXIT_CODES.done : EXIT_CODES.failed;
}

async function mergeShards(
  named: readonly string[],
  path: string | undefined,
  { stdout }: CliContext,
): Promise<ExitCode> {
  const folders = (await Promise.all(named.map(jobFolders))).flat();
  const statuses = [];
  for (const folder of folders) statuses.push(await jobStatus(folder));
  const segmentSize = segmentSizeOf(statuses);
  const { failed } = await writeResults(() => mergeResults(folders), { path, stdout }, { segmentSize });
  return failed === 0 ? EXIT_CODES.done : EXIT_CODES.failed;
}

function segmentSizeOf([first]: readonly JobStatus[]): number {
  return first?.manifest.segmentSize ?? 1;
}
