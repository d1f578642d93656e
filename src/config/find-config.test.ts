import { chown, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findConfig } from './find-config.ts';

async function folders(...inner: readonly string[]): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'find-')));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, ...inner), { recursive: true });
  return folder;
}

test('the search goes up as far as home, and where it starts elsewhere, to the root', async () => {
  const folder = await folders('home', 'project', 'src');
  const file = join(folder, 'blender.config.json');
  await writeFile(file, '{}');
  const inner = join(folder, 'home/project/src');
  expect(findConfig(inner, { home: join(folder, 'home') })).toBeUndefined();
  expect(findConfig(inner, { home: join(folder, 'other') })).toBe(file);
  await writeFile(join(folder, 'home/blender.config.yml'), '');
  expect(findConfig(inner, { home: join(folder, 'home') })).toBe(join(folder, 'home/blender.config.yml'));
});

test.runIf(process.getuid?.() === 0)('a file of another user is not run unasked', async () => {
  const folder = await folders('project');
  const file = join(folder, 'blender.config.ts');
  await writeFile(file, 'throw new Error("run");');
  await chown(file, 12_345, 12_345);
  expect(() => findConfig(join(folder, 'project'))).toThrow(
    `${file} cannot be used:\n  - it belongs to another user; to use it all the same, name it with --config.`,
  );
  expect(findConfig(folder)).toBe(file);
});
