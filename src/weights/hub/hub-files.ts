import { readFile, realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Environment } from '../../util/environment.ts';
import { errorMessage } from '../../util/error-message.ts';
import { readSafetensorsHeader } from '../../util/safetensors.ts';
import { readFileState } from '../files/file-facts.ts';
import { type Expected, ggufProblem } from '../files/verification.ts';
import { fileOfTag, splitFiles } from './hub-reference.ts';
import { HubRepository } from './hub-repository.ts';

/** A file that is wanted, and what is known of it beforehand. */
export interface WantedFile extends Pick<Expected, 'sha256' | 'bytes'> {
  /** Path inside the repository. */
  readonly file: string;
  /** Number of weights. */
  readonly parameters?: number;
}

/** Files of one repository that belong together. */
export interface HubFiles {
  readonly type: 'hugging-face';
  /** `owner/name`. */
  readonly repo: string;
  readonly revision: string;
  /** The files, or the name of a quantization. */
  readonly wanted: readonly WantedFile[] | string;
  /** Whether what the cache has of the revision is used without asking whether the revision has moved. */
  readonly prefersCache: boolean;
}

/** A file that is there, unchecked. */
export interface LocatedFile {
  readonly path: string;
  readonly expected: Expected;
}

/** What the shared cache has of the revision as this machine last saw it; undefined where a file is missing. */
export async function locateHubFiles(
  { repo, revision, wanted }: HubFiles,
  env: Environment,
): Promise<LocatedFile[] | undefined> {
  const repository = new HubRepository(repo, env);
  const commit = await repository.commitOf(revision);
  if (commit === undefined) return undefined;
  const tagged = typeof wanted === 'string' ? fileOfTag(await repository.filesOf(commit), wanted) : undefined;
  const files = typeof wanted === 'string' ? splitFiles(tagged ?? '').map((file): WantedFile => ({ file })) : wanted;
  const located: LocatedFile[] = [];
  for (const item of files) {
    const path = item.file === '' ? '' : repository.pointer(commit, item.file);
    if ((await readFileState(path)) === undefined) return undefined;
    located.push({ path, expected: expectedOf(item, basename(await realpath(path))) });
  }
  return located;
}

/** What a content must be: as it is pinned, as its name among the blobs says, and what its ending promises. */
export function expectedOf({ file, parameters, bytes, sha256: pinned }: WantedFile, etag: string): Expected {
  const sha256 = pinned ?? (/^[0-9a-f]{64}$/.test(etag) ? etag : undefined);
  const gitHash = /^[0-9a-f]{40}$/.test(etag) ? etag : undefined;
  const check = /\.json$/i.test(file) ? jsonProblem : /\.safetensors$/i.test(file) ? weightsProblem : ggufProblem;
  return { sha256, gitHash, bytes, check: (path) => check(path, parameters) };
}

async function jsonProblem(path: string): Promise<string | undefined> {
  try {
    JSON.parse(await readFile(path, 'utf8'));
    return undefined;
  } catch {
    return 'it is no JSON';
  }
}

async function weightsProblem(path: string, expected: number | undefined): Promise<string | undefined> {
  try {
    const tensors = [...(await readSafetensorsHeader(path)).values()];
    const sizes = tensors.map(({ shape }) => shape.reduce((product, dimension) => product * dimension, 1));
    const parameters = sizes.reduce((sum, size) => sum + size, 0);
    if (expected === undefined || parameters === expected) return undefined;
    return `its weights are ${parameters} numbers where ${expected} are expected`;
  } catch (error) {
    return errorMessage(error);
  }
}
