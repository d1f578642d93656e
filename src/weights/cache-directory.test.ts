import { readdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from './__fixtures__/temporary-folder.ts';
import { prepareCacheDirectory, resolveCacheDirectory } from './cache-directory.ts';

test('the folder given wins, then the variable, then the platform', () => {
  const env = { LLM_BLENDER_CACHE: '/from/variable' };
  expect(resolveCacheDirectory({ cacheDirectory: 'given', env })).toBe(resolve('given'));
  expect(resolveCacheDirectory({ env })).toBe(resolve('/from/variable'));
  expect(resolveCacheDirectory({ env: { LLM_BLENDER_CACHE: '~/here' } })).toBe(join(homedir(), 'here'));
  const platform = resolveCacheDirectory({ env: { LLM_BLENDER_CACHE: ' ' } });
  expect(isAbsolute(platform)).toBe(true);
  expect(platform).toContain('llm-blender');
});

test('creates the folder', async () => {
  await using folder = await temporaryFolder();
  const directory = join(folder.path, 'a', 'b');
  await prepareCacheDirectory(directory);
  await expect(readdir(directory)).resolves.toEqual([]);
});

test('a folder that cannot be written is named, with the variable that changes it', async () => {
  await using folder = await temporaryFolder();
  // A folder below a file cannot be made by anybody, the superuser included.
  await writeFile(join(folder.path, 'file'), '');
  const directory = join(folder.path, 'file', 'cache');
  await expect(prepareCacheDirectory(directory)).rejects.toMatchObject({
    code: 'invalid_argument',
    value: directory,
    message: expect.stringMatching(/cannot be written \(ENOTDIR\).*LLM_BLENDER_CACHE/),
  });
});
