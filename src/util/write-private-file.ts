import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';

/** What the name of a file ends with whose writer was killed. */
export const UNFINISHED_SUFFIX = '.tmp';

/** Writes a file that only its user can read, whole or not at all: also for who reads it at the same time. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${randomBytes(6).toString('hex')}${UNFINISHED_SUFFIX}`;
  try {
    await using file = await open(unfinished, 'wx', 0o600);
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await rename(unfinished, path);
}
