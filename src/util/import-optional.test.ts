import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const folder = await mkdtemp(join(tmpdir(), 'import-optional-'));
afterAll(() => rm(folder, { recursive: true }));

/** Writes a package of one file. */
async function addPackage(name: string, source: string): Promise<void> {
  const path = join(folder, 'node_modules', name);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'package.json'), JSON.stringify({ name, type: 'module', exports: './index.js' }));
  await writeFile(join(path, 'index.js'), source);
}

await addPackage('works', 'export const answer = 42;');
await addPackage('throws', "throw new Error('libgomp.so.1: cannot open shared object file.');");
await addPackage('lacks-package', "import 'not-there';");
await addPackage('lacks-file', "import './binding.js';");

/** What importing a package gives in a process that runs in the folder. */
async function outcome(name: string): Promise<{ answer?: number; name?: string; message?: string; cause?: string }> {
  const script = `
    const { importOptional } = await import('${new URL('import-optional.ts', import.meta.url).href}');
    const about = { dependency: '${name}', feature: 'This test', command: 'npm install ${name}' };
    const result = await importOptional(() => import('${name}'), about).catch(
      ({ name, message, cause }) => ({ name, message, cause: cause.message }),
    );
    console.log(JSON.stringify({ ...result }));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: folder,
  });
  return JSON.parse(stdout) as ReturnType<typeof outcome>;
}

test('a package that works is imported', async () => {
  expect(await outcome('works')).toEqual({ answer: 42 });
});

test('a package that is not there is called not installed', async () => {
  expect(await outcome('not-there')).toMatchObject({
    name: 'MissingDependencyError',
    message: 'This test needs not-there, which is not installed. Add it with: npm install not-there',
  });
});

test.each([
  ['throws', 'libgomp.so.1: cannot open shared object file.'],
  ['lacks-package', "Cannot find package 'not-there'"],
  ['lacks-file', 'Cannot find module'],
])('a package that is there and %s is called broken, with the reason', async (name, reason) => {
  const { message, cause } = await outcome(name);
  expect(message).toContain(`This test needs ${name}, which is installed but cannot be loaded: ${reason}`);
  expect(message).toContain(`Try to install it again: npm install ${name}`);
  expect(cause).toContain(reason);
});
