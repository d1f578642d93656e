import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdtemp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';

/** In the package the built page; in a checkout nothing, since there this file is in `src/`. */
const BUILT = join(import.meta.dirname, '../page');

/** What the page is built from, in a checkout. Of `src/` it has what the table of `scripts/check-imports.ts` allows. */
const ROOT = join(import.meta.dirname, '../..');
const SOURCES = [
  'page',
  'src/blend',
  'src/spec',
  'src/util',
  'src/error',
  'src/evaluate',
  'scripts/build-page.ts',
  'package-lock.json',
];

/** How many earlier builds of a checkout are kept. */
const KEPT_BUILDS = 3;

/** The folder with the built page. In a checkout it is built when its sources have changed, which takes seconds. */
export async function pageFolder(): Promise<string> {
  if (!import.meta.filename.endsWith('.ts')) return BUILT;
  const cache = join(ROOT, 'node_modules/.cache/llm-blender-page');
  const folder = join(cache, await hashOf(SOURCES));
  if (await exists(join(folder, 'index.html'))) return folder;
  await mkdir(cache, { recursive: true });
  // Elsewhere first: another process may build the same at the same time.
  const building = await mkdtemp(join(cache, 'building-'));
  try {
    await promisify(execFile)(process.execPath, [join(ROOT, 'scripts/build-page.ts'), building], { cwd: ROOT }).catch(
      (error: unknown) => {
        throw new Error('The page could not be built. Are the development dependencies there (npm ci)?', {
          cause: error,
        });
      },
    );
    await rename(building, folder).catch(async (error: unknown) => {
      if (!(await exists(join(folder, 'index.html')))) throw error;
    });
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  await removeOld(cache, folder);
  return folder;
}

/** The same for the same names and contents. */
async function hashOf(sources: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const source of sources) {
    for (const path of await filesOf(join(ROOT, source))) {
      hash.update(`${relative(ROOT, path)}\0`).update(await readFile(path));
    }
  }
  return hash.digest('hex').slice(0, 32);
}

async function filesOf(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return [path];
  return entries
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

async function removeOld(cache: string, kept: string): Promise<void> {
  const names = (await readdir(cache, { withFileTypes: true })).filter(({ name }) => !name.startsWith('building-'));
  const others = names
    .map(({ name }) => join(cache, name))
    .filter((folder) => folder !== kept && dirname(folder) === cache);
  for (const folder of others.slice(KEPT_BUILDS)) await rm(folder, { recursive: true, force: true });
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
