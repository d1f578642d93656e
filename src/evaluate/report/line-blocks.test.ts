import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { LineBlocks } from './line-blocks.ts';

async function makeFile(content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'line-blocks-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'lines');
  await writeFile(path, content);
  return path;
}

const linesTo = (count: number, word = 'line') =>
  Array.from({ length: count }, (_, number) => `${word} ${number} ü€😀`);

test.each([
  ['nothing', [], '', []],
  ['less than a block', linesTo(2), '\n', [2]],
  ['whole blocks', linesTo(6), '\n', [3, 3]],
  ['a block begun', linesTo(7), '\n', [3, 3, 1]],
  ['no newline at the end', linesTo(7), '', [3, 3, 1]],
  ['a line longer than what is read at once', [...linesTo(4), 'x'.repeat(2 ** 21), 'end'], '\n', [3, 3]],
])('blocks of a file with %s, the last one first', async (_name, lines, end, sizes) => {
  const path = await makeFile(lines.join('\n') + end);
  const blocks = new LineBlocks(3);
  expect(await blocks.read(path, sizes.length)).toBeUndefined();
  for (const number of [...sizes.keys()].toReversed()) {
    expect(await blocks.read(path, number)).toEqual(lines.slice(3 * number, 3 * number + (sizes[number] ?? 0)));
  }
});

test('a file that has changed is looked through anew, in the same place or in another', async () => {
  const path = await makeFile(linesTo(9).join('\n'));
  const blocks = new LineBlocks(3);
  expect(await blocks.read(path, 2)).toEqual(linesTo(9).slice(6));
  await writeFile(path, linesTo(8, 'longer line').join('\n'));
  expect(await blocks.read(path, 2)).toEqual(linesTo(8, 'longer line').slice(6));
  await writeFile(`${path}.new`, linesTo(8, 'another one').join('\n'));
  await rename(`${path}.new`, path);
  expect(await blocks.read(path, 2)).toEqual(linesTo(8, 'another one').slice(6));
  await rm(path);
  await expect(blocks.read(path, 2)).rejects.toThrow('ENOENT');
});
