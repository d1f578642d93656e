import { expect, test } from 'vitest';
import { readLines } from './read-lines.ts';

async function* chunksOf(bytes: Buffer, size: number) {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function lines(chunks: AsyncIterable<Uint8Array | string>, options?: { maxLineBytes: number }) {
  const result = [];
  for await (const { number, bytes, endOffset } of readLines(chunks, options)) {
    result.push([number, bytes && Buffer.from(bytes).toString(), endOffset]);
  }
  return result;
}

test('lines are numbered from 1 and keep all but their line feed, with or without one at the end', async () => {
  const expected = [
    [1, 'one\r', 5],
    [2, '', 6],
    [3, '👨‍👩‍👧 é', 28],
  ];
  expect(await lines(chunksOf(Buffer.from('one\r\n\n👨‍👩‍👧 é\n'), 100))).toEqual(expected);
  expect(await lines(chunksOf(Buffer.from('one\r\n\n👨‍👩‍👧 é'), 100))).toEqual(expected.with(2, [3, '👨‍👩‍👧 é', 27]));
  expect(await lines(chunksOf(Buffer.from(''), 1))).toEqual([]);
});

test('where the chunks are cut makes no difference, also inside a character', async () => {
  const bytes = Buffer.from('{"a":"日本語 🎉"}\r\n\n{"b":"\u2028"}\n');
  const whole = await lines(chunksOf(bytes, 1000));
  for (const size of [1, 2, 3, 5, 7]) expect(await lines(chunksOf(bytes, size))).toEqual(whole);
});

test('a line beyond the limit is dropped, not kept, and the next one is read', async () => {
  const bytes = Buffer.from(`${'x'.repeat(50)}\nshort\n${'y'.repeat(10)}\n`);
  expect(await lines(chunksOf(bytes, 7), { maxLineBytes: 10 })).toEqual([
    [1, undefined, 51],
    [2, 'short', 57],
    [3, 'y'.repeat(10), 68],
  ]);
});

test('a line of many megabytes is put together in time that grows with it, not with its square', async () => {
  const bytes = Buffer.alloc(30 * 2 ** 20, 'x');
  const { value } = await readLines(chunksOf(bytes, 64 * 1024)).next();
  expect(value?.bytes?.length).toBe(bytes.length);
});

test('the next chunk is taken only when its lines are wanted', async () => {
  let taken = 0;
  async function* source() {
    for (;;) {
      taken += 1;
      yield 'a\nb\n';
    }
  }
  const iterator = readLines(source());
  await iterator.next();
  await iterator.next();
  expect(taken).toBe(1);
  await iterator.next();
  expect(taken).toBe(2);
});
