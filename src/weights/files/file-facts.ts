import { createHash } from 'node:crypto';
import { type BigIntStats, createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/**
 * What shows cheaply whether a file may have changed since it was looked at. The time of the last status change is
 * included because, unlike the modification time, it cannot be set back by a copying program.
 */
export interface FileState {
  readonly bytes: number;
  /** Nanoseconds since 1970, as text: JSON has no integers of that size. */
  readonly mtimeNs: string;
  readonly ctimeNs: string;
}

/** State of a regular file, undefined where there is none. A symbolic link is followed. */
export async function readFileState(path: string): Promise<FileState | undefined> {
  const stats = await statFile(path);
  return stats && { bytes: Number(stats.size), mtimeNs: String(stats.mtimeNs), ctimeNs: String(stats.ctimeNs) };
}

/** Distinguishes a file from another that later has the same name, whatever was written to either. */
export async function readFileIdentity(path: string): Promise<string | undefined> {
  const stats = await statFile(path);
  return stats && `${stats.ino}-${stats.birthtimeNs}`;
}

async function statFile(path: string): Promise<BigIntStats | undefined> {
  try {
    const stats = await stat(path, { bigint: true });
    return stats.isFile() ? stats : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

export function isSameState(left: FileState, right: FileState): boolean {
  return left.bytes === right.bytes && left.mtimeNs === right.mtimeNs && left.ctimeNs === right.ctimeNs;
}

/** True for the errors that mean "there is no such file". */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

/** Lower-case hex sha256 of a file. @throws the signal's reason on abort. */
export async function fileSha256(path: string, abortSignal?: AbortSignal | undefined): Promise<string> {
  return hashFile(path, 'sha256', '', abortSignal);
}

/** The hash by which git names the content of a file. @throws the signal's reason on abort. */
export async function fileGitHash(path: string, abortSignal?: AbortSignal | undefined): Promise<string> {
  return hashFile(path, 'sha1', `blob ${(await stat(path)).size}\0`, abortSignal);
}

async function hashFile(
  path: string,
  algorithm: string,
  prefix: string,
  abortSignal: AbortSignal | undefined,
): Promise<string> {
  const hash = createHash(algorithm).update(prefix);
  try {
    // Large reads: the default of 64 KiB spends most of its time between reads.
    await pipeline(
      createReadStream(path, { highWaterMark: 1 << 20 }),
      hash,
      abortSignal ? { signal: abortSignal } : {},
    );
  } catch (error) {
    // The stream would throw an AbortError of its own.
    abortSignal?.throwIfAborted();
    throw error;
  }
  return hash.digest('hex');
}

/** True where the file begins as a GGUF file does: cheap, and catches error pages and LFS pointers saved as weights. */
export async function hasGgufMagic(path: string): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && buffer.toString('latin1') === 'GGUF';
  } finally {
    await handle.close();
  }
}

/** Sum of the sizes of all files below a folder; what vanishes while looking counts as nothing. */
export async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
