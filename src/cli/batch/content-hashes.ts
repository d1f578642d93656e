import { createHash, hash } from 'node:crypto';
import { globSync } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BlenderConfig } from '../../index.ts';

/** Files up to this size are read in full. */
const WHOLE_BYTES = 16 * 2 ** 20;
/** Of larger ones so many blocks of this size, from the first to the last: training changes all weights. */
const BLOCKS = 16;
const BLOCK_BYTES = 2 ** 20;

/** A file by its content, as it stands in the manifest of a job; null where it cannot be read. */
export async function hashOfFile(path: string): Promise<string | null> {
  const content = await readFile(path).catch(() => undefined);
  return content === undefined ? null : named(hash('sha256', content));
}

function named(digest: string): string {
  return `sha256 ${digest}`;
}

/** `src/`, or `dist/` where the package is installed. */
const CODE = fileURLToPath(new URL('../..', import.meta.url));
const CODE_ENDINGS = new Set(['.ts', '.js', '.cts', '.cjs']);
const NOT_CODE = /\.(?:test|contract)\.ts$|\.d\.c?ts$|__fixtures__/;

let codeHash: Promise<string> | undefined;

/** The code of this package with its prompts, and the weights that ship with it: what is loaded now. */
export function hashOfCode(): Promise<string> {
  return (codeHash ??= readCode());
}

async function readCode(): Promise<string> {
  const code = globSync('**/*', { cwd: CODE }).filter(
    (file) => CODE_ENDINGS.has(extname(file)) && !NOT_CODE.test(file),
  );
  const models = join(CODE, '../models');
  const weights = globSync('*/*.{json,onnx,gguf}', { cwd: models });
  return hashOfFiles([
    ...code.toSorted().map((file) => join(CODE, file)),
    ...weights.toSorted().map((file) => join(models, file)),
  ]);
}

/**
 * The files of models and rankers that a command names by a path, by the last part of that path: it may lie elsewhere on
 * another machine.
 */
export async function hashesOfWeights(
  flags: object,
  { models, rankers, blends, defaults }: Pick<BlenderConfig, 'models' | 'rankers' | 'blends' | 'defaults'>,
): Promise<Readonly<Record<string, string>>> {
  const texts = new Set(textsIn([flags, models, rankers, blends, defaults]));
  const hashes: [string, string][] = [];
  for (const text of texts) {
    const path = text.replace(/^(?:(?:judge|judge-list|cascade):)*(?:local\/)?/, '').replace(/:int8$/, '');
    if (!/[\\/]/.test(path) && !path.endsWith('.gguf')) continue;
    const stats = await stat(path).catch(() => undefined);
    if (stats?.isFile() === true) hashes.push([basename(path), await hashOfFiles([path])]);
    if (stats?.isDirectory() !== true) continue;
    const files = globSync('*.{json,onnx,safetensors,gguf,txt}', { cwd: path }).toSorted();
    hashes.push([basename(path), await hashOfFiles(files.map((file) => join(path, file)))]);
  }
  return Object.fromEntries(hashes);
}

function* textsIn(value: unknown): Generator<string, void> {
  if (typeof value === 'string') yield value;
  else if (Array.isArray(value)) for (const one of value) yield* textsIn(one);
  else if (Object.getPrototypeOf(value ?? 0) === Object.prototype) yield* textsIn(Object.values(value as object));
}

async function hashOfFiles(paths: readonly string[]): Promise<string> {
  const sum = createHash('sha256');
  for (const path of paths) {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    sum.update(`${basename(path)} ${size}\n`);
    if (size <= WHOLE_BYTES) {
      sum.update(await file.readFile());
      continue;
    }
    const block = Buffer.alloc(BLOCK_BYTES);
    for (let number = 0; number < BLOCKS; number += 1) {
      const position = Math.floor((number * (size - BLOCK_BYTES)) / (BLOCKS - 1));
      const { bytesRead } = await file.read(block, 0, BLOCK_BYTES, position);
      sum.update(block.subarray(0, bytesRead));
    }
  }
  return named(sum.digest('hex'));
}
