import { rm, stat } from 'node:fs/promises';
import { type BatchPart, jobStatus, readResults, type SegmentStore } from '../../batch/index.ts';
import { toJson } from '../../records/index.ts';
import type { CliContext } from '../cli-context.ts';
import { CommandError, EXIT_CODES } from '../errors.ts';
import type { Screen } from '../io/screen.ts';
import { type JobPaths, type JobRun, readJobPaths, writeJobPaths } from './job-configuration.ts';
import { checkDestination, type Destination, formatOf, openLines, writeResults } from './job-output.ts';
import { checkShardOutput } from './job-shards.ts';

type Lines = Awaited<ReturnType<typeof openLines>>;

/** What a run of a job writes besides the job itself. */
export interface JobOutput extends AsyncDisposable {
  /** What cannot be written is found out before any work. @throws InvalidArgumentError, CommandError */
  check(): Promise<void>;
  /** Takes what happens in the run. */
  take(
    part: BatchPart<object>,
    options: { readonly retryFailed: boolean; readonly screen: Pick<Screen, 'aside' | 'note' | 'error'> },
  ): Promise<void>;
}

/** Where a job is that workers do. */
export interface JobPlace extends Pick<JobPaths, 'queue' | 'storage'> {
  /** Of its finished segments. @default the folder of the job */
  readonly store?: SegmentStore;
}

/** The results. A shard writes nothing where no file is named. */
export class RunOutput implements JobOutput {
  readonly #job: Omit<JobRun, 'verb'>;
  readonly #paths: JobPaths;
  readonly #destination: Destination | undefined;
  readonly #isOrdered: boolean;
  readonly #store: { readonly store?: SegmentStore };
  #lines: Lines | undefined;

  constructor(
    job: Omit<JobRun, 'verb'>,
    { stdout }: Pick<CliContext, 'stdout'>,
    { store, queue, storage }: JobPlace = {},
  ) {
    const { inputs, flags, shard } = job;
    const { output, config, schema, order = 'input' } = flags;
    this.#job = job;
    this.#store = store === undefined ? {} : { store };
    this.#isOrdered = order === 'input';
    this.#paths = { inputs, output, config, schema, queue, storage };
    if (shard !== undefined && output === undefined) return;
    const onUnfinished = (path: string) => writeJobPaths(job.folder, { ...this.#paths, unfinished: path });
    this.#destination = { path: output, stdout, onUnfinished };
  }

  async check(): Promise<void> {
    const destination = this.#destination;
    if (destination === undefined) return;
    if (!this.#isOrdered && (await formatOf(destination.path)) !== 'lines') {
      throw new CommandError('Parquet is written once all records are done, in their order. Leave out --order any.', {
        exitCode: EXIT_CODES.usage,
      });
    }
    const stats = await Promise.all(this.#job.inputs.map((path) => stat(path).catch(() => undefined)));
    await checkDestination({ ...destination, inputs: { files: stats.filter((one) => one !== undefined) } });
  }

  async take(
    part: BatchPart<object>,
    { retryFailed, screen }: { retryFailed: boolean; screen: Pick<Screen, 'aside'> },
  ): Promise<void> {
    const lines = this.#lines;
    if (part.type === 'batch-start') await screen.aside(() => this.#begin(retryFailed));
    else if (part.type === 'batch-end') await screen.aside(() => this.#end());
    else if (lines === undefined) return;
    else if (this.#paths.output !== undefined) await lines.write(lineOf(part));
    else await screen.aside(() => lines.write(lineOf(part)).then(() => lines.flush()));
  }

  async #begin(retryFailed: boolean): Promise<void> {
    const { folder, shard, flags } = this.#job;
    const { unfinished } = await readJobPaths(folder);
    if (unfinished !== undefined) await rm(unfinished, { force: true });
    // Noted before it is looked at, so that of two shards that begin at once one sees the other.
    await writeJobPaths(folder, this.#paths);
    if (shard !== undefined) {
      await checkShardOutput(flags.job, shard, flags.output).catch(async (error: unknown) => {
        await writeJobPaths(folder, { ...this.#paths, output: undefined });
        throw error;
      });
    }
    if (this.#isOrdered || this.#destination === undefined) return;
    this.#lines = await openLines(this.#destination);
    for await (const { json, failed } of readResults(folder, this.#store)) {
      if (!failed || !retryFailed) await this.#lines.write(json);
    }
  }

  async #end(): Promise<void> {
    const { folder } = this.#job;
    if (this.#lines !== undefined) await this.#lines.commit();
    else if (this.#destination !== undefined) {
      const { manifest } = await jobStatus(folder, this.#store);
      await writeResults(() => readResults(folder, this.#store), this.#destination, manifest);
    }
    await writeJobPaths(folder, this.#paths);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lines?.[Symbol.asyncDispose]();
  }
}

function lineOf(part: Extract<BatchPart<object>, { type: 'item-end' | 'item-error' }>): string {
  const { id } = part;
  return toJson(part.type === 'item-end' ? { id, ...part.output } : { id, error: part.error });
}
