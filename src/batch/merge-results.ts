import { InvalidArgumentError, JobError } from '../error/index.ts';
import { differences } from './job/manifest.ts';
import { shardName } from './job/shard.ts';
import { type JobResult, type JobStatus, jobStatus, readResults } from './job-results.ts';

/** A shard and its folder. */
interface ShardJob {
  readonly job: string;
  readonly status: JobStatus;
}

/** Shards that an error names. */
const MAX_NAMED = 5;

/**
 * The results of all shards of an input, in its order: the same as those of one job on the whole of it.
 *
 * @param jobs The folders of the shards, in any order.
 * @throws InvalidArgumentError where they do not belong together; JobError that names shards which are missing or not
 * finished, before the first result.
 * @example
 * for await (const { json } of mergeResults(['jobs/0', 'jobs/1'])) console.log(json);
 */
export async function* mergeResults(jobs: readonly string[]): AsyncGenerator<JobResult, void> {
  const shards: ShardJob[] = [];
  for (const job of jobs) shards.push({ job, status: await jobStatus(job) });
  for (const { job } of inOrder(shards)) yield* readResults(job);
}

function inOrder(shards: readonly ShardJob[]): readonly ShardJob[] {
  const [first] = shards;
  const refuse = (value: string, message: string) => new InvalidArgumentError({ parameter: 'jobs', value, message });
  if (first === undefined) throw refuse('', 'name the folders of the shards.');
  const count = first.status.manifest.shard?.count ?? 1;
  const byIndex = new Map<number, ShardJob>();
  for (const shard of shards) {
    const { manifest } = shard.status;
    const { index, count: ownCount } = manifest.shard ?? { index: 0, count: 1 };
    if (ownCount !== count)
      throw refuse(shard.job, `it is one of ${ownCount} shards, and ${first.job} one of ${count}.`);
    const changes = differences(first.status.manifest, manifest);
    if (changes.length > 0) throw refuse(shard.job, `it does not belong to ${first.job}: ${changes.join('; ')}.`);
    const before = byIndex.get(index);
    if (before !== undefined)
      throw refuse(shard.job, `it is shard ${shardName({ index, count })}, and so is ${before.job}.`);
    byIndex.set(index, shard);
  }
  const problems: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const shard = byIndex.get(index);
    const name = shardName({ index, count });
    if (shard === undefined) problems.push(`shard ${name} is missing`);
    else {
      const { total, done, failed, isRunning } = shard.status;
      const left = total - done - failed;
      if (left > 0) {
        const state = `has ${left.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} records left`;
        problems.push(`shard ${name} ${isRunning ? 'is running and ' : ''}${state}`);
      }
    }
  }
  if (problems.length > 0) {
    const more = problems.length > MAX_NAMED ? `; and ${problems.length - MAX_NAMED} more` : '';
    throw new JobError({
      reason: 'incomplete',
      message: `Not all of the shards are finished: ${problems.slice(0, MAX_NAMED).join('; ')}${more}. Run these once more, then merge again.`,
    });
  }
  return [...byIndex.entries()].toSorted(([left], [right]) => left - right).map(([, shard]) => shard);
}
