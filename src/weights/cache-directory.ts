import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import envPaths from 'env-paths';
import { InvalidArgumentError } from '../error/index.ts';
import { type Environment, readVariable } from '../util/environment.ts';

/**
 * The folder of our own cache: the one given, else `LLM_BLENDER_CACHE`, else the platform's folder for caches.
 * Absolute. Nothing is created.
 */
export function resolveCacheDirectory({
  cacheDirectory,
  env = process.env,
}: {
  cacheDirectory?: string | undefined;
  env?: Environment | undefined;
} = {}): string {
  const chosen = cacheDirectory ?? readVariable(env, 'LLM_BLENDER_CACHE');
  return chosen === undefined ? envPaths('llm-blender', { suffix: '' }).cache : resolve(expandHome(chosen));
}

/**
 * Creates the folder where needed and makes sure that it can be written, before anything is downloaded.
 *
 * @throws InvalidArgumentError naming the folder and the variable that changes it.
 */
export async function prepareCacheDirectory(directory: string, variable = 'LLM_BLENDER_CACHE'): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK);
  } catch (error) {
    throw unwritableCacheError(directory, error, variable);
  }
}

/** The error for a cache folder that cannot be written. */
export function unwritableCacheError(
  directory: string,
  cause: unknown,
  variable = 'LLM_BLENDER_CACHE',
): InvalidArgumentError {
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return new InvalidArgumentError({
    parameter: 'cacheDirectory',
    value: directory,
    message: `the cache folder cannot be written${code}. Set ${variable} to a folder that can.`,
    cause,
  });
}

/** Replaces a leading `~/`, which no shell has expanded inside `local/~/…` or an environment variable. */
export function expandHome(path: string): string {
  return /^~(?=$|[/\\])/.test(path) ? homedir() + path.slice(1) : path;
}
