import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../journal/sync-folder.ts';
import { linesOf } from './batch-http.ts';

/** Bytes that wait before they are written. */
const BUFFER_BYTES = 1 << 20;

/** A file of requests that is being written. */
export class RequestFile {
  bytes = 0;
  requests = 0;
  readonly #path: string;
  readonly #file: Promise<FileHandle>;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #writing: Promise<unknown>;

  constructor(path: string) {
    this.#path = path;
    this.#file = open(path, 'w');
    this.#writing = this.#file;
    this.#writing.catch(() => {}); // reported to the one who waits
  }

  /** Takes a line with its end. */
  add(line: string): void {
    const bytes = Buffer.from(line);
    this.bytes += bytes.length;
    this.requests += 1;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= BUFFER_BYTES) this.#flush();
  }

  /** Waits until what was added is written, so that it does not fill the memory. */
  async drain(): Promise<void> {
    await this.#writing;
  }

  #flush(): void {
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#writing = this.#writing.then(async () => (await this.#file).appendFile(bytes));
    this.#writing.catch(() => {});
  }

  /** Closes the file once all of it outlives the machine's power. */
  async seal(): Promise<void> {
    const file = await this.#file;
    try {
      this.#flush();
      await this.#writing;
      await file.sync();
    } finally {
      await file.close();
    }
    await syncFolder(dirname(this.#path));
  }

  /** Leaves the file as it is. */
  async close(): Promise<void> {
    await this.#writing.catch(() => {});
    await this.#file.then((file) => file.close()).catch(() => {});
  }
}

/** The lines of a file of requests, without their ends. */
export function requestLines(path: string): AsyncGenerator<string, void> {
  return linesOf(createReadStream(path) as AsyncIterable<Uint8Array>);
}
