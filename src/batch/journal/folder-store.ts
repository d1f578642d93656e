import { randomBytes } from 'node:crypto';
import { link, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../util/error-message.ts';
import type { SegmentStore } from './segment-store.ts';
import { syncFolder } from './sync-folder.ts';

/** The end of the names of files that are being written. A killed process leaves them. */
const UNFINISHED = '.tmp';

/** File systems that have no links say so in one of these ways. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** Files in a folder, which must exist and may be on a disk that several machines see. */
export class FolderStore implements SegmentStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async list(prefix = ''): Promise<readonly string[]> {
    const names = await readdir(this.#folder);
    return names.filter((name) => name.startsWith(prefix) && !name.endsWith(UNFINISHED));
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    return readFile(join(this.#folder, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
  }

  async commit(name: string, content: Uint8Array): Promise<boolean> {
    const target = join(this.#folder, name);
    const written = join(this.#folder, `.${name}.${randomBytes(6).toString('hex')}${UNFINISHED}`);
    try {
      {
        await using handle = await open(written, 'wx');
        await handle.writeFile(content);
        await handle.sync();
      }
      const isFirst = await moveUnlessThere(written, target);
      await syncFolder(this.#folder);
      return isFirst;
    } finally {
      await rm(written, { force: true });
    }
  }

  /** Removes what killed processes have left. Only where no other process writes to the folder. */
  async clean(): Promise<void> {
    const names = await readdir(this.#folder);
    for (const name of names.filter((one) => one.endsWith(UNFINISHED))) await rm(join(this.#folder, name));
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.#folder, name), { force: true });
  }
}

/** A link fails where the name is taken, and a rename would replace it. */
async function moveUnlessThere(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (code === 'EEXIST') return false;
    if (!NO_LINKS.has(code)) throw error;
  }
  // The lock of the job keeps others away.
  if ((await stat(to).catch(() => undefined)) !== undefined) return false;
  await rename(from, to);
  return true;
}
