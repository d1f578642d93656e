import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

test('the registry names rankers, weights and runtimes only by import()', async () => {
  const files = (await readdir(join(root, 'src/registry'))).filter((name) => !name.endsWith('.test.ts'));
  expect(files).toContain('resolve-model.ts');
  for (const file of files) {
    const text = await readFile(join(root, 'src/registry', file), 'utf8');
    expect(text, file).not.toMatch(/from '\.\.\/(?:weights|local|rankers)\//);
  }
});

test('importing the library loads no native code and no runtime', async () => {
  const script = `
    await import('./src/index.ts');
    const { sharedObjects } = process.report.getReport();
    console.log(JSON.stringify(sharedObjects.filter((path) => path.includes('node_modules'))));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd: root });
  expect(JSON.parse(stdout)).toEqual([]);
});
