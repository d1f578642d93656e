import { join, resolve } from 'node:path';
import envPaths from 'env-paths';
import type { Environment } from './terminal.ts';

/** Where the command line keeps what belongs to the user: `LLM_BLENDER_DATA`, else the data folder of the platform. */
export function dataFolder(env: Environment): string {
  return resolve(env['LLM_BLENDER_DATA']?.trim() || envPaths('llm-blender', { suffix: '' }).data);
}

/** The keys of clients of `serve`. */
export function keyFile(env: Environment): string {
  return join(dataFolder(env), 'keys.json');
}
