import { join } from 'node:path';
import type { BatchInput } from '../../batch/index.ts';
import {
  checkSame,
  jobName,
  type JobStorage,
  openStorage,
  type QueuedJob,
  readStoredManifest,
} from '../../batch/queue/index.ts';
import { type Blender, InvalidArgumentError, JobError } from '../../index.ts';
import type { DataRecord } from '../../records/index.ts';
import { BATCH_VERBS } from '../batch/batch-verbs.ts';
import type { BatchFlags } from '../batch/batch-flags.ts';
import { itemWork } from '../batch/item-work.ts';
import { pinnedSettings, readJobConfiguration } from '../batch/job-configuration.ts';
import type { CliContext } from '../cli-context.ts';
import type { Given } from '../flag-groups.ts';
import type { BlenderFlags } from '../shared-options.ts';
import type { StorageWaits } from './storage-waits.ts';

/** A job as a worker does it. */
export interface OpenedJob {
  readonly entry: QueuedJob;
  readonly flags: BatchFlags;
  readonly pinned: Awaited<ReturnType<typeof pinnedSettings>>;
  readonly segments: JobStorage['segments'];
  readonly logs: JobStorage['logs'];
  readonly workFolder: string;
  readonly spending: JobStorage['spending'];
  readonly input: BatchInput<DataRecord>;
  readonly work: (blender: Blender, warn: (message: string) => void) => ReturnType<typeof itemWork>;
}

/**
 * Reads what a job is, and checks that this worker would do the same as the one that began it.
 *
 * @throws JobError that names what differs, such as the version.
 */
export async function openWorkerJob(
  entry: QueuedJob,
  {
    flags,
    context,
    storageWaits,
  }: { readonly flags: Given<BlenderFlags>; readonly context: CliContext; readonly storageWaits: StorageWaits },
): Promise<OpenedJob> {
  const storage = await openStorage(entry.url, { env: context.env, patience: storageWaits.patience() });
  // Waited for only a little: there may be another job, whose storage answers.
  const manifest = await readStoredManifest(await openStorage(entry.url, { env: context.env }));
  const { verb: name, flags: pinnedFlags } = readJobConfiguration(manifest.configuration);
  const verb = BATCH_VERBS[name];
  if (verb === undefined) {
    throw new JobError({ reason: 'version', message: `There is no batch ${name} in this version of the package.` });
  }
  const given = {
    ...pinnedFlags,
    ...(entry.schema === undefined ? {} : { schema: entry.schema }),
    config: flags.config ?? entry.config,
    cache: flags.cache,
    quiet: flags.quiet,
    verbose: flags.verbose,
    trace: flags.trace,
    job: '',
  } as BatchFlags;
  const pinned = await pinnedSettings(name, given, context);
  checkSame(manifest, pinned);
  const work = await verb.work({ ...given, maxCost: undefined }, context.abortSignal);
  const map = given.map;
  const input = storage.input({ paths: entry.inputs, form: verb.form, map, onWarning: () => {}, env: context.env });
  await input.check?.(manifest.input).catch((error: unknown) => {
    if (!InvalidArgumentError.isInstance(error)) throw error;
    throw new JobError({
      reason: 'storage',
      message: `${error.message} A worker reads the input under the path that it has on the machine of the job.`,
      cause: error,
    });
  });
  return {
    entry,
    flags: given,
    pinned,
    segments: storage.segments,
    logs: storage.logs,
    spending: storage.spending,
    // Another job may have been at the same address.
    workFolder:
      storage.logs === undefined ? storage.workFolder : join(storage.workFolder, jobName(entry.url, manifest)),
    input,
    work: (blender, warn) => itemWork(work, { blender, warn }),
  };
}
