import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runInProcess } from '../../../test/e2e/__fixtures__/cli-harness.ts';
import { FakeLanguageModel } from '../../test/index.ts';

/** The beginnings of files, which decide what they are. */
const FILES = {
  'photo.jpg': Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
  'b.jpg': Buffer.from('ffd8ffe000104a4649460001', 'hex'),
  'c.gif': Buffer.from('GIF89a\x01\x00\x01\x00'),
  'd.webp': Buffer.from('RIFF\x24\x00\x00\x00WEBPVP8 ', 'latin1'),
  'e.pdf': Buffer.from('%PDF-1.7\n%âãÏÓ\n'),
  'f.wav': Buffer.from('RIFF\x24\x00\x00\x00WAVEfmt ', 'latin1'),
  'g.m4a': Buffer.from('\0\0\0\x20ftypM4A \0\0\0\0', 'latin1'),
  'notes.md': Buffer.from('\ufeff# Notes\n\nYes.'),
  'drawing.svg': Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
  'report.docx': Buffer.from('504b03040a00000000009f', 'hex'),
  'latin.txt': Buffer.from('Gr\xfc\xdfe', 'latin1'),
  empty: Buffer.alloc(0),
  'long.txt': Buffer.alloc(1_000_001, 'a'),
  'big.png': Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), Buffer.alloc(20_000_000)]),
} as const;

async function folder(...names: readonly (keyof typeof FILES)[]): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'attach-'));
  onTestFinished(() => rm(path, { recursive: true }));
  for (const name of names) await writeFile(join(path, name), FILES[name]);
  return path;
}

async function ask(paths: readonly string[], model = new FakeLanguageModel({ answer: 'It.' })) {
  const argv = ['ask', 'What is it?', '--model', 'm', ...paths.flatMap((path) => ['--attach', path])];
  return { ...(await runInProcess(argv, { world: { models: { m: model } } })), prompt: model.calls[0]?.prompt };
}

test('images, PDF and audio go along by what they contain, not by their names', async () => {
  const names = ['photo.jpg', 'b.jpg', 'c.gif', 'd.webp', 'e.pdf', 'f.wav', 'g.m4a'] as const;
  const path = await folder(...names);
  const { prompt, stdout } = await ask(names.map((name) => join(path, name)));
  expect(stdout).toBe('It.\n');
  const types = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'application/pdf', 'audio/wav', 'audio/mp4'];
  expect(prompt?.at(-1)?.content).toEqual([
    ...names.map((filename, index) => ({
      type: 'file',
      filename,
      mediaType: types[index],
      data: { type: 'data', data: FILES[filename] },
    })),
    { type: 'text', text: 'What is it?' },
  ]);
});

test('texts stand in front of the question, between fences, with their names', async () => {
  const path = await folder('notes.md', 'drawing.svg');
  const { prompt } = await ask([join(path, 'notes.md'), join(path, 'drawing.svg')]);
  const text = JSON.stringify(prompt?.at(-1)?.content).replaceAll(/ [0-9a-f]{16}/g, ' MARK');
  expect(JSON.parse(text)).toEqual([
    {
      type: 'text',
      text: [
        '<file MARK notes.md>\n# Notes\n\nYes.\n</file MARK>',
        '<file MARK drawing.svg>\n<svg xmlns="http://www.w3.org/2000/svg"/>\n</file MARK>',
        'What is it?',
      ].join('\n\n'),
    },
  ]);
});

test('a model that takes no images reads the name, and the summary says so', async () => {
  const path = await folder('photo.jpg');
  const model = new FakeLanguageModel({
    answer: ({ prompt }) =>
      JSON.stringify(prompt).includes('"file"')
        ? new Error('this model does not support image input')
        : 'I cannot see it.',
  });
  const { stdout, stderr } = await ask([join(path, 'photo.jpg')], model);
  expect(stdout).toBe('I cannot see it.\n');
  expect(stderr).toContain(
    'Warning: fake/model has no image input. The model does not take it and read "[image: photo.jpg, not shown to this model]" in its place.\n',
  );
});

test.each([
  ['report.docx', 'it is no image, PDF, audio or video that models take, and no text in UTF-8. Convert it'],
  ['latin.txt', 'it is no image, PDF, audio or video that models take, and no text in UTF-8. Convert it'],
  ['empty', 'it is empty.'],
  ['long.txt', 'it has 1.0 MB; at most 1.0 MB of text can be attached.'],
  ['big.png', 'it has 20.0 MB; at most 20.0 MB of a file can be attached.'],
] as const)('%s is refused before any model is asked', async (name, message) => {
  const path = join(await folder(name), name);
  const { exitCode, stderr, prompt } = await ask([path]);
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(`error: Invalid --attach "${path}": ${message}`)]);
  expect(prompt).toBeUndefined();
});

test('a missing file and a folder are refused', async () => {
  const path = await folder();
  await mkdir(join(path, 'inner'));
  expect((await ask([join(path, 'none.png')])).stderr).toContain('none.png": there is no such file.\n');
  expect((await ask([join(path, 'inner')])).stderr).toContain('inner": it is a folder.\n');
});
