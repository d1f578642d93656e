import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { FakeBlender, runInProcess } from '../../../test/e2e/__fixtures__/cli-harness.ts';
import type { CreateBlenderOptions } from '../../index.ts';
import { FakeLanguageModel } from '../../test/index.ts';
import { loadEnvFiles } from './env-file.ts';

const KEY = 'not-a-real-key-8d41';

async function files(...contents: readonly (string | Buffer)[]): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'env-file-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const paths = contents.map((_, index) => join(folder, `${index}.env`));
  for (const [index, content] of contents.entries()) await writeFile(paths[index] ?? '', content);
  return [...paths, folder];
}

test.each([
  ['A=1\r\nB=2\r\n', { A: '1', B: '2' }],
  ['\ufeffA=1\n', { A: '1' }],
  [
    '# keys\nexport A="with spaces # and a sign"\n\nB=\'x y\' # said\nC=',
    { A: 'with spaces # and a sign', B: 'x y', C: '' },
  ],
  ['A="two\nlines"\nB=größer', { A: 'two\nlines', B: 'größer' }],
  ['A=x=y\n  B = 2  \nnonsense', { A: 'x=y', B: '2' }],
])('%j is read as Node reads it', async (content, expected) => {
  const [path = ''] = await files(content);
  const env = {};
  loadEnvFiles([path], env);
  expect(env).toEqual(expected);
});

test('what is set stays, also where it is empty; a later file wins over an earlier one', async () => {
  const [first = '', second = ''] = await files('A=1\nB=1\nC=1', 'B=2\nC=2');
  const env: Record<string, string | undefined> = { A: '', C: 'set', D: undefined };
  loadEnvFiles([first, second], env);
  expect(env).toEqual({ A: '', B: '2', C: 'set', D: undefined });
});

test('a file that cannot be used is named, and what is in it is not shown', async () => {
  const [lines = '', latin = '', wide = '', folder = ''] = await files(
    `just ${KEY}\n`,
    Buffer.from(`A=Gr\xfc${KEY}`, 'latin1'),
    Buffer.from(`A=${KEY}`, 'utf16le'),
  );
  for (const [path, message] of [
    [lines, 'it has no line NAME=VALUE.'],
    [latin, 'it is no text in UTF-8. Save it as UTF-8.'],
    [wide, 'it is no text in UTF-8. Save it as UTF-8.'],
    [folder, 'it is a folder.'],
    [join(folder, 'none.env'), 'there is no such file.'],
  ] as const) {
    const { exitCode, stdout, stderr } = await runInProcess(['rank', '--env-file', path]);
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `error: Invalid --env-file ${JSON.stringify(path)}: ${message}\n`,
    });
  }
});

test('keys of the file reach the blender, and no message', async () => {
  const [path = ''] = await files(`OPENAI_API_KEY=${KEY}\n`);
  const model = new FakeLanguageModel({ answer: new Error(`the key ${KEY} was refused`) });
  const seen: unknown[] = [];
  const createBlender = ({ env }: CreateBlenderOptions) => {
    seen.push(env?.['OPENAI_API_KEY']);
    return new FakeBlender({ models: { m: model } });
  };
  const { stderr } = await runInProcess(['ask', 'q', '-m', 'm', '--env-file', path], { createBlender });
  expect(seen).toEqual([KEY]);
  expect(stderr).toContain('the key [redacted] was refused');
});
