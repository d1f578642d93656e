import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fileSha256 } from './file-sha256.ts';
import { isSameState, readFileState } from './file-state.ts';
import { writeJson } from './write-json.ts';

/** One file of a folder, as it was when it was verified. */
export const fileRecordSchema = z.object({
  /** Inside the folder. */
  name: z.string().regex(/^[^/\\]+$/),
  sha256: z.string(),
  bytes: z.number(),
  mtimeNs: z.string(),
  ctimeNs: z.string(),
});

/** @see HubRecord */
export const hubRecordSchema = z.object({
  /** The `hf:` reference. */
  uri: z.string(),
  /** Name of the file to load. */
  entrypoint: z.string(),
  files: z.array(fileRecordSchema).min(1),
});

/** What is in the folder of an `hf:` reference; written last, so that a folder without it is not finished. */
export type HubRecord = z.infer<typeof hubRecordSchema>;

/** The record of a folder, undefined where there is none. */
export async function readHubRecord(folder: string): Promise<HubRecord | undefined> {
  try {
    return hubRecordSchema.parse(JSON.parse(await readFile(hubRecordPath(folder), 'utf8')));
  } catch {
    return undefined;
  }
}

export async function writeHubRecord(folder: string, record: HubRecord): Promise<void> {
  await writeJson(hubRecordPath(folder), record);
}

/** True where every file is just as it was when it was verified. Reads no file. */
export async function isHubRecordFresh(folder: string, record: HubRecord): Promise<boolean> {
  const states = await Promise.all(record.files.map(({ name }) => readFileState(join(folder, name))));
  return record.files.every((file, index) => {
    const state = states[index];
    return state !== undefined && isSameState(state, file);
  });
}

/** Hashes every file; the record with their present state, or undefined where one is missing or different. */
export async function reverifyHubRecord(
  folder: string,
  record: HubRecord,
  abortSignal: AbortSignal | undefined,
): Promise<HubRecord | undefined> {
  const files: HubRecord['files'] = [];
  for (const file of record.files) {
    const path = join(folder, file.name);
    const state = await readFileState(path);
    if (state?.bytes !== file.bytes || (await fileSha256(path, abortSignal)) !== file.sha256) return undefined;
    files.push({ ...file, ...state });
  }
  return { ...record, files };
}

/** Where a folder has its record. */
export function hubRecordPath(folder: string): string {
  return join(folder, 'weights.json');
}
