/**
 * Where a job keeps what is finished: whole files that never change. The operations are those of object storage, so
 * that a bucket with conditional writes (`If-None-Match: *`) can take the place of a folder.
 */
export interface SegmentStore {
  /** The names of all files, or of those that begin with `prefix`, in any order. */
  list(prefix?: string): Promise<readonly string[]>;
  /** The content of a file; undefined where there is none. */
  read(name: string): Promise<Uint8Array | undefined>;
  /**
   * Writes a whole file, durably, unless there is one of that name: the first to commit wins.
   *
   * @returns false where there is one, which then stays as it is.
   */
  commit(name: string, content: Uint8Array): Promise<boolean>;
  /** Removes a file, if it is there. */
  remove(name: string): Promise<void>;
}
