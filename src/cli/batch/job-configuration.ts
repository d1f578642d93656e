import { hash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonValue } from '../../batch/index.ts';
import { findConfig } from '../../index.ts';
import type { CliContext } from '../cli-context.ts';
import { parseJson } from '../../util/parse-json.ts';
import type { BatchFlags } from './batch-flags.ts';

/** Flags that change how a job runs, and not what comes out. */
const FREE: ReadonlySet<string> = new Set<keyof BatchFlags>([
  'job',
  'input',
  'output',
  'concurrency',
  'segmentSize',
  'config',
  'cache',
  'verbose',
  'trace',
]);

const VERB = 'command';
const CONFIGURATION = 'configuration file';

/** What the results of a job depend on, by the names that a person knows: its verb, flags, and configuration file. */
export async function jobConfiguration(
  verb: string,
  flags: BatchFlags,
  { env }: Pick<CliContext, 'env'>,
): Promise<Readonly<Record<string, JsonValue>>> {
  const given = Object.entries(flags).filter(([name, value]) => !FREE.has(name) && value !== undefined);
  const path = flags.config === false ? undefined : (flags.config ?? env['LLM_BLENDER_CONFIG'] ?? findConfig());
  const content = path === undefined ? undefined : await readFile(path).catch(() => undefined);
  return {
    [VERB]: verb,
    ...Object.fromEntries(given.map(([name, value]) => [flagOf(name), value as JsonValue])),
    // The content alone: the file lies elsewhere on another machine. It is a hash, since it may have keys in it.
    [CONFIGURATION]: content === undefined ? null : `sha256 ${hash('sha256', content)}`,
  };
}

/** The verb and the flags of a configuration that {@link jobConfiguration} made. */
export function readJobConfiguration(configuration: Readonly<Record<string, JsonValue>>): {
  readonly verb: string;
  readonly flags: object;
} {
  const flags = Object.entries(configuration).filter(([name]) => name.startsWith('--'));
  return {
    verb: String(configuration[VERB]),
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
}

const PATHS_FILE = 'paths.json';

/** Notes where the files are, for commands that name only the job. */
export async function writeJobPaths(job: string, paths: JobPaths): Promise<void> {
  await writeFile(join(job, PATHS_FILE), `${JSON.stringify(paths)}\n`);
}

/** What {@link writeJobPaths} noted. */
export async function readJobPaths(job: string): Promise<JobPaths> {
  const content = await readFile(join(job, PATHS_FILE), 'utf8').catch(() => '');
  return (parseJson(content) as JobPaths | undefined) ?? { inputs: [] };
}
