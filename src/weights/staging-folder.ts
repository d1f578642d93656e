import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Where files that belong to nobody yet are kept while they are fetched: beside the target, on the same disk. */
function stagingPrefix(target: string): string {
  return `${basename(target)}.staging-`;
}

/** Makes an empty folder for fetching `target`. Call {@link removeStagingFolders} when done. */
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
