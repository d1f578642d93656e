import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { StringOutput } from '../../../test/e2e/__fixtures__/cli-harness.ts';
import type { Inputs } from './input.ts';
import { openSink, Output } from './output.ts';

const inputs: Pick<Inputs, 'files'> = { files: [] };
const stdout = () => new Output(new StringOutput());

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'cli-sink-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

test('a file appears at its place only when all is written', async () => {
  const directory = await folder();
  const path = join(directory, 'out.jsonl');
  await writeFile(path, 'old', { mode: 0o640 });
  await using sink = await openSink(path, { stdout: stdout(), inputs });
  await sink.write('new');
  expect(await readFile(path, 'utf8')).toBe('old');
  expect(await readdir(directory)).toHaveLength(2);
  await sink.commit();
  expect(await readFile(path, 'utf8')).toBe('new');
  expect((await stat(path)).mode & 0o777).toBe(0o640);
  await sink[Symbol.asyncDispose]();
  expect(await readdir(directory)).toEqual(['out.jsonl']);
});

test('without a commit nothing is left behind, and what was there stays', async () => {
  const directory = await folder();
  const path = join(directory, 'out.jsonl');
  await writeFile(path, 'old');
  {
    await using sink = await openSink(path, { stdout: stdout(), inputs });
    await sink.write('half');
  }
  expect([await readdir(directory), await readFile(path, 'utf8')]).toEqual([['out.jsonl'], 'old']);
});

test('a link stays a link, and a device is written to as it is', async () => {
  const directory = await folder();
  await mkdir(join(directory, 'real'));
  await writeFile(join(directory, 'real', 'file'), 'old');
  const link = join(directory, 'link');
  await symlink(join(directory, 'real', 'file'), link);
  await using sink = await openSink(link, { stdout: stdout(), inputs });
  await sink.write('new');
  await sink.commit();
  expect(await readFile(join(directory, 'real', 'file'), 'utf8')).toBe('new');
  await using device = await openSink('/dev/null', { stdout: stdout(), inputs });
  await device.write('gone');
  await device.commit();
  expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
});

test('the input, a folder, and a place that does not exist are refused', async () => {
  const directory = await folder();
  const path = join(directory, 'in.jsonl');
  await writeFile(path, '');
  await symlink(path, join(directory, 'link'));
  const same = { files: [await stat(path)] };
  const refusals = [];
  for (const place of [path, join(directory, 'link'), directory, join(directory, 'no', 'file'), join(path, 'file')]) {
    const error: unknown = await openSink(place, { stdout: stdout(), inputs: same }).catch((reason: unknown) => reason);
    refusals.push(String(error).replaceAll(directory, 'DIR'));
  }
  expect(refusals).toMatchInlineSnapshot(`
    [
      "InvalidArgumentError: Invalid --output "DIR/in.jsonl": it is the input as well. Name another file.",
      "InvalidArgumentError: Invalid --output "DIR/link": it is the input as well. Name another file.",
      "InvalidArgumentError: Invalid --output "DIR": it is a folder.",
      "InvalidArgumentError: Invalid --output "DIR/no/file": its folder does not exist.",
      "InvalidArgumentError: Invalid --output "DIR/in.jsonl/file": it cannot be written (ENOTDIR).",
    ]
  `);
  expect(await readdir(directory)).toEqual(['in.jsonl', 'link']);
});
