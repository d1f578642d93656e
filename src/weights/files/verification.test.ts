import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fakeGguf, gitHash, sha256 } from '../__fixtures__/fake-weights.ts';
import { temporaryFolder } from '../__fixtures__/temporary-folder.ts';
import { verifyFile } from './verification.ts';

const content = fakeGguf(1000);
const expected = { sha256: sha256(content), bytes: content.length };

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

test('where no hash is known, looking like a GGUF file has to do', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'x.gguf');
  await writeFile(path, '<html>');
  expect(await verifyFile(path, {})).toMatchObject({ type: 'damaged', reason: /GGUF/ });
  await writeFile(path, content);
  expect(await verifyFile(path, {})).toMatchObject({ type: 'verified', sha256: expected.sha256 });
});

test('the hash of git is checked as git makes it', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'x.gguf');
  await writeFile(path, content);
  expect(await verifyFile(path, { gitHash: gitHash(content) })).toMatchObject({ type: 'verified' });
  await writeFile(path, fakeGguf(1000));
  expect(await verifyFile(path, { gitHash: gitHash(content) })).toMatchObject({ type: 'damaged', reason: /in git/ });
});

test('hashing stops on abort, with its reason', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'x.gguf');
  await writeFile(path, content);
  const reason = new Error('enough');
  await expect(verifyFile(path, expected, AbortSignal.abort(reason))).rejects.toBe(reason);
});
