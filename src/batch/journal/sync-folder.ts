import { open } from 'node:fs/promises';
import { errorCode } from '../../util/error-message.ts';

/** Makes the names in a folder durable: a file that is synced can still be lost with its name. */
export async function syncFolder(path: string): Promise<void> {
  try {
    await using handle = await open(path, 'r');
    await handle.sync();
  } catch (error) {
    // Windows opens no folders, and some network file systems sync none.
    if (!['EPERM', 'EISDIR', 'EACCES', 'EINVAL', 'ENOTSUP'].includes(errorCode(error) ?? '')) throw error;
  }
}
