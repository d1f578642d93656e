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
  'envFile',
  'quiet',
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
  const config = flags.config === false ? undefined : (flags.config ?? env['LLM_BLENDER_CONFIG'] ?? findConfig());
  return {
    [VERB]: verb,
    ...Object.fromEntries(given.map(([name, value]) => [flagOf(name), value as JsonValue])),
    ...(flags.schema === undefined ? {} : { [flagOf('schema')]: await hashOfFile(flags.schema) }),
    [CONFIGURATION]: config === undefined ? null : await hashOfFile(config),
  };
}

/** A file by its content: it lies elsewhere on another machine. It is a hash, since there may be keys in it. */
async function hashOfFile(path: string): Promise<string | null> {
  const content = await readFile(path).catch(() => undefined);
  return content === undefined ? null : `sha256 ${hash('sha256', content)}`;
}

/** The verb and the flags of a configuration that {@link jobConfiguration} made, without those that name files. */
export function readJobConfiguration(configuration: Readonly<Record<string, JsonValue>>): {
  readonly verb: string;
  readonly flags: object;
} {
  const flags = Object.entries(configuration).filter(([name]) => name.startsWith('--') && name !== flagOf('schema'));
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
  readonly schema?: string | undefined;
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
