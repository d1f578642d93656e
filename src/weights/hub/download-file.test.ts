import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../__fixtures__/temporary-folder.ts';
import { writeAll } from '../../util/write-all.ts';
import { appendBody } from './download-file.ts';
import { createWatchdog } from '../../util/deadline.ts';

/** A file that takes at most three bytes at a time, as a disk may that is almost full. */
function reluctantFile(room = Infinity) {
  const content: number[] = [];
  return {
    content,
    async write(chunk: Uint8Array, offset: number, length: number, position: number) {
      const bytesWritten = Math.min(3, length, room - content.length);
      for (let at = 0; at < bytesWritten; at++) content[position + at] = chunk[offset + at] ?? -1;
      return { bytesWritten, buffer: chunk };
    },
  };
}

test('a write that takes only a part is gone on with', async () => {
  const file = reluctantFile();
  const chunks = [Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]), Uint8Array.from([9, 10])];
  await writeAll(file as never, chunks[0] ?? new Uint8Array(), 0);
  await writeAll(file as never, chunks[1] ?? new Uint8Array(), 8);
  expect(file.content).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test('a disk that takes nothing more is an error', async () => {
  await expect(writeAll(reluctantFile(4) as never, new Uint8Array(8), 0)).rejects.toThrow('takes no more bytes');
});

test('a body is written from a position on, and what followed is cut off', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'file');
  using watchdog = createWatchdog(undefined);
  const common = { path, totalBytes: undefined, watchdog, onBytes: () => {} };
  await appendBody({ ...common, response: new Response('abcdef'), from: 0 });
  expect(await appendBody({ ...common, response: new Response('XY'), from: 3 })).toEqual({
    bytes: 5,
    brokenBecause: undefined,
  });
  expect(await readFile(path, 'utf8')).toBe('abcXY');
});
