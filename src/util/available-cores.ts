import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError } from '../error/index.ts';

/**
 * How many threads this process can really run at once: the cores it is allowed on (its CPU affinity) and the share
 * of them that its control groups grant (containers), whichever is less. At least 1. `LLM_BLENDER_THREADS` caps it
 * further; empty = not set.
 *
 * Why: a native runtime with more threads than cores does not just gain nothing. Its threads wait for each other by
 * spinning, and one that is not running keeps all the others busy: 10 to 50 times slower in our measurements.
 *
 * @throws InvalidArgumentError where `LLM_BLENDER_THREADS` is not a positive whole number.
 */
export function availableCores({
  _internal: { root = '/', env = process.env, parallelism = availableParallelism } = {},
}: {
  /** For tests: another file system root, environment, and count of the cores allowed. */
  _internal?: { root?: string; env?: NodeJS.ProcessEnv; parallelism?: () => number };
} = {}): number {
  // availableParallelism() respects the CPU affinity; whether it respects control groups depends on the version of libuv.
  return Math.max(1, Math.min(parallelism(), cgroupCores(root), wantedThreads(env)));
}

function wantedThreads(env: NodeJS.ProcessEnv): number {
  const value = env['LLM_BLENDER_THREADS'];
  if (value === undefined || value === '') return Infinity;
  if (/^\d+$/.test(value) && Number(value) > 0) return Number(value);
  throw new InvalidArgumentError({
    parameter: 'LLM_BLENDER_THREADS',
    value,
    message: 'expected the most threads to use, a whole number of at least 1.',
  });
}

/** Whole cores granted by the control groups of this process; Infinity where they set no limit. */
function cgroupCores(root: string): number {
  const memberships = (readText(join(root, 'proc/self/cgroup')) ?? '').split('\n');
  return Math.min(Infinity, ...memberships.map((line) => membershipCores(root, line)));
}

/** Cores granted by one line of `/proc/self/cgroup`: `id:controllers:path`, where no controllers means version 2. */
function membershipCores(root: string, line: string): number {
  const match = /^\d+:([^:]*):(.*)$/.exec(line);
  const [controllers, path] = [match?.[1], match?.[2]];
  if (controllers === undefined || path === undefined) return Infinity;
  if (controllers === '') return lineageCores(join(root, 'sys/fs/cgroup'), path, quotaV2);
  if (!controllers.split(',').includes('cpu')) return Infinity;
  const mounts = [...new Set([controllers, 'cpu'])];
  return Math.min(...mounts.map((mount) => lineageCores(join(root, 'sys/fs/cgroup', mount), path, quotaV1)));
}

/**
 * The least quota of a group and all its ancestors. In a container the path may be the host's and not exist here;
 * the group mounted at the root is then the container's own, so the walk always ends there.
 */
function lineageCores(mount: string, path: string, quota: (folder: string) => number): number {
  const names = path.split('/').filter((name) => name !== '' && name !== '.' && name !== '..');
  const lineage = Array.from({ length: names.length + 1 }, (_, depth) => join(mount, ...names.slice(0, depth)));
  return Math.min(...lineage.map(quota));
}

function quotaV2(folder: string): number {
  const [quota, period] = (readText(join(folder, 'cpu.max')) ?? 'max').trim().split(/\s+/);
  return wholeCores(Number(quota), Number(period ?? 100_000));
}

function quotaV1(folder: string): number {
  return wholeCores(
    Number(readText(join(folder, 'cpu.cfs_quota_us')) ?? -1),
    Number(readText(join(folder, 'cpu.cfs_period_us')) ?? 100_000),
  );
}

/** Rounded down: a thread that is throttled for part of each period holds all others up. */
function wholeCores(quota: number, period: number): number {
  return quota > 0 && period > 0 ? Math.max(1, Math.floor(quota / period)) : Infinity;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Not Linux, or no such control group.
    return undefined;
  }
}
