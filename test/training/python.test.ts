import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { trainingPython } from './training-env.ts';

const run = promisify(execFile);
const training = join(import.meta.dirname, '../../training');
let python: string;

beforeAll(async () => {
  python = await trainingPython();
}, 600_000);

const inTraining = async (...args: string[]) => {
  const failed = (error: { stdout: string; stderr: string }) => error;
  const { stdout, stderr } = await run(python, ['-m', ...args], {
    cwd: training,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  }).catch(failed);
  return stdout + stderr;
};

test('the Python programs pass the linter', async () => {
  expect(await inTraining('ruff', 'check', '--no-cache')).toBe('All checks passed!\n');
});

test('the Python programs are formatted', async () => {
  expect(await inTraining('ruff', 'format', '--no-cache', '--check')).toMatch(/^\d+ files already formatted\n$/);
});

test('the tests of the Python programs pass', async () => {
  expect(await inTraining('pytest')).toMatch(/^\.+ +\[100%\]\n\d+ passed in /);
}, 300_000);
