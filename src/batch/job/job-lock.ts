import { join } from 'node:path';
import { JobError } from '../../error/index.ts';
import { loadSqlite } from '../../util/open-sqlite.ts';
import { LOCK_FILE } from '../journal/job-files.ts';

/** What SQLite says of a file that another process has locked. */
const SQLITE_BUSY = 5;

/**
 * Keeps other processes away from a job. The lock is one of the operating system, which SQLite takes on an empty
 * database: it ends with the process, however that ends, and no clock has a part in it.
 *
 * @throws JobError where another process has it.
 */
export function lockJob(folder: string): Disposable {
  const database = new (loadSqlite().DatabaseSync)(join(folder, LOCK_FILE));
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (!(error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY)) throw error;
    throw new JobError({
      reason: 'busy',
      message: `Another process works on the job ${folder}. Wait until it ends, or stop it.`,
      cause: error,
    });
  }
  return { [Symbol.dispose]: () => database.close() };
}
