import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeAll } from '../../util/write-all.ts';
import { syncFolder } from './sync-folder.ts';

/** What an {@link AppendLog} needs of a file. */
export type LogFile = Pick<FileHandle, 'write' | 'datasync' | 'close'>;

/** When a line is safe. Lines that are written together share one. */
export interface Appended {
  /** Resolves once the line outlives this process. */
  readonly written: Promise<void>;
  /** Resolves once the line outlives the machine's power. */
  readonly synced: Promise<void>;
}

/** Lines on their way to the file. */
class Group implements Appended {
  readonly lines: string[] = [];
  readonly #written = Promise.withResolvers<void>();
  readonly #synced = Promise.withResolvers<void>();
  readonly written = this.#written.promise;
  readonly synced = this.#synced.promise;

  constructor() {
    // Not everyone who appends waits.
    this.written.catch(() => {});
    this.synced.catch(() => {});
  }

  settleWritten = () => this.#written.resolve();
  settleSynced = () => this.#synced.resolve();

  fail(error: unknown): void {
    this.#written.reject(error);
    this.#synced.reject(error);
  }
}

/**
 * A file that lines are appended to. Lines that come while others are written go together in the next write, and all
 * that are written while the disk is busy share one `fdatasync`.
 */
export class AppendLog {
  readonly #file: LogFile;
  #end: number;
  #next: Group | undefined;
  #unsynced: Group[] = [];
  #writing: Promise<void> | undefined;
  #syncing: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** @param end Where the lines that the file has already end, in bytes. */
  constructor(file: LogFile, end: number) {
    this.#file = file;
    this.#end = end;
  }

  /**
   * Opens a file or makes it, and gives what it holds. What a killed process or a power failure left of a last line is
   * cut off: everything behind the last line that `isLine` accepts.
   */
  static async open(
    path: string,
    { isLine }: { isLine: (line: string) => boolean },
  ): Promise<{ readonly log: AppendLog; readonly lines: readonly string[] }> {
    const file = await open(path, 'r+').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (file === undefined) {
      const made = await open(path, 'wx+');
      await syncFolder(dirname(path));
      return { log: new AppendLog(made, 0), lines: [] };
    }
    try {
      const bytes = await file.readFile();
      const { lines, end } = wholeLines(bytes, isLine);
      if (end < bytes.length) {
        await file.truncate(end);
        await file.datasync();
      }
      return { log: new AppendLog(file, end), lines };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Takes a line without its end. What is appended first is written first. After a failure nothing is taken any more. */
  append(line: string): Appended {
    const group = (this.#next ??= new Group());
    group.lines.push(line);
    if (this.#failure !== undefined) {
      this.#next = undefined;
      group.fail(this.#failure.error);
    } else this.#writing ??= this.#write();
    return group;
  }

  /** Waits until all lines are synced, and closes the file. @throws what a write failed with. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#syncing;
    await this.#file.close();
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #write(): Promise<void> {
    // Lines of one turn of the event loop go together.
    await Promise.resolve();
    for (let group = this.#next; group !== undefined; group = this.#next) {
      this.#next = undefined;
      try {
        const bytes = Buffer.from(`${group.lines.join('\n')}\n`);
        await writeAll(this.#file, bytes, this.#end);
        this.#end += bytes.length;
      } catch (error) {
        this.#fail(error, [group]);
        break;
      }
      group.settleWritten();
      this.#unsynced.push(group);
      this.#syncing ??= this.#sync();
    }
    this.#writing = undefined;
  }

  async #sync(): Promise<void> {
    while (this.#unsynced.length > 0) {
      const groups = this.#unsynced;
      this.#unsynced = [];
      try {
        await this.#file.datasync();
      } catch (error) {
        this.#fail(error, groups);
        break;
      }
      for (const group of groups) group.settleSynced();
    }
    this.#syncing = undefined;
  }

  #fail(error: unknown, groups: readonly Group[]): void {
    this.#failure ??= { error };
    for (const group of [...groups, ...this.#unsynced, ...(this.#next === undefined ? [] : [this.#next])]) {
      group.fail(error);
    }
    this.#unsynced = [];
    this.#next = undefined;
  }
}

/** The lines up to the first that is torn or not accepted, and where they end. */
export function wholeLines(
  bytes: Uint8Array,
  isLine: (line: string) => boolean,
): { readonly lines: readonly string[]; readonly end: number } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lines: string[] = [];
  let start = 0;
  for (let end = buffer.indexOf(10); end >= 0; end = buffer.indexOf(10, start)) {
    const line = buffer.toString('utf8', start, end);
    if (!isLine(line)) break;
    lines.push(line);
    start = end + 1;
  }
  return { lines, end: start };
}
