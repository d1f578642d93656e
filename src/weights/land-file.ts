import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

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
