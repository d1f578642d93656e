import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { fileSha256 } from './file-sha256.ts';
import { type FileState, isSameState, readFileState } from './file-state.ts';
import { hasGgufMagic } from './gguf-magic.ts';
import { writeJson } from './write-json.ts';

const sidecarSchema = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.number(),
  mtimeNs: z.string(),
  ctimeNs: z.string(),
});

type Sidecar = z.infer<typeof sidecarSchema>;

/** What is known of a file before looking at it. */
export interface Expected {
  readonly sha256: string | undefined;
  readonly bytes: number | undefined;
}

/** A file whose content is known to be right. */
export interface VerifiedFile {
  readonly sha256: string;
  readonly bytes: number;
}

/** What {@link verifyFile} found. */
export type VerifyResult =
  | ({ readonly type: 'verified' } & VerifiedFile)
  | { readonly type: 'absent' }
  | { readonly type: 'damaged'; readonly reason: string };

/** Where a verification of `path` is remembered. */
export function sidecarPath(path: string): string {
  return `${path}.verified.json`;
}

/** The remembered verification, undefined unless the file is still just as it was then. Does not read the file. */
export async function recallVerification(path: string, expected: Expected): Promise<VerifiedFile | undefined> {
  const [sidecar, state] = await Promise.all([readSidecar(path), readFileState(path)]);
  if (sidecar === undefined || state === undefined || !isSameState(sidecar, state)) return undefined;
  if (expected.sha256 !== undefined && expected.sha256 !== sidecar.sha256) return undefined;
  return { sha256: sidecar.sha256, bytes: state.bytes };
}

/**
 * Hashes a file and compares. Where nothing is expected of it (weights put into the cache by hand), the hash that was
 * remembered counts, and where there is none either, looking like a GGUF file has to do.
 *
 * @throws the signal's reason on abort.
 */
export async function verifyFile(path: string, expected: Expected, abortSignal?: AbortSignal): Promise<VerifyResult> {
  const state = await readFileState(path);
  if (state === undefined) return { type: 'absent' };
  if (expected.bytes !== undefined && state.bytes !== expected.bytes) {
    return { type: 'damaged', reason: `it has ${state.bytes} bytes where ${expected.bytes} are expected` };
  }
  const wanted = expected.sha256 ?? (await readSidecar(path))?.sha256;
  if (wanted === undefined && !(await hasGgufMagic(path))) return { type: 'damaged', reason: 'it is no GGUF file' };
  const sha256 = await fileSha256(path, abortSignal);
  if (wanted !== undefined && sha256 !== wanted) {
    return { type: 'damaged', reason: `its sha256 is ${sha256} where ${wanted} is expected` };
  }
  return { type: 'verified', sha256, bytes: state.bytes };
}

/** Remembers that the file has this hash, so that gigabytes are not hashed at each start. */
export async function rememberVerification(path: string, sha256: string, before?: FileState): Promise<void> {
  const state = await readFileState(path);
  // Changed while it was being hashed: remember nothing, the next start hashes again.
  if (state === undefined || (before !== undefined && !isSameState(before, state))) return;
  await writeJson(sidecarPath(path), { sha256, ...state } satisfies Sidecar);
}

async function readSidecar(path: string): Promise<Sidecar | undefined> {
  try {
    return sidecarSchema.parse(JSON.parse(await readFile(sidecarPath(path), 'utf8')));
  } catch {
    // Missing, half written by an older version, or not ours: the file is simply hashed again.
    return undefined;
  }
}
