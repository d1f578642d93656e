import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../weights/__fixtures__/temporary-folder.ts';
import { AppendLog, type LogFile } from './append-log.ts';

const isLine = (line: string) => /^\w+$/.test(line);

/** A disk with room for so many bytes, which says so as the system does. */
function smallDisk(room: number) {
  let content = '';
  const disk = { syncs: 0, isClosed: false };
  const file = {
    write: async (bytes: Uint8Array, offset: number, length: number) => {
      const taken = Math.min(length, room - content.length);
      if (taken === 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      content += Buffer.from(bytes.subarray(offset, offset + taken)).toString();
      return { bytesWritten: taken, buffer: bytes };
    },
    datasync: async () => void (disk.syncs += 1),
    close: async () => void (disk.isClosed = true),
  };
  return Object.assign(disk, { file: file as unknown as LogFile, content: () => content });
}

test('lines come in their order, and many share one synchronisation', async () => {
  const disk = smallDisk(1e6);
  const log = new AppendLog(disk.file, 0);
  const lines = Array.from({ length: 1000 }, (_, n) => `line${n}`);
  await Promise.all(lines.map((line) => log.append(line).synced));
  expect(disk.content()).toBe(lines.map((line) => `${line}\n`).join(''));
  expect(disk.syncs).toBeLessThan(10);
  await log.close();
  expect(disk.isClosed).toBe(true);
});

test('what finds no room is reported to everyone who waits, and nothing is taken after it', async () => {
  const disk = smallDisk(10);
  const log = new AppendLog(disk.file, 0);
  await log.append('first').synced;
  const second = log.append('second');
  await expect(second.written).rejects.toThrow('ENOSPC');
  await expect(log.append('third').synced).rejects.toThrow('ENOSPC');
  await expect(log.append('4').written).rejects.toThrow('ENOSPC');
  await expect(log.close()).rejects.toThrow('ENOSPC');
  expect(disk.content()).toBe('first\nseco');
  expect(disk.isClosed).toBe(true);
});

test('a file is cut behind its last whole line, and goes on there', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'log');
  for (const torn of ['', 'c', 'c{}\nd\n', '\0\0\0\n', 'é'.repeat(3), '\n']) {
    await writeFile(path, `a\nb\n${torn}`);
    const { log, lines } = await AppendLog.open(path, { isLine });
    expect(lines).toEqual(['a', 'b']);
    await log.append('next').synced;
    await log.close();
    expect(await readFile(path, 'utf8')).toBe('a\nb\nnext\n');
  }
});
