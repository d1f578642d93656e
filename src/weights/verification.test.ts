import { appendFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fakeGguf, sha256 } from './__fixtures__/fake-weights.ts';
import { temporaryFolder } from './__fixtures__/temporary-folder.ts';
import { readFileState } from './file-state.ts';
import { recallVerification, rememberVerification, sidecarPath, verifyFile } from './verification.ts';

const content = fakeGguf(1000);
const expected = { sha256: sha256(content), bytes: content.length };
const nothing = { sha256: undefined, bytes: undefined };

test('finds a file right, damaged, or absent', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'x.gguf');
  expect(await verifyFile(path, expected)).toEqual({ type: 'absent' });
  await writeFile(path, content);
  expect(await verifyFile(path, expected)).toEqual({ type: 'verified', ...expected });
  await writeFile(path, content.subarray(0, 999));
  expect(await verifyFile(path, expected)).toMatchObject({ type: 'damaged', reason: /999 bytes where 1000/ });
  await writeFile(path, fakeGguf(1000));
  expect(await verifyFile(path, expected)).toMatchObject({ type: 'damaged', reason: /sha256/ });
});

test('a verification is remembered until the file changes in any way', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'x.gguf');
  await writeFile(path, content);
  expect(await recallVerification(path, expected)).toBeUndefined();
  await rememberVerification(path, expected.sha256);
  expect(await recallVerification(path, expected)).toEqual(expected);
  expect(await recallVerification(path, { ...expected, sha256: '0'.repeat(64) })).toBeUndefined();

  // The same size and the same modification time, as after a careful copy of something else.
  const { atime, mtime } = await stat(path);
  await writeFile(path, fakeGguf(1000));
  await utimes(path, atime, mtime);
  expect(await recallVerification(path, expected)).toBeUndefined();

  await writeFile(path, content);
  await rememberVerification(path, expected.sha256);
  await appendFile(path, 'x');
  expect(await recallVerification(path, expected)).toBeUndefined();
  await rm(path);
  expect(await recallVerification(path, expected)).toBeUndefined();
});

test('a file that changed while it was hashed is not remembered', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'x.gguf');
  await writeFile(path, content);
  const before = await readFileState(path);
  await appendFile(path, 'x');
  await rememberVerification(path, expected.sha256, before);
  expect(await recallVerification(path, nothing)).toBeUndefined();
});

test('a broken note is as good as none', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'x.gguf');
  await writeFile(path, content);
  await writeFile(sidecarPath(path), '{"sha256":');
  expect(await recallVerification(path, nothing)).toBeUndefined();
});

test('where no hash is known, the remembered one counts, else looking like a GGUF file', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'x.gguf');
  await writeFile(path, '<html>');
  expect(await verifyFile(path, nothing)).toMatchObject({ type: 'damaged', reason: /GGUF/ });
  await writeFile(path, content);
  expect(await verifyFile(path, nothing)).toMatchObject({ type: 'verified', sha256: expected.sha256 });
  await rememberVerification(path, expected.sha256);
  await writeFile(path, fakeGguf(1000));
  expect(await verifyFile(path, nothing)).toMatchObject({ type: 'damaged', reason: /sha256/ });
});

test('hashing stops on abort, with its reason', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'x.gguf');
  await writeFile(path, content);
  const reason = new Error('enough');
  await expect(verifyFile(path, expected, AbortSignal.abort(reason))).rejects.toBe(reason);
});
