import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { isSameState, readFileIdentity, readFileState } from './file-facts.ts';
import { writeWhole } from './land-file.ts';
import type { VerifiedFile } from './verification.ts';

const fileSchema = z.object({
  sha256: z.string(),
  bytes: z.number(),
  mtimeNs: z.string(),
  ctimeNs: z.string(),
  /** Identity of the file if we downloaded it; it may be another one's now. */
  downloaded: z.string().optional(),
});

const recordSchema = z.object({
  /** Name in a catalog, `hf:` reference, or the name of a ranker in 8 bits. */
  name: z.string(),
  /** The one to load comes first. */
  files: z.array(fileSchema.extend({ path: z.string() })).min(1),
  /** Of weights made here: what they were made from. */
  madeFrom: z.string().optional(),
});

/** The files that a name stands for, as they were when they were verified. Kept in our own cache. */
export type WeightsRecord = z.infer<typeof recordSchema>;

/** Where the record of a name is. The hash keeps apart what only differs in signs that file names cannot hold. */
export function recordPath(cacheDirectory: string, name: string): string {
  const plain = name.replace(/[^\w.-]+/g, '_').slice(0, 100);
  return join(
    cacheDirectory,
    'records',
    `${plain}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}.json`,
  );
}

/** What the files of a download are recorded by that is not finished yet. */
export function downloadsName(name: string): string {
  return `downloads of ${name}`;
}

/** Everything that is recorded. */
export async function readRecords(cacheDirectory: string): Promise<WeightsRecord[]> {
  const readAll = async (folder: string, read: (entry: string) => Promise<WeightsRecord | undefined>) => {
    const names = await readdir(join(cacheDirectory, folder)).catch(() => []);
    return Promise.all(names.toSorted().map((name) => read(join(cacheDirectory, folder, name))));
  };
  const folders = await Promise.all([
    readAll('records', (path) => readJson(path, recordSchema)),
    ...['hf', 'rankers'].map((folder) => readAll(folder, readEarlierRecord)),
  ]);
  const records = folders.flat().filter((record) => record !== undefined);
  return records.filter(({ name }, index) => records.findIndex((other) => other.name === name) === index);
}

export async function readRecord(cacheDirectory: string, name: string): Promise<WeightsRecord | undefined> {
  return (await readRecords(cacheDirectory)).find((record) => record.name === name);
}

/** Writes down files that have been verified. */
export async function writeRecord(
  cacheDirectory: string,
  { name, madeFrom, files }: { name: string; madeFrom?: string | undefined; files: readonly RecordedFile[] },
): Promise<void> {
  const known = (await readRecords(cacheDirectory)).flatMap((record) => record.files);
  const recorded = await Promise.all(
    files.map(async ({ path, sha256, isDownloaded = false }) => {
      const [state, identity] = await Promise.all([readFileState(path), readFileIdentity(path)]);
      if (state === undefined) throw new Error(`${path} has gone.`);
      const isOurs =
        isDownloaded || known.some((file) => file.downloaded !== undefined && file.downloaded === identity);
      const downloaded = isOurs ? identity : undefined;
      return { path, sha256, ...state, ...(downloaded === undefined ? {} : { downloaded }) };
    }),
  );
  const path = recordPath(cacheDirectory, name);
  await mkdir(dirname(path), { recursive: true });
  await writeWhole(path, `${JSON.stringify({ name, madeFrom, files: recorded }, undefined, 2)}\n`);
}

/** A file that has been verified. */
export interface RecordedFile extends VerifiedFile {
  readonly path: string;
  /** Whether that was done just now. */
  readonly isDownloaded?: boolean;
}

/** True where every file is just as it was when it was verified. Reads no file. */
export async function isFresh({ files }: WeightsRecord): Promise<boolean> {
  const states = await Promise.all(files.map(({ path }) => readFileState(path)));
  return files.every((file, index) => {
    const state = states[index];
    return state !== undefined && isSameState(state, file);
  });
}

const earlierSchema = z.object({
  uri: z.string(),
  entrypoint: z.string(),
  files: z.array(fileSchema.extend({ name: z.string().regex(/^[^/\\]+$/) })).min(1),
  source: z
    .array(z.object({ name: z.string(), bytes: z.number(), mtimeNs: z.string(), ctimeNs: z.string() }))
    .optional(),
});

/** Version 0.1 kept files of Hugging Face in folders of our own cache, with their record among them. */
async function readEarlierRecord(folder: string): Promise<WeightsRecord | undefined> {
  const earlier = folder.endsWith('.partial') ? undefined : await readJson(join(folder, 'weights.json'), earlierSchema);
  if (earlier === undefined) return undefined;
  const { uri, entrypoint, source, files } = earlier;
  const isFirst = ({ name }: { name: string }) => name === entrypoint;
  const ordered = [...files.filter(isFirst), ...files.filter((file) => !isFirst(file))];
  return {
    name: source === undefined ? uri : `${uri}:int8`,
    files: ordered.map(({ name, ...file }) => ({ ...file, path: join(folder, name) })),
    ...(source === undefined ? {} : { madeFrom: JSON.stringify(source) }),
  };
}

/** Undefined where there is nothing, or something else: as good as nothing. */
async function readJson<VALUE>(path: string, schema: z.ZodType<VALUE>): Promise<VALUE | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}
