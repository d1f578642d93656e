import { constants } from 'node:fs';
import { access, copyFile, mkdir, readdir, readFile, realpath, rename, rm, rmdir, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Environment } from '../../util/environment.ts';
import { prepareCacheDirectory, unwritableCacheError } from '../cache-directory.ts';
import { isMissing } from '../files/file-facts.ts';
import { writeWhole } from '../files/land-file.ts';
import { hubCacheDirectory, isSwitchedOn } from './hub-settings.ts';

const VARIABLE = 'HF_HUB_CACHE';
const PARTIAL = '.llm-blender.incomplete';

/**
 * One repository in the cache that is shared with Python, in the layout of huggingface_hub: contents in `blobs/` by
 * their hash, links to them in `snapshots/<commit>/`, the commit of a branch in `refs/`.
 */
export class HubRepository {
  readonly folder: string;
  /** What a lock on the repository is about. */
  readonly lockPath: string;
  readonly #cache: string;
  readonly #canLink: boolean;

  constructor(repo: string, env: Environment) {
    const name = `models--${repo.split('/').join('--')}`;
    this.#cache = hubCacheDirectory(env);
    this.#canLink = !isSwitchedOn(env, 'HF_HUB_DISABLE_SYMLINKS');
    this.folder = join(this.#cache, name);
    this.lockPath = join(this.#cache, '.locks', `${name}.llm-blender`);
  }

  /** @throws InvalidArgumentError where files can neither be put there nor locked. */
  async prepare(): Promise<void> {
    await prepareCacheDirectory(this.#cache, VARIABLE);
    for (const folder of [this.folder, join(this.folder, 'blobs'), join(this.folder, 'snapshots')]) {
      await access(folder, constants.W_OK).catch((error: unknown) => {
        if (!isMissing(error)) throw unwritableCacheError(folder, error, VARIABLE);
      });
    }
    await mkdir(dirname(this.lockPath), { recursive: true });
  }

  /** Where a file of a commit is, or would be. @throws Error where it would be outside of the repository. */
  pointer(commit: string, file: string): string {
    const parts = file.split('/');
    if (parts.some((part) => ['', '.', '..'].includes(part)) || file.includes('\\')) {
      throw new Error(`${JSON.stringify(file)} is no path inside a repository.`);
    }
    return join(this.folder, 'snapshots', commit, ...parts);
  }

  blob(etag: string): string {
    return join(this.folder, 'blobs', etag);
  }

  /** Where a content is collected. Not where Python does, which would append to what is there. */
  partial(etag: string): string {
    return `${this.blob(etag)}${PARTIAL}`;
  }

  /** The commit of a revision as this machine last saw it. */
  async commitOf(revision: string): Promise<string | undefined> {
    if (isCommit(revision)) return revision;
    const commit = (await readFile(join(this.folder, 'refs', revision), 'utf8').catch(() => '')).trim();
    return isCommit(commit) ? commit : undefined;
  }

  async writeRef(revision: string, commit: string): Promise<void> {
    if ((await this.commitOf(revision)) === commit) return;
    const path = join(this.folder, 'refs', revision);
    await mkdir(dirname(path), { recursive: true });
    await writeWhole(path, commit);
  }

  /** Paths inside the repository of all files that are there of a commit. */
  async filesOf(commit: string): Promise<string[]> {
    const root = join(this.folder, 'snapshots', commit);
    return (await filesBelow(root)).map((path) => relative(root, path).replaceAll('\\', '/'));
  }

  /** Gives a content its name in a commit. Where links cannot be made, it moves there if it is `isNew`, else is copied. */
  async link(etag: string, pointer: string, isNew: boolean): Promise<void> {
    const blob = this.blob(etag);
    await mkdir(dirname(pointer), { recursive: true });
    await rm(pointer, { force: true });
    try {
      if (!this.#canLink) throw new Error('the user wants none');
      await symlink(relative(dirname(pointer), blob), pointer);
    } catch {
      await (isNew ? rename(blob, pointer) : copyFile(blob, pointer));
    }
  }

  /** Every name in any commit that has the same content as this one. */
  async namesOf(pointer: string): Promise<string[]> {
    const content = await realpath(pointer);
    const paths = await filesBelow(join(this.folder, 'snapshots'));
    const contents = await Promise.all(paths.map((path) => realpath(path).catch(() => undefined)));
    return paths.filter((_, index) => contents[index] === content);
  }

  /** What interrupted downloads of ours have left. */
  async partials(): Promise<string[]> {
    return (await filesBelow(join(this.folder, 'blobs'))).filter((path) => path.endsWith(PARTIAL));
  }

  /** Takes away what is empty: the folder of a commit with the branches that name it, and the repository. */
  async removeEmpty(commit?: string): Promise<void> {
    const snapshots = join(this.folder, 'snapshots');
    if (commit !== undefined) {
      const entries = await readdir(join(snapshots, commit), { recursive: true, withFileTypes: true }).catch(() => []);
      const inside = entries.map((entry) => join(entry.parentPath, entry.name));
      // The innermost first; a file and a folder that is not empty refuse.
      for (const path of inside.toSorted().toReversed()) await removeFolder(path);
      const isGone = await removeFolder(join(snapshots, commit));
      for (const path of isGone ? await filesBelow(join(this.folder, 'refs')) : []) {
        if ((await readFile(path, 'utf8')).trim() === commit) await rm(path, { force: true });
      }
    }
    // With a part of a download left, the folders stay, as Python expects them beside each other.
    for (const path of [join(this.folder, 'blobs'), join(this.folder, 'refs'), snapshots, this.folder]) {
      if (!(await removeFolder(path))) return;
    }
  }
}

/** True where the folder is gone; false where it is not empty. */
async function removeFolder(path: string): Promise<boolean> {
  return rmdir(path).then(() => true, isMissing);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
}

/** A revision that cannot be moved. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}
