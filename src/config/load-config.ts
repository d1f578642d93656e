import { dirname, resolve } from 'node:path';
import { type Environment, readVariable } from '../util/environment.ts';
import type { BlenderConfig } from './blender-config.ts';
import { checkConfig } from './check-config.ts';
import { findConfig } from './find-config.ts';
import { readConfig } from './read-config.ts';
import { resolvePaths } from './resolve-paths.ts';
import { anObject, aText, checkOptions } from '../util/check-options.ts';

/** Options of {@link loadConfig}. */
export interface LoadConfigOptions {
  /** The file. @default the one in `LLM_BLENDER_CONFIG`, else the nearest `blender.config.*`, see {@link findConfig} */
  readonly file?: string | undefined;
  /** Folder where the search begins, and to which `file` is relative. @default the working directory */
  readonly cwd?: string | undefined;
  /** @default process.env */
  readonly env?: Environment | undefined;
}

/**
 * Loads the configuration for `createBlender`; an empty one if there is no file.
 *
 * @example
 * await using blender = createBlender(await loadConfig());
 *
 * @throws InvalidConfigError with the file and each invalid value.
 */
export async function loadConfig(options: LoadConfigOptions = {}): Promise<BlenderConfig> {
  checkOptions('loadConfig', options, { file: aText, cwd: aText, env: anObject });
  const { file, cwd = process.cwd(), env = process.env } = options;
  const named = file ?? readVariable(env, 'LLM_BLENDER_CONFIG');
  const path = named === undefined ? findConfig(cwd) : resolve(cwd, named);
  if (path === undefined) return {};
  return resolvePaths(checkConfig(await readConfig(path), path), dirname(path));
}
