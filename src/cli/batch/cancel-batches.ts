import { cancelProviderBatches, jobStatus } from '../../batch/index.ts';
import type { CliContext } from '../cli-context.ts';
import { EXIT_CODES, type ExitCode } from '../errors.ts';
import type { Given } from '../flag-groups.ts';
import { openScreen } from '../io/screen.ts';
import { formatCount } from '../render/format.ts';
import { ModelProgressTracker } from '../render/model-progress.ts';
import type { ConfigFlags } from '../shared-options.ts';
import { withBlender } from '../with-blender.ts';
import { readJobPaths } from './job-configuration.ts';
import { jobFolders } from './job-shards.ts';

/** Stops the batches that a job, or each of its shards, has at providers. */
export async function cancelJobBatches(
  folder: string,
  given: Given<ConfigFlags>,
  context: CliContext,
): Promise<ExitCode> {
  const { stdout, stderr, errors, abortSignal } = context;
  using screen = openScreen({ stream: stderr, errors, live: false, draw: () => [] });
  let count = 0;
  for (const job of await jobFolders(folder)) {
    await jobStatus(job);
    const { config = (await readJobPaths(job)).config } = given;
    const flags = { ...given, config, cache: false, verbose: false, trace: undefined, quiet: undefined };
    const tracker = new ModelProgressTracker();
    await withBlender(context, { flags, screen, tracker }, async (blender) => {
      const providerBatch = { model: (reference: string) => blender.model(reference) };
      count += (await cancelProviderBatches({ job, providerBatch, abortSignal })).length;
    });
  }
  await stdout.write(`${formatCount(count, 'batch', 'batches')} cancelled\n`);
  return EXIT_CODES.done;
}
