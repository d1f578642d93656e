import { rm, stat } from 'node:fs/promises';
import { cacheFile, CallStore } from '../calls/index.ts';
import type { Environment } from '../util/environment.ts';

/** Which cache of model calls is meant. */
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
  /** Of the answers; the file is a little larger. */
  readonly bytes: number;
}

/**
 * Looks into the cache of model calls; one that does not exist is empty, and is not made.
 *
 * @throws what SQLite throws, where the file is none of its own.
 */
export async function inspectCallCache(location: CallCacheLocation = {}): Promise<CallCacheInfo> {
  const path = await locateCallCache(location);
  if (!(await exists(path))) return { path, entries: 0, bytes: 0 };
  using store = open(path);
  return { path, ...store.info() };
}

/** Empties the cache of model calls, also under those who use it. A file that is no cache any more is removed. */
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
