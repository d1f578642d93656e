import { readdir, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { fileSha256 } from './file-sha256.ts';
import { readFileState } from './file-state.ts';
import { hasGgufMagic } from './gguf-magic.ts';
import type { HubDownload } from './hub-download.ts';
import type { HubRecord } from './hub-record.ts';
import { flushFile } from './land-file.ts';

/**
 * Checks what the resolver has put into `staging`, and makes it ready to be landed.
 *
 * @throws Error with a sentence where a file is not the right one; the signal's reason on abort.
 */
export async function checkHubDownload(
  staging: string,
  uri: string,
  fetched: HubDownload,
  abortSignal: AbortSignal,
): Promise<HubRecord> {
  // Files of an earlier attempt that now has another outcome.
  const strangers = (await readdir(staging)).filter((name) => !fetched.files.some((file) => file.name === name));
  await Promise.all(strangers.map((name) => rm(join(staging, name), { recursive: true, force: true })));
  const files: HubRecord['files'] = [];
  for (const [index, { name, bytes }] of fetched.files.entries()) {
    const path = join(staging, name);
    await dropTail(path, bytes);
    const state = await readFileState(path);
    if (state === undefined || state.bytes !== bytes)
      throw new Error(`${name} has ${state?.bytes ?? 0} bytes where ${bytes} are expected.`);
    const sha256 = await fileSha256(path, abortSignal);
    // One statement for each file, or none that could be told to belong to it: pieces that were joined into one.
    const stated = fetched.linked.length === fetched.files.length ? fetched.linked[index]?.sha256 : undefined;
    if (stated !== undefined && stated !== sha256)
      throw new Error(`the sha256 of ${name} is ${sha256} where ${stated} is expected.`);
    await flushFile(path);
    files.push({ name, sha256, ...state });
  }
  if (!(await hasGgufMagic(join(staging, fetched.entrypoint))))
    throw new Error(`${fetched.entrypoint} is no GGUF file.`);
  return { uri, entrypoint: fetched.entrypoint, files };
}

/**
 * The resolver keeps its notes behind the content while it downloads, and cuts them off in the end; a note that is
 * written late stays. What counts is the content, and that is checked.
 */
async function dropTail(path: string, bytes: number): Promise<void> {
  const state = await readFileState(path);
  if (state !== undefined && state.bytes > bytes) await truncate(path, bytes);
}
