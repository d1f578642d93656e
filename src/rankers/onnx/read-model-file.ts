import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ModelLoadError } from '../../error/index.ts';
import { errorMessage } from '../../util/error-message.ts';

/** Reads a JSON object among the files of a ranker. @throws ModelLoadError @see modelFileError */
export async function readModelJson(path: string, reference: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it is no JSON object.');
    return value as Record<string, unknown>;
  } catch (error) {
    throw modelFileError(error, path, reference);
  }
}

/** What went wrong with a file of a ranker, as an error that names it, and says what helps where it is missing. */
export function modelFileError(error: unknown, path: string, reference: string): ModelLoadError {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  const reason = isMissing
    ? `the file is missing. Fetch or copy all files of the ranker into ${dirname(path)} again, or name another folder.`
    : errorMessage(error);
  return new ModelLoadError({ reference, path, reason, cause: error });
}
