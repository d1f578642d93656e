import { readdir, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { InvalidArgumentError } from '../../index.ts';

/** What files of data are called; other files of a folder are not read. */
const DATA_FILE = /\.(?:jsonl?|ndjson|csv|tsv|parquet)(?:\.(?:gz|zst))?$/i;

/** The files that are named, with those of a folder in its place, in the order of their paths. */
export interface DataFiles {
  readonly files: readonly string[];
  /** Files of the folders that hold no data by their names. */
  readonly others: readonly string[];
}

/**
 * Replaces each folder by the files of data in it and in its folders.
 *
 * @param output The folder of the run, which may lie in one of these and is left out.
 * @throws InvalidArgumentError for a folder without any.
 */
export async function expandFolders(named: readonly string[], output: string): Promise<DataFiles> {
  const files: string[] = [];
  const others: string[] = [];
  for (const path of named) {
    const isFolder =
      path !== '-' &&
      (await stat(path)
        .then((stats) => stats.isDirectory())
        .catch(() => false));
    if (!isFolder) {
      files.push(path);
      continue;
    }
    const found = await filesWithin(path, output);
    const data = found.filter((file) => DATA_FILE.test(file));
    if (data.length === 0) {
      const message = 'no file in this folder ends like data, such as .jsonl, .json, .csv, .tsv or .parquet.';
      throw new InvalidArgumentError({ parameter: 'FILE', value: path, message });
    }
    files.push(...data);
    others.push(...found.filter((file) => !DATA_FILE.test(file)));
  }
  return { files, others };
}

/** All files but hidden ones, by their paths. */
async function filesWithin(folder: string, output: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter(
      (path) =>
        !relative(folder, path)
          .split(sep)
          .some((part) => part.startsWith('.')),
    )
    .filter((path) => !resolve(path).startsWith(resolve(output) + sep))
    .toSorted();
}
