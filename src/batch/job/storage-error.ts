import { JobError } from '../../error/index.ts';
import { errorCode, errorMessage } from '../../util/error-message.ts';

/** What to do about a folder that cannot be written, by the code of the system. */
const HELP: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full. Make room',
  EDQUOT: 'The quota of the disk is used up. Make room',
  EFBIG: 'A limit on the size of files is reached. Raise it',
  EROFS: 'The file system is read-only. Make it writable',
  EACCES: 'The permissions do not allow it. Change them',
  EPERM: 'The permissions do not allow it. Change them',
  EIO: 'The disk fails. Move the folder to another one',
};

/** A failure of the system to write, as an error of the job; anything else as it is. */
export function storageError(error: unknown, folder: string): unknown {
  const code = errorCode(error);
  const help = code === undefined ? undefined : HELP[code];
  if (help === undefined || !(error instanceof Error && 'syscall' in error)) return error;
  return new JobError({
    reason: 'storage',
    message: `The job ${folder} cannot be written: ${errorMessage(error)}. ${help}, and run the same command again: what is done is kept.`,
    cause: error,
  });
}
