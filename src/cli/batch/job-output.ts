import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobResult } from '../../batch/index.ts';
import { InvalidArgumentError } from '../../index.ts';
import { codeOf, writeProblem } from '../errors.ts';
import type { Inputs } from '../io/input.ts';
import { checkOutput, openSink, type Output, type Sink } from '../io/output.ts';
import { LineOutput } from './line-output.ts';
import { findColumns, loadParquetWriter, ParquetOutput } from './parquet-output.ts';

/** Where results go: standard output, a file, or a folder of Parquet files. */
export interface Destination {
  readonly path: string | undefined;
  readonly stdout: Output;
  readonly inputs?: Pick<Inputs, 'files'> | undefined;
  /** Told where a file is written before it is in its place. */
  readonly onUnfinished?: ((path: string) => Promise<void>) | undefined;
}

/** What results come to. */
export interface WrittenCounts {
  readonly done: number;
  readonly failed: number;
}

/** Anything but lines is written from all results at once. */
type Format = 'lines' | 'parquet' | 'folder';

const PART = /^part-\d{8,}\.parquet$/;

/** By the name of the file; a folder is one that is there, or has a name that ends with a slash. */
export async function formatOf(path: string | undefined): Promise<Format> {
  if (path === undefined || path === '-') return 'lines';
  if (/[/\\]$/.test(path) || (await isFolder(path))) return 'folder';
  return path.endsWith('.parquet') ? 'parquet' : 'lines';
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

/** Finds out whether a destination can be written, before there is anything to write. @throws InvalidArgumentError */
export async function checkDestination({ path, inputs = { files: [] } }: Destination): Promise<void> {
  const format = await formatOf(path);
  if (format !== 'lines') await loadParquetWriter();
  if (format === 'folder') await checkFolder(path ?? '');
  else await checkOutput(path, { inputs });
}

async function checkFolder(path: string): Promise<void> {
  const refuse = (message: string) => new InvalidArgumentError({ parameter: '--output', value: path, message });
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw refuse(['EEXIST', 'ENOTDIR'].includes(codeOf(error)) ? 'a file is in its place.' : writeProblem(error));
  }
  const other = (await readdir(path)).find((name) => !PART.test(name) && !name.startsWith('.'));
  if (other === undefined) return;
  throw refuse(
    `it is a folder with other files, such as ${other}. Name a file, or a folder for the Parquet files of this job alone.`,
  );
}

function open({ path, stdout, inputs = { files: [] }, onUnfinished }: Destination): Promise<Sink> {
  return openSink(path, { stdout, inputs, onUnfinished });
}

/** Opens lines, which can be written one by one. */
export async function openLines(destination: Destination): Promise<LineOutput & AsyncDisposable> {
  const sink = await open(destination);
  return Object.assign(new LineOutput(sink, destination.path), {
    [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose](),
  });
}

/**
 * Writes all results.
 *
 * @param read Gives them from the first on, as often as it is called.
 * @param segmentSize Results in one file of a folder.
 */
export async function writeResults(
  read: () => AsyncIterable<JobResult>,
  destination: Destination,
  { segmentSize }: { segmentSize: number },
): Promise<WrittenCounts> {
  const format = await formatOf(destination.path);
  if (format === 'folder') return writeFolder(read, destination, segmentSize);
  await using sink = await open(destination);
  const output =
    format === 'lines'
      ? new LineOutput(sink, destination.path)
      : new ParquetOutput(await loadParquetWriter(), { sink, columns: await findColumns(read()) });
  let [done, failed] = [0, 0];
  for await (const result of read()) {
    if (result.failed) failed += 1;
    else done += 1;
    await output.write(result.json);
  }
  await output.commit();
  return { done, failed };
}

/** One file for each segment. What another job, or a run before, has left of files in the folder is removed. */
async function writeFolder(
  read: () => AsyncIterable<JobResult>,
  destination: Destination,
  segmentSize: number,
): Promise<WrittenCounts> {
  const folder = destination.path ?? '';
  const [library, columns] = [await loadParquetWriter(), await findColumns(read())];
  await checkFolder(folder);
  const stale = new Set((await readdir(folder)).filter((name) => PART.test(name)));
  let rows: string[] = [];
  let number = 0;
  const writePart = async () => {
    const name = `part-${String(number).padStart(8, '0')}.parquet`;
    await using sink = await open({ ...destination, path: join(folder, name) });
    const output = new ParquetOutput(library, { sink, columns });
    for (const row of rows) await output.write(row);
    await output.commit();
    stale.delete(name);
    rows = [];
    number += 1;
  };
  let [done, failed] = [0, 0];
  for await (const result of read()) {
    if (result.failed) failed += 1;
    else done += 1;
    rows.push(result.json);
    if (rows.length >= segmentSize) await writePart();
  }
  if (rows.length > 0 || number === 0) await writePart();
  for (const name of stale) await rm(join(folder, name));
  return { done, failed };
}
