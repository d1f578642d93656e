import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { importOptional } from './import-optional.ts';

/** A folder with a package `broken`, which has this source, and a module that imports it. */
async function packageWith(source: string): Promise<() => Promise<unknown>> {
  const folder = await mkdtemp(join(tmpdir(), 'import-optional-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const home = join(folder, 'node_modules/broken');
  await mkdir(home, { recursive: true });
  await writeFile(join(home, 'package.json'), '{ "name": "broken", "type": "module", "exports": "./index.js" }');
  await writeFile(join(home, 'index.js'), source);
  await writeFile(join(folder, 'main.mjs'), "export { value } from 'broken';");
  return () => import(/* @vite-ignore */ pathToFileURL(join(folder, 'main.mjs')).href);
}

const broken = { dependency: 'broken', feature: 'The ranker x', command: 'npm install broken' };

test('a package that is there is imported', async () => {
  expect(await importOptional(await packageWith('export const value = 1;'), broken)).toMatchObject({ value: 1 });
});

test('a missing package is distinguished from one that fails to load, and from one that misses another', async () => {
  const missing = (): Promise<unknown> => import(/* @vite-ignore */ ['no-such', 'package'].join('-'));
  await expect(importOptional(missing, { ...broken, dependency: 'no-such-package' })).rejects.toThrow(
    'The ranker x needs no-such-package, which is not installed. Add it with: npm install broken',
  );
  const failing = await packageWith("throw new Error('libgomp.so.1: cannot open shared object file');");
  await expect(importOptional(failing, broken)).rejects.toMatchObject({
    code: 'missing_dependency',
    message:
      'The ranker x needs broken, which is installed but cannot be loaded: libgomp.so.1: cannot open shared object file. Install it again with: npm install broken',
  });
  const incomplete = await packageWith("export { value } from 'another-package';");
  await expect(importOptional(incomplete, broken)).rejects.toThrow(
    /installed but cannot be loaded: Cannot find package 'another-package'/,
  );
});
