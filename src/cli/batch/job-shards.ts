import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InvalidArgumentError as BadOption } from 'commander';
import type { Shard } from '../../batch/index.ts';
import { type BlenderConfig, InvalidArgumentError } from '../../index.ts';
import { definedOnly } from '../../util/defined-only.ts';
import { mapValues } from '../../util/map-values.ts';
import { readJobPaths } from './job-configuration.ts';

/** Reads `3/16`: which shard, from 0, and of how many. */
export function shardOption(text: string): Shard {
  const [, index = '', count = ''] = /^([^/]*)\/([^/]*)$/.exec(text.trim()) ?? [];
  const example = 'Expected INDEX/COUNT with an index from 0, such as 0/16 to 15/16';
  // Kubernetes leaves the name of a variable that is not set as it is.
  if (text.trim() === '' || /^\s*(?:\$.*)?$/.test(text.includes('/') ? index : text)) {
    throw new BadOption(
      `${example}, and there is no index: is the variable set that it comes from, such as SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX?`,
    );
  }
  if (!/^\d+$/.test(index) || !/^\d+$/.test(count)) throw new BadOption(`${example}.`);
  const shard = { index: Number(index), count: Number(count) };
  if (shard.count < 1 || !Number.isSafeInteger(shard.count)) throw new BadOption(`${example}.`);
  if (shard.index >= shard.count) {
    throw new BadOption(
      `Shards are numbered from 0: the last of ${shard.count} is ${shard.count - 1}/${shard.count}. Let the array begin at 0, such as with --array=0-${shard.count - 1}.`,
    );
  }
  return shard;
}

/** The folder of a shard in that of the whole job. */
export function shardFolder(job: string, { index, count }: Shard): string {
  return join(job, `shard-${index}-of-${count}`);
}

/** A job has begun once it has one. */
const MANIFEST = 'manifest.json';
const FOLDER = /^shard-(\d+)-of-(\d+)$/;

/** The shards in a folder that have begun, in their order. */
export async function shardsIn(folder: string): Promise<readonly Shard[]> {
  const shards: Shard[] = [];
  for (const name of await namesIn(folder)) {
    const match = FOLDER.exec(name);
    if (match === null || !(await namesIn(join(folder, name))).includes(MANIFEST)) continue;
    shards.push({ index: Number(match[1]), count: Number(match[2]) });
  }
  return shards.toSorted((left, right) => left.count - right.count || left.index - right.index);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

/** The folders of jobs that a folder stands for: itself, or the shards in it. */
export async function jobFolders(folder: string): Promise<readonly string[]> {
  const shards = await shardsIn(folder);
  return shards.length === 0 ? [folder] : shards.map((shard) => shardFolder(folder, shard));
}

/** @throws InvalidArgumentError where the folder has shards of another division of the input, or a job without shards. */
export async function checkShardFolder(job: string, { count }: Shard): Promise<void> {
  const refuse = (message: string) => new InvalidArgumentError({ parameter: '--job', value: job, message });
  const names = await namesIn(job);
  if (names.includes(MANIFEST)) throw refuse('it has a job without shards. Name another folder for the shards.');
  const other = (await shardsIn(job)).find((shard) => shard.count !== count);
  if (other === undefined) return;
  throw refuse(
    `it has shards of ${other.count}, and this is one of ${count}. The number of shards stays the same as long as a job goes on.`,
  );
}

/** @throws InvalidArgumentError where another shard writes the same file. */
export async function checkShardOutput(job: string, shard: Shard, output: string | undefined): Promise<void> {
  if (output === undefined || output === '-') return;
  for (const other of await shardsIn(job)) {
    if (other.index === shard.index) continue;
    const { output: taken } = await readJobPaths(shardFolder(job, other));
    if (taken === undefined || resolve(taken) !== resolve(output)) continue;
    throw new InvalidArgumentError({
      parameter: '--output',
      value: output,
      message: `shard ${other.index}/${other.count} writes it as well. Leave it out, and merge the shards when all are done: llm-blender batch merge ${job} --output ${output}`,
    });
  }
}

type Limits = NonNullable<BlenderConfig['limits']>;

/** The part of one shard in limits that all of them share. What is less than the number of shards becomes 1. */
export function divideLimits(limits: Limits | undefined, { count }: Shard): Limits | undefined {
  if (limits === undefined) return undefined;
  return mapValues(limits, ({ concurrency, requestsPerMinute, tokensPerMinute }) =>
    mapValues(definedOnly({ concurrency, requestsPerMinute, tokensPerMinute }), (value) => divide(value, count)),
  );
}

/** The part of one shard, at least 1. */
export function divide(amount: number, count: number): number {
  return Math.max(1, Math.floor(amount / count));
}

/** Says which limits cannot be kept, since there are more shards than that. */
export function limitWarnings(limits: Limits | undefined, { count }: Shard): readonly string[] {
  return Object.entries(limits ?? {}).flatMap(([provider, limit]) =>
    Object.entries(limit).flatMap(([name, value]) =>
      typeof value === 'number' && value < count
        ? [`limits.${provider}.${name} is ${value}, fewer than the ${count} shards: each takes 1.`]
        : [],
    ),
  );
}
