import { randomBytes } from 'node:crypto';
import { mkdtemp, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Where a file or folder is collected until it is whole: beside its final place, so that a rename is enough. */
export function partialPath(target: string): string {
  return `${target}.partial`;
}

/**
 * Gives a finished file its final name in one step that survives a power cut: content to the disk first, then the
 * name. Replaces what has that name. Also takes a folder whose files have been flushed with {@link flushFile}.
 */
export async function landFile(from: string, to: string): Promise<void> {
  await flushFile(from);
  await rename(from, to);
  await flushFile(dirname(to));
}

/** Forces a file or folder to the disk. A file system that cannot flush a folder is let be. */
export async function flushFile(path: string): Promise<void> {
  try {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && IGNORED.has(String(error.code)))) throw error;
  }
}

/** Windows refuses to flush what is open for reading, and to open folders; some network disks cannot flush at all. */
const IGNORED = new Set(['EPERM', 'EACCES', 'EISDIR', 'EINVAL', 'ENOTSUP', 'EBADF']);

/** Writes a text so that a reader sees the old content or the new one, never half of it. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Makes an empty folder for fetching `target`, beside it. Call {@link removeStagingFolders} when done. */
export async function createStagingFolder(target: string): Promise<string> {
  return mkdtemp(join(dirname(target), stagingPrefix(target)));
}

/**
 * Removes the staging folders of `target`, also those of runs that were killed. Only for the holder of the lock, as
 * to anybody else they may be in use.
 */
export async function removeStagingFolders(target: string): Promise<void> {
  const folder = dirname(target);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith(stagingPrefix(target)));
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true, maxRetries: 3 })));
}

function stagingPrefix(target: string): string {
  return `${basename(target)}.staging-`;
}
