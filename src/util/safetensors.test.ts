import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isSafetensorsFolder, readSafetensorsHeader } from './safetensors.ts';

const folder = await mkdtemp(join(tmpdir(), 'safetensors-'));
afterAll(() => rm(folder, { recursive: true }));
const path = join(folder, 'a.safetensors');

function file(header: object | string, dataBytes: number): Buffer {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([prefix, text, Buffer.alloc(dataBytes)]);
}

const header = {
  __metadata__: { format: 'pt' },
  a: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
  b: { dtype: 'I64', shape: [1], data_offsets: [24, 32] },
};

test('says where each tensor is, whatever its type', async () => {
  await writeFile(path, file(header, 32));
  const start = 8 + JSON.stringify(header).length;
  expect(Object.fromEntries(await readSafetensorsHeader(path))).toEqual({
    a: { dtype: 'F32', shape: [2, 3], offset: start, length: 24 },
    b: { dtype: 'I64', shape: [1], offset: start + 24, length: 8 },
  });
});

test.each([
  ['a cut file', file(header, 31), 'it is incomplete: it has'],
  ['a file with more than its tensors', file(header, 33), 'bytes where its header describes'],
  ['an empty file', Buffer.alloc(0), 'does not begin as a safetensors file does'],
  ['a page', Buffer.from('<html>not found</html>'), 'does not begin as a safetensors file does'],
  ['a header that is not JSON', file('{"a":', 0), 'its header is not that of a safetensors file'],
  ['a header of another form', file({ a: { dtype: 'F32' } }, 0), 'its header is not that of a safetensors file'],
  [
    'a tensor that ends before it begins',
    file({ a: { ...header.a, data_offsets: [24, 0] } }, 24),
    'the tensor a ends before it begins',
  ],
])('%s is refused', async (_, content, message) => {
  await writeFile(path, content);
  await expect(readSafetensorsHeader(path)).rejects.toThrow(message);
});

test('a folder is one with weights by their file, or by the list of their parts', async () => {
  expect(isSafetensorsFolder(folder)).toBe(false);
  await writeFile(join(folder, 'model.safetensors.index.json'), '{}');
  expect(isSafetensorsFolder(folder)).toBe(true);
  expect(isSafetensorsFolder(join(folder, 'nothing'))).toBe(false);
});
