import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';

/**
 * What tells cheaply whether a file may have changed since it was looked at. The time of the last status change is
 * included because, unlike the modification time, it cannot be set back by a copying program.
 */
export interface FileState {
  readonly bytes: number;
  /** Nanoseconds since 1970, as text: JSON has no integers of that size. */
  readonly mtimeNs: string;
  readonly ctimeNs: string;
}

/** State of a regular file, undefined where there is none. */
export async function readFileState(path: string): Promise<FileState | undefined> {
  let stats: BigIntStats;
  try {
    stats = await stat(path, { bigint: true });
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  if (!stats.isFile()) return undefined;
  return { bytes: Number(stats.size), mtimeNs: String(stats.mtimeNs), ctimeNs: String(stats.ctimeNs) };
}

export function isSameState(left: FileState, right: FileState): boolean {
  return left.bytes === right.bytes && left.mtimeNs === right.mtimeNs && left.ctimeNs === right.ctimeNs;
}

/** True for the errors that mean "there is no such file". */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
