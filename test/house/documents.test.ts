import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const { stdout } = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: root });
const documents = stdout.trim().split('\n');

/** Folders whose mention in `code` means a path of this repository. */
const PATH = /^(?:src|test|docs|scripts|examples|benchmarks|training|models|\.ci)\/[\w./-]*$/;

test.each(documents)('every path named in %s exists', async (document) => {
  const text = await readFile(join(root, document), 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, path = '']) =>
    join(dirname(document), path),
  );
  const mentioned = [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code).filter((code) => PATH.test(code));
  for (const path of [...links, ...mentioned]) {
    await expect(
      stat(join(root, path)).then(() => path),
      `${document} names ${path}`,
    ).resolves.toBe(path);
  }
});

test('every npm script named in a document exists', async () => {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  for (const document of documents) {
    const text = await readFile(join(root, document), 'utf8');
    for (const [, name = ''] of text.matchAll(/npm run ([\w:-]+)/g))
      expect(Object.keys(scripts), document).toContain(name);
  }
});

test('the repository names no place of the machine it is written on', async () => {
  const { stdout: found } = await run(
    'git',
    ['grep', '-lIE', '(/root/|/home/[a-z]+/|/Users/)', '--', '.', ':!test/house'],
    { cwd: root },
  ).catch((error: { code?: number; stdout?: string }) => ({ stdout: error.code === 1 ? '' : String(error) }));
  expect(found).toBe('');
});
