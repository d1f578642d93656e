import { rm, stat } from 'node:fs/promises';
import { cacheFile, CallStore } from '../calls/index.ts';
import type { Environment } from '../util/environment.ts';

/** Where a cache of model calls is. */
export interface CallCacheLocation {
  /** The SQLite file. @default `calls.sqlite` in the cache folder (`LLM_BLENDER_CACHE`) */
  readonly path?: string | undefined;
  /** @default process.env */
  readonly env?: Environment | undefined;
}

/** What a cache of model calls holds. */
export interface CallCacheInfo {
  readonly path: string;
  /** Answers. */
  readonly entries: number;
  /** Bytes of the answers; the file is a little larger. */
  readonly bytes: number;
}

/**
 * Inspects the cache of model calls. One that does not exist is empty, and is not created.
 *
 * @throws what SQLite throws where the file is not a database.
 * @example
 * const { path, entries, bytes } = await inspectCallCache();
 */
export async function inspectCallCache(location: CallCacheLocation = {}): Promise<CallCacheInfo> {
  const path = await locateCallCache(location);
  if (!(await exists(path))) return { path, entries: 0, bytes: 0 };
  using store = open(path);
  return { path, ...store.info() };
}

/**
 * Empties the cache of model calls, also while others use it. A damaged file is removed.
 *
 * @example
 * await clearCallCache();
 */
export async function clearCallCache(location: CallCacheLocation = {}): Promise<void> {
  const path = await locateCallCache(location);
  if (!(await exists(path))) return;
  try {
    using store = open(path);
    store.clear();
  } catch {
    await Promise.all(['', '-wal', '-shm'].map((suffix) => rm(`${path}${suffix}`, { force: true })));
  }
}

/** Where the cache of model calls is. */
export async function locateCallCache({ path, env }: CallCacheLocation): Promise<string> {
  if (path !== undefined) return path;
  const { resolveCacheDirectory } = await import('../weights/cache-directory.ts');
  return cacheFile(resolveCacheDirectory({ env }));
}

function open(path: string): CallStore {
  return new CallStore({ path, maxBytes: Infinity, maxAgeMs: Infinity });
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
