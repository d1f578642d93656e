import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { formatBytes } from '../render/format.ts';
import type { CheckResult } from './check.ts';

/** Room for the embedded model and what fetching it takes meanwhile. */
const NEEDED_BYTES = 300e6;

/** The folder for fetched weights: writable, and with room. It is not created by looking. */
export async function checkCache(directory: string): Promise<CheckResult> {
  const name = 'Cache folder';
  const help = 'Set LLM_BLENDER_CACHE to a folder that can be written and has room.';
  try {
    const existing = await nearestExisting(directory);
    await access(existing, constants.W_OK);
    const { bavail, bsize } = await statfs(existing);
    const free = bavail * bsize;
    const detail = `${directory}, ${formatBytes(free)} free`;
    return free >= NEEDED_BYTES ? { name, status: 'ok', detail } : { name, status: 'warn', detail, help };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return { name, status: 'fail', detail: `${directory} cannot be written (${code})`, help };
  }
}

/** The folder itself, or the first above it that is there; what is in the way may be a file. */
async function nearestExisting(directory: string): Promise<string> {
  const stats = await stat(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (stats === undefined) return nearestExisting(dirname(directory));
  if (!stats.isDirectory()) throw Object.assign(new Error(`${directory} is a file`), { code: 'ENOTDIR' });
  return directory;
}
