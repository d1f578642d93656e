import { createHash } from 'node:crypto';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InvalidArgumentError } from '../../index.ts';

/** The file by which a run of `evaluate` that has ended is known, and that by which a job of `batch` is. */
const MARKS = { evaluation: 'results.json', batch: 'manifest.json' } as const;

/** What is read of each, files and folders of files. */
const READ = {
  evaluation: [MARKS.evaluation, 'examples.jsonl'],
  batch: [MARKS.batch, 'index.jsonl', 'lock', 'segments', 'open'],
} as const;

/** The folder of a run or of a job. */
export interface ReportFolder {
  /** Made of its path, which it does not tell. */
  readonly id: string;
  readonly kind: keyof typeof MARKS;
  /** Of the folder. */
  readonly name: string;
  readonly path: string;
  readonly changedAt: Date;
}

/**
 * The reports of a server. Clients name a report by its id, which is looked up among those that are there: no path is
 * made of what a client sends. A folder with a symbolic link in the place of what is read is none of them.
 */
export class ReportFolders {
  readonly #folders: readonly string[];

  private constructor(folders: readonly string[]) {
    this.#folders = folders;
  }

  /** @throws InvalidArgumentError for what is no folder. */
  static async open(folders: readonly string[]): Promise<ReportFolders> {
    const paths = folders.map(async (folder) => {
      const isFolder = await stat(folder).then(
        (found) => found.isDirectory(),
        () => false,
      );
      if (isFolder) return realpath(folder);
      throw new InvalidArgumentError({
        parameter: 'reports',
        value: folder,
        message: 'there is no such folder. Name that of a run or job, or one that has their folders in it.',
      });
    });
    return new ReportFolders([...new Set(await Promise.all(paths))]);
  }

  /** All that are there now, those that changed last first. */
  async list(): Promise<readonly ReportFolder[]> {
    const found = await Promise.all(this.#folders.map(reportsIn));
    const byPath = new Map(found.flat().map((report) => [report.path, report]));
    return [...byPath.values()].toSorted((a, b) => b.changedAt.getTime() - a.changedAt.getTime());
  }

  async find(id: string): Promise<ReportFolder | undefined> {
    return (await this.list()).find((report) => report.id === id);
  }
}

/** The folder itself, or the folders in it. */
async function reportsIn(folder: string): Promise<readonly ReportFolder[]> {
  const own = await reportAt(folder);
  if (own !== undefined) return [own];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const inside = entries.filter((entry) => entry.isDirectory()).map(({ name }) => reportAt(join(folder, name)));
  return (await Promise.all(inside)).filter((report) => report !== undefined);
}

async function reportAt(path: string): Promise<ReportFolder | undefined> {
  for (const kind of ['evaluation', 'batch'] as const) {
    const mark = await lstat(join(path, MARKS[kind])).catch(() => undefined);
    if (mark?.isFile() !== true || !(await arePlain(path, READ[kind]))) continue;
    const id = createHash('sha256').update(path).digest('base64url').slice(0, 22);
    return { id, kind, name: basename(path), path, changedAt: mark.mtime };
  }
  return undefined;
}

/** Whether these are files, or folders of files, where they are there at all. */
async function arePlain(folder: string, names: readonly string[]): Promise<boolean> {
  for (const name of names) {
    const found = await lstat(join(folder, name)).catch(() => undefined);
    if (found === undefined || found.isFile()) continue;
    if (!found.isDirectory()) return false;
    const entries = await readdir(join(folder, name), { withFileTypes: true }).catch(() => []);
    if (!entries.every((entry) => entry.isFile())) return false;
  }
  return true;
}
