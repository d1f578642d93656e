import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

test('only packages that need one run an install script', async () => {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { hasInstallScript?: boolean; optional?: boolean }>;
  };
  const withScript = Object.entries(lock.packages)
    .filter(([, { hasInstallScript, optional }]) => hasInstallScript === true && optional !== true)
    .map(([path]) => path);
  // The script of onnxruntime-node downloads CUDA. npm 10 runs what the lock file marks, whatever allowScripts says:
  // after an update of onnxruntime-node, delete its line "hasInstallScript" again.
  expect(withScript).toEqual(['node_modules/node', 'node_modules/node-llama-cpp']);
});

test('npm warns of nothing in this folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'llm-blender-npm-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const name of ['package.json', 'package-lock.json', '.npmrc']) await cp(join(root, name), join(folder, name));
  // As a shell runs it: not on the Node of node_modules, and without the settings that `npm test` passes on.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  env['PATH'] = (env['PATH'] ?? '')
    .split(':')
    .filter((path) => !path.includes('node_modules'))
    .join(':');
  const { stderr } = await promisify(execFile)('npm', ['ci', '--dry-run', '--ignore-scripts'], { cwd: folder, env });
  expect(stderr).toBe('');
});
