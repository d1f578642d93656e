import { type FileHandle, open } from 'node:fs/promises';

/** Where the blocks of a file begin, as long as it is this file. */
interface BlockIndex {
  readonly stamp: string;
  /** Offset of each block, and at last that of the end. */
  readonly offsets: Promise<readonly number[]>;
}

/** Files whose blocks are known at once. */
const MOST_FILES = 50;

/** Bytes that are read together. */
const CHUNK = 2 ** 20;

const NEWLINE = 0x0a;

/**
 * Reads a file by blocks of so many lines. Where they begin is found once, and again when the file has changed, so that the
 * last block is read as fast as the first.
 */
export class LineBlocks {
  readonly #size: number;
  /** By path, those used last at the end. */
  readonly #indexes = new Map<string, BlockIndex>();

  /** @param size lines of a block. */
  constructor(size: number) {
    this.#size = size;
  }

  /** The lines of a block by its number, from 0; undefined where the file has fewer. */
  async read(path: string, number: number): Promise<readonly string[] | undefined> {
    await using file = await open(path);
    const offsets = await this.#offsetsOf(path, file);
    const [start, end] = [offsets[number], offsets[number + 1]];
    if (start === undefined || end === undefined) return undefined;
    const bytes = Buffer.alloc(end - start);
    await file.read(bytes, 0, bytes.length, start);
    const lines = bytes.toString('utf8').split('\n');
    return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
  }

  async #offsetsOf(path: string, file: FileHandle): Promise<readonly number[]> {
    const { ino, size, mtimeMs, ctimeMs } = await file.stat();
    const stamp = [ino, size, mtimeMs, ctimeMs].join(' ');
    const known = this.#indexes.get(path);
    this.#indexes.delete(path);
    const index = known?.stamp === stamp ? known : { stamp, offsets: this.#findBlocks(file, size) };
    this.#indexes.set(path, index);
    for (const [oldest] of this.#indexes) {
      if (this.#indexes.size <= MOST_FILES) break;
      this.#indexes.delete(oldest);
    }
    try {
      return await index.offsets;
    } catch (error) {
      if (this.#indexes.get(path) === index) this.#indexes.delete(path);
      throw error;
    }
  }

  async #findBlocks(file: FileHandle, size: number): Promise<readonly number[]> {
    const offsets: number[] = [];
    const chunk = Buffer.alloc(Math.min(CHUNK, size));
    let [line, at] = [0, 0];
    if (size > 0) offsets.push(0);
    while (at < size) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
      if (bytesRead === 0) break;
      const bytes = chunk.subarray(0, bytesRead);
      for (let found = bytes.indexOf(NEWLINE); found !== -1; found = bytes.indexOf(NEWLINE, found + 1)) {
        line += 1;
        const next = at + found + 1;
        if (line % this.#size === 0 && next < size) offsets.push(next);
      }
      at += bytesRead;
    }
    if (size > 0) offsets.push(size);
    return offsets;
  }
}
