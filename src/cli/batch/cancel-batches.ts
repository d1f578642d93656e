import { cancelProviderBatches, jobStatus, readBatchRecords } from '../../batch/index.ts';
import type { CliContext } from '../cli-context.ts';
import { EXIT_CODES, type ExitCode } from '../errors.ts';
import type { Given } from '../flag-groups.ts';
import { openScreen } from '../io/screen.ts';
import { formatCount } from '../render/format.ts';
import { ModelProgressTracker } from '../render/model-progress.ts';
import type { BlenderFlags } from '../shared-options.ts';
import { withBlender } from '../with-blender.ts';
import { readJobPaths } from './job-configuration.ts';
import { jobFolders } from './job-shards.ts';

/** Stops the batches that a job, or each of its shards, has at providers. */
export async function cancelJobBatches(
  folder: string,
  flags: Given<BlenderFlags>,
  context: CliContext,
): Promise<ExitCode> {
  const { stdout, abortSignal } = context;
  let count = 0;
  for (const job of await jobFolders(folder)) {
    await jobStatus(job);
    if ((await readBatchRecords(job)).length === 0) continue;
    const { config } = await readJobPaths(job);
    const tracker = new ModelProgressTracker();
    using screen = openScreen({ stream: context.stderr, errors: context.errors, live: false, draw: () => [] });
    const cancelled = await withBlender(
      context,
      { flags: { ...flags, config: flags.config ?? config }, screen, tracker },
      (blender) =>
        cancelProviderBatches({
          job,
          providerBatch: { model: (reference) => blender.model(reference) },
          abortSignal,
        }),
    );
    count += cancelled.length;
  }
  await stdout.write(`${formatCount(count, 'batch', 'batches')} cancelled\n`);
  return EXIT_CODES.done;
}
