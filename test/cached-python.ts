import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');

/** The Python of an environment with the packages of the last list, which names the others. */
export async function cachedPython(name: string, lists: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
    .update(Buffer.concat(await Promise.all(lists.map((file) => readFile(file)))))
    .digest('hex')
    .slice(0, 12);
  const folder = join(root, 'node_modules/.cache', `${name}-${hash}`);
  const python = join(folder, 'bin/python');
  if (existsSync(python)) return python;
  // Made beside and renamed at the end; an environment may move as long as its programs are started through python.
  const partial = `${folder}.${process.pid}`;
  await rm(partial, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', partial]);
  await run(join(partial, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '-r', lists.at(-1) ?? ''], {
    maxBuffer: 64 * 1024 * 1024,
  });
  await rename(partial, folder);
  return python;
}
