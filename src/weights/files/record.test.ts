import { appendFile, mkdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { fakeGguf, sha256 } from '../__fixtures__/fake-weights.ts';
import { temporaryFolder } from '../__fixtures__/temporary-folder.ts';
import { isFresh, readRecord, readRecords, recordPath, writeRecord } from './record.ts';

const content = fakeGguf(1000);

/** A folder with a file that has been verified. */
async function setUp() {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'x.gguf');
  await writeFile(path, content);
  const file = { path, sha256: sha256(content), bytes: content.length };
  await writeRecord(folder.path, { name: 'x', files: [file] });
  return {
    folder: folder.path,
    path,
    file,
    isFresh: async () => {
      const record = await readRecord(folder.path, 'x');
      return record !== undefined && isFresh(record);
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

test('a verification is remembered until the file changes in any way', async () => {
  await using it = await setUp();
  expect(await it.isFresh()).toBe(true);

  // The same size and the same modification time, as after a careful copy of something else.
  const { atime, mtime } = await stat(it.path);
  await writeFile(it.path, fakeGguf(1000));
  await utimes(it.path, atime, mtime);
  expect(await it.isFresh()).toBe(false);

  await writeRecord(it.folder, { name: 'x', files: [it.file] });
  expect(await it.isFresh()).toBe(true);
  await appendFile(it.path, 'x');
  expect(await it.isFresh()).toBe(false);
  await rm(it.path);
  expect(await it.isFresh()).toBe(false);
});

test('a broken record is as good as none', async () => {
  await using it = await setUp();
  await writeFile(recordPath(it.folder, 'x'), '{"name":');
  expect(await readRecord(it.folder, 'x')).toBeUndefined();
});

test('that we downloaded a file is remembered, also when it is verified again', async () => {
  await using it = await setUp();
  await writeRecord(it.folder, { name: 'x', files: [{ ...it.file, isDownloaded: true }] });
  const [first] = (await readRecord(it.folder, 'x'))?.files ?? [];
  expect(first?.downloaded).toEqual(expect.any(String));
  await writeRecord(it.folder, { name: 'x', files: [it.file] });
  expect((await readRecord(it.folder, 'x'))?.files[0]?.downloaded).toBe(first?.downloaded);
});

test('names that differ only in signs that files cannot have are kept apart', async () => {
  await using it = await setUp();
  for (const name of ['hf:o/r:a', 'hf:o/r/a']) await writeRecord(it.folder, { name, files: [it.file] });
  expect((await readRecords(it.folder)).map(({ name }) => name).toSorted()).toEqual(['hf:o/r/a', 'hf:o/r:a', 'x']);
});

test('the folders of version 0.1 are read as records', async () => {
  await using it = await setUp();
  const state = { sha256: sha256(content), bytes: 1000, mtimeNs: '1', ctimeNs: '2' };
  const earlier = {
    [join('hf', 'o_r_b.gguf-12345678')]: {
      uri: 'hf:o/r/b.gguf',
      entrypoint: 'b.gguf',
      files: [
        { name: 'a.gguf', ...state },
        { name: 'b.gguf', ...state },
      ],
    },
    [join('rankers', 'pairrm-int8')]: {
      uri: 'pairrm',
      entrypoint: 'model.safetensors',
      version: 1,
      source: [{ name: 'config.json', bytes: 2, mtimeNs: '3', ctimeNs: '4' }],
      files: [{ name: 'model.safetensors', ...state }],
    },
  };
  for (const [folder, record] of Object.entries(earlier)) {
    await mkdir(join(it.folder, folder), { recursive: true });
    await writeFile(join(it.folder, folder, 'weights.json'), JSON.stringify(record));
  }
  const [hf, quantized] = [await readRecord(it.folder, 'hf:o/r/b.gguf'), await readRecord(it.folder, 'pairrm:int8')];
  expect(hf?.files.map(({ path }) => path.slice(dirname(path).length + 1))).toEqual(['b.gguf', 'a.gguf']);
  expect(quantized?.madeFrom).toBe('[{"name":"config.json","bytes":2,"mtimeNs":"3","ctimeNs":"4"}]');
});
