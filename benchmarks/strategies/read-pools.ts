import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';

/** One question with answers and how good each is known to be. */
export interface LabelledPool {
  readonly instruction: string;
  readonly texts: readonly string[];
  /** Quality of each answer, such as the probability that it beats a fixed baseline; between 0 and 1. */
  readonly preferences: readonly number[];
}

interface PoolLine {
  readonly instruction: string;
  readonly candidates: readonly { readonly output: string; readonly preference: number }[];
}

/** Reads lines `{instruction, candidates: [{output, preference}]}`, gzipped or not. */
export async function readPools(path: string, most: number): Promise<readonly LabelledPool[]> {
  const bytes = await readFile(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, most)
    .map((line) => JSON.parse(line) as PoolLine)
    .map(({ instruction, candidates }) => ({
      instruction,
      texts: candidates.map(({ output }) => output),
      preferences: candidates.map(({ preference }) => preference),
    }));
}
