import { readFile, rm } from 'node:fs/promises';
import { z } from 'zod';
import { isMissing, readFileState } from './file-state.ts';
import { writeJson } from './write-json.ts';

const noteSchema = z.object({
  origin: z.string(),
  etag: z.string().optional(),
  sha256: z.string().optional(),
  totalBytes: z.number().optional(),
});

/** What is noted beside a partial download, so that another process can go on with it. */
export type PartialNote = z.infer<typeof noteSchema>;

/** How much of a file is there already. */
export interface PartialState {
  readonly bytes: number;
  readonly note: PartialNote | undefined;
}

/** Where the beginning of `target` is collected: next to it, so that the final rename stays on one disk. */
export function partialPath(target: string): string {
  return `${target}.partial`;
}

/** Reads what an earlier run left behind; bytes of another origin, or of unknown origin, do not count. */
export async function readPartial(target: string, origin: string): Promise<PartialState> {
  const state = await readFileState(partialPath(target));
  const note = await readNote(target);
  if (state === undefined || note?.origin !== origin) return { bytes: 0, note: undefined };
  return { bytes: state.bytes, note };
}

/** Notes what the bytes that follow belong to. */
export async function notePartial(target: string, note: PartialNote): Promise<void> {
  await writeJson(notePath(target), note);
}

/** Removes a partial download and its note; returns the freed bytes. */
export async function removePartial(target: string): Promise<number> {
  const state = await readFileState(partialPath(target));
  await Promise.all([rm(partialPath(target), { force: true }), rm(notePath(target), { force: true })]);
  return state?.bytes ?? 0;
}

function notePath(target: string): string {
  return `${partialPath(target)}.json`;
}

async function readNote(target: string): Promise<PartialNote | undefined> {
  try {
    return noteSchema.parse(JSON.parse(await readFile(notePath(target), 'utf8')));
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}
