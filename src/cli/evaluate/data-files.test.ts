import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { expandFolders } from './data-files.ts';

async function makeFolder(names: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'data-files-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const name of names) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), '{}');
  }
  return folder;
}

test('a folder stands for the files of data in it, without the run that it holds', async () => {
  const folder = await makeFolder([
    'question.jsonl',
    'model_answer/y.jsonl',
    'model_answer/x.jsonl.gz',
    'README.md',
    '.cache/old.jsonl',
    'run/data.jsonl',
  ]);
  await expect(expandFolders(['first.json', folder, '-'], join(folder, 'run'))).resolves.toEqual({
    files: [
      'first.json',
      ...['model_answer/x.jsonl.gz', 'model_answer/y.jsonl', 'question.jsonl'].map((name) => join(folder, name)),
      '-',
    ],
    others: [join(folder, 'README.md')],
  });
});

test('a folder without data is refused', async () => {
  const folder = await makeFolder(['README.md']);
  await expect(expandFolders([folder], 'run')).rejects.toThrow('no file in this folder ends like data');
});
