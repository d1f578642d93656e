import type { FileHandle } from 'node:fs/promises';

/** Writes every byte: the system may take fewer than it is given, as where a disk is almost full. */
export async function writeAll(file: Pick<FileHandle, 'write'>, chunk: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < chunk.byteLength;) {
    const { bytesWritten } = await file.write(chunk, done, chunk.byteLength - done, position + done);
    if (bytesWritten === 0) throw new Error('the disk takes no more bytes.');
    done += bytesWritten;
  }
}
