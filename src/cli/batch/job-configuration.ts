import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonValue, Shard } from '../../batch/index.ts';
import { findConfig } from '../../index.ts';
import type { CliContext } from '../cli-context.ts';
import { parseJson } from '../../util/parse-json.ts';
import { readPackageInfo } from '../package-info.ts';
import { readConfiguration } from '../with-blender.ts';
import type { BatchFlags } from './batch-flags.ts';
import type { BatchVerb } from './batch-verbs.ts';
import { hashesOfWeights, hashOfCode, hashOfFile } from './content-hashes.ts';

/** What a job is run with. */
export interface JobRun {
  /** Of the verb. */
  readonly name: string;
  readonly verb: BatchVerb;
  readonly flags: BatchFlags;
  /** Files to read, in their order. */
  readonly inputs: readonly string[];
  /** Of the job, or of the shard. */
  readonly folder: string;
  readonly shard: Shard | undefined;
}

/** Flags that change how a job runs, and not what comes out. */
const FREE: ReadonlySet<string> = new Set<keyof BatchFlags>([
  'job',
  'input',
  'output',
  'concurrency',
  'maxCost',
  'maxFailures',
  'order',
  'segmentSize',
  'shard',
  'queue',
  'storage',
  'estimate',
  'json',
  'config',
  'envFile',
  'quiet',
  'cache',
  'verbose',
  'trace',
]);

const VERB = 'command';
const CONFIGURATION = 'configuration file';
const CODE = 'code of this package';

/**
 * What the results of a job depend on, by the names that a person knows: its verb and flags, and the content of the
 * configuration file (as a hash, since there may be keys in it), of other files that are named, and of the code.
 */
export async function pinnedSettings(
  verb: string,
  flags: BatchFlags,
  { env }: Pick<CliContext, 'env'>,
): Promise<{ readonly version: string; readonly configuration: Readonly<Record<string, JsonValue>> }> {
  const given = Object.entries(flags).filter(([name, value]) => !FREE.has(name) && value !== undefined);
  const config = flags.config === false ? undefined : (flags.config ?? env['LLM_BLENDER_CONFIG'] ?? findConfig());
  const named = Object.fromEntries(given.filter(([name]) => name !== 'schema'));
  const weights = await hashesOfWeights(named, await readConfiguration(flags, { env }));
  const configuration = {
    [VERB]: verb,
    ...Object.fromEntries(given.map(([name, value]) => [flagOf(name), value as JsonValue])),
    ...(flags.schema === undefined ? {} : { [flagOf('schema')]: await hashOfFile(flags.schema) }),
    [CONFIGURATION]: config === undefined ? null : await hashOfFile(config),
    ...Object.fromEntries(Object.entries(weights).map(([name, digest]) => [`content of ${name}`, digest])),
    [CODE]: await hashOfCode(),
  };
  return { version: readPackageInfo().version, configuration };
}

/** The verb and the flags of a configuration that {@link jobConfiguration} made, without those that name files. */
export function readJobConfiguration(configuration: Readonly<Record<string, JsonValue>>): {
  readonly verb: string;
  readonly flags: object;
} {
  const flags = Object.entries(configuration).filter(([name]) => name.startsWith('--') && name !== flagOf('schema'));
  return {
    verb: String(configuration[VERB] ?? 'job'),
    flags: Object.fromEntries(flags.map(([name, value]) => [nameOf(name), value])),
  };
}

/** `topK` as `--top-k` */
function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function nameOf(flag: string): string {
  return flag.slice(2).replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Where the files of a job are, as its last run was told. */
export interface JobPaths {
  readonly inputs: readonly string[];
  readonly output?: string | undefined;
  readonly config?: string | false | undefined;
  readonly schema?: string | undefined;
  /** The queue of its workers, without a password, and the storage where they find it, as the command named them. */
  readonly queue?: string | undefined;
  readonly storage?: string | undefined;
  /** Where output is written until it is moved to its place: a run that is killed leaves it. */
  readonly unfinished?: string | undefined;
}

const PATHS_FILE = 'paths.json';

/** Notes where the files are, for commands that name only the job, and for the next run. */
export async function writeJobPaths(job: string, paths: JobPaths): Promise<void> {
  const written = join(job, `.${PATHS_FILE}`);
  await writeFile(written, `${JSON.stringify(paths)}\n`);
  await rename(written, join(job, PATHS_FILE));
}

/** What {@link writeJobPaths} noted. */
export async function readJobPaths(job: string): Promise<JobPaths> {
  const content = await readFile(join(job, PATHS_FILE), 'utf8').catch(() => '');
  return (parseJson(content) as JobPaths | undefined) ?? { inputs: [] };
}
