import { recordFiles } from '../../batch/index.ts';
import { unfinishedItems } from '../../batch/unfinished-items.ts';
import { addEstimates, type WorkEstimate } from '../../index.ts';
import type { CliContext } from '../cli-context.ts';
import { openScreen } from '../io/screen.ts';
import { toJson } from '../../records/index.ts';
import { estimateText } from '../render/estimate-text.ts';
import { formatCount } from '../render/format.ts';
import { ModelProgressTracker } from '../render/model-progress.ts';
import { oneLine } from '../render/text.ts';
import { withBlender } from '../with-blender.ts';
import { batchEstimate } from './batch-estimate.ts';
import { type JobRun, pinnedSettings } from './job-configuration.ts';

/** What estimates of so many records come to is added up at a time. */
const ESTIMATES_AT_ONCE = 256;

const HALF_PRICE = 'Models of OpenAI, Anthropic and Google at half the usual price, as in batches.';

/** Prints what a run of a job would take: of the whole input, or of what is left of it. */
export async function estimateJob(
  { name, verb, flags, inputs, folder, shard }: JobRun,
  context: CliContext,
): Promise<void> {
  const { stdout, stderr, abortSignal } = context;
  const estimate = await verb.estimate({ ...flags, maxCost: undefined }, abortSignal);
  const tracker = new ModelProgressTracker();
  let read = 0;
  using screen = openScreen({
    stream: stderr,
    errors: context.errors,
    live: context.live,
    draw: ({ columns }) => [...tracker.lines(columns), `${name}  ${formatCount(read, 'record')} read`],
  });
  const { counts, items } = await unfinishedItems({
    job: folder,
    input: recordFiles({ paths: inputs, form: verb.form, map: flags.map, env: context.env }),
    ...(await pinnedSettings(name, flags, context)),
    shard: shard ?? null,
    abortSignal,
  });
  let all = addEstimates([]);
  let unreadable = 0;
  await withBlender(context, { flags, screen, tracker }, async (blender) => {
    let some: WorkEstimate[] = [];
    for await (const item of items) {
      abortSignal.throwIfAborted();
      read += 1;
      if ('record' in item) some.push(await estimate({ record: item.record, blender }));
      else unreadable += 1;
      if (some.length >= ESTIMATES_AT_ONCE) {
        all = addEstimates([all, ...some]);
        some = [];
      }
    }
    all = addEstimates([all, ...some]);
    if (flags.providerBatch === true)
      all = await batchEstimate(all, { model: (reference) => blender.model(reference) });
  });
  screen.end();
  const { total, done, failed } = counts;
  if (flags.json === true) {
    const left = total - done - failed;
    await stdout.write(`${toJson({ ...all, records: { total, done, failed, left, unreadable } })}\n`);
    return;
  }
  const about = [
    `${formatCount(total, 'record')}: ${done.toLocaleString('en-US')} done, ${failed.toLocaleString('en-US')} failed, ${read.toLocaleString('en-US')} left to do.`,
    ...(flags.providerBatch === true ? [HALF_PRICE] : []),
    ...(unreadable === 0 ? [] : [`${formatCount(unreadable, 'record')} cannot be read, and take nothing.`]),
  ];
  await stdout.write(`${about.map(oneLine).join('\n')}\n${estimateText(all, { json: false, stdout })}`);
}
