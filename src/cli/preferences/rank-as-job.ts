import { stat } from 'node:fs/promises';
import { type BatchPart, readResults } from '../../batch/index.ts';
import type { RankedAnswers, UnrankedQuestion } from '../../index.ts';
import { parseJson } from '../../util/parse-json.ts';
import type { BatchFlags } from '../batch/batch-flags.ts';
import { runJob } from '../batch/run-job.ts';
import type { JobOutput } from '../batch/run-output.ts';
import type { CliContext } from '../cli-context.ts';
import { CommandError, EXIT_CODES, type ExitCode } from '../errors.ts';
import { type PreferenceFlags, PREFERENCES } from './preference-flags.ts';
import { rankedRecord, toAnswers } from './ranked-record.ts';
import { openPairOutput, type PairOutput, showSummary } from './write-pairs.ts';

/**
 * Ranks the answers of all records as a job, or resumes it, and writes the pairs of what is ranked then. The job has the
 * rankings alone, so the next run may make other pairs of them.
 */
export async function rankAsJob(
  flags: PreferenceFlags,
  inputs: readonly string[],
  context: CliContext,
): Promise<ExitCode> {
  const { job, source, retryFailed = false } = flags;
  if (job === undefined) throw new TypeError('a job has a folder');
  if (inputs.length === 0) throw usage('Name the file to read with --input.');
  if (source !== undefined) throw usage('--source does not go with --job: name the file that was ranked with --input.');
  const stats = await Promise.all(inputs.map((path) => stat(path).catch(() => undefined)));
  const files = stats.filter((one) => one !== undefined);
  const output = new PairsOfJob(() => openPairOutput(flags, { names: inputs, inputs: { files } }, context), flags);
  const exitCode = await runJob(
    {
      name: PREFERENCES,
      verb: {
        form: flags.model === undefined ? 'candidates' : 'question',
        work: async () => rankedRecord(flags),
      },
      flags: { ...flags, ...OF_PAIRS, job } as unknown as BatchFlags,
      inputs,
      folder: job,
      shard: undefined,
      retryFailed,
      output,
      retryCommand: 'the same command with --retry-failed',
    },
    context,
  );
  return exitCode === EXIT_CODES.done ? output.exitCode : exitCode;
}

/** The pairs of all that a job has ranked, written at the end of a run. */
class PairsOfJob implements JobOutput {
  exitCode: ExitCode = EXIT_CODES.failed;
  readonly #open: () => Promise<PairOutput>;
  readonly #flags: PreferenceFlags;

  constructor(open: () => Promise<PairOutput>, flags: PreferenceFlags) {
    this.#open = open;
    this.#flags = flags;
  }

  async check(): Promise<void> {
    await (await this.#open())[Symbol.asyncDispose]();
  }

  async take(part: BatchPart<object>, { screen }: Parameters<JobOutput['take']>[1]): Promise<void> {
    const { job } = this.#flags;
    if (part.type !== 'batch-end' || job === undefined) return;
    // A run that is killed before leaves no files behind that were opened for it.
    await using output = await this.#open();
    this.exitCode = showSummary(await output.write(answersOf(job), screen), screen, this.#flags);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

async function* answersOf(job: string): AsyncGenerator<RankedAnswers | UnrankedQuestion, void> {
  for await (const { json } of readResults(job)) yield toAnswers(parseJson(json));
}

/** Flags that change nothing in the rankings, which a job is not pinned to. */
const OF_PAIRS = {
  format: undefined,
  output: undefined,
  minProbability: undefined,
  maxSimilarity: undefined,
  maxLengthRatio: undefined,
  testShare: undefined,
  messages: undefined,
  margin: undefined,
  retryFailed: undefined,
} as const;

function usage(message: string): CommandError {
  return new CommandError(message, { exitCode: EXIT_CODES.usage });
}
