import { fileGitHash, fileSha256, hasGgufMagic, readFileState } from './file-facts.ts';

/** What is known of a file before looking at it. */
export interface Expected {
  /** Lower-case hex. */
  readonly sha256?: string | undefined;
  /** The hash by which git names the content. */
  readonly gitHash?: string | undefined;
  readonly bytes?: number | undefined;
  /** A look at the file that says what is wrong with it. @default whether it begins as a GGUF file does */
  readonly check?: ((path: string) => Promise<string | undefined>) | undefined;
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

/** Looks at a file, hashes it and compares. @throws the signal's reason on abort. */
export async function verifyFile(
  path: string,
  { sha256: wanted, gitHash, bytes, check = ggufProblem }: Expected,
  abortSignal?: AbortSignal | undefined,
): Promise<VerifyResult> {
  const damaged = (reason: string) => ({ type: 'damaged', reason }) as const;
  const state = await readFileState(path);
  if (state === undefined) return { type: 'absent' };
  if (bytes !== undefined && state.bytes !== bytes) {
    return damaged(`it has ${state.bytes} bytes where ${bytes} are expected`);
  }
  const problem = await check(path);
  if (problem !== undefined) return damaged(problem);
  const sha256 = await fileSha256(path, abortSignal);
  if (wanted !== undefined && sha256 !== wanted) return damaged(`its sha256 is ${sha256} where ${wanted} is expected`);
  if (gitHash !== undefined && (await fileGitHash(path, abortSignal)) !== gitHash) {
    return damaged(`its hash in git is not ${gitHash}`);
  }
  return { type: 'verified', sha256, bytes: state.bytes };
}

/** @throws Error with a sentence where a file that was just fetched is not the right one. */
export async function requireRight(path: string, expected: Expected, abortSignal: AbortSignal): Promise<VerifiedFile> {
  const result = await verifyFile(path, expected, abortSignal);
  if (result.type === 'verified') return { sha256: result.sha256, bytes: result.bytes };
  throw new Error(`the file is not the right one: ${result.type === 'damaged' ? result.reason : 'it is not there'}.`);
}

/** What is wrong with a file that should be a GGUF file, at first sight. */
export async function ggufProblem(path: string): Promise<string | undefined> {
  return (await hasGgufMagic(path)) ? undefined : 'it is no GGUF file';
}
