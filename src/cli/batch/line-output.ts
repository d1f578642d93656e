import { once } from 'node:events';
import type { Transform } from 'node:stream';
import { constants, createGzip, createZstdCompress } from 'node:zlib';
import type { Sink } from '../io/output.ts';

/** Results go to the file in groups of so many, also where they come from several jobs: the bytes depend on it. */
const LINES_AT_ONCE = 256;

/** How the lines are packed, by the end of the file's name. The time is part of neither. */
const COMPRESSORS: Readonly<Record<string, () => Transform>> = {
  '.gz': () => createGzip(),
  '.zst': () => createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
};

/** Lines on their way to a file. */
export class LineOutput {
  readonly #sink: Sink;
  readonly #compressor: Transform | undefined;
  readonly #pumped: Promise<void> | undefined;
  #lines: string[] = [];

  /** @param path Its end tells how the lines are packed. */
  constructor(sink: Sink, path: string | undefined) {
    this.#sink = sink;
    const ending = Object.keys(COMPRESSORS).find((end) => path?.endsWith(end) === true);
    this.#compressor = ending === undefined ? undefined : COMPRESSORS[ending]?.();
    this.#pumped = this.#compressor === undefined ? undefined : this.#pump(this.#compressor);
    this.#pumped?.catch(() => {}); // reported to the next who writes
  }

  async #pump(compressor: Transform): Promise<void> {
    try {
      for await (const chunk of compressor as AsyncIterable<Uint8Array>) await this.#sink.write(chunk);
    } catch (error) {
      compressor.destroy();
      throw error;
    }
  }

  /** Takes a line without its end. */
  async write(line: string): Promise<void> {
    this.#lines.push(line);
    if (this.#lines.length >= LINES_AT_ONCE) await this.flush();
  }

  /** Hands over what has been taken. */
  async flush(): Promise<void> {
    if (this.#lines.length === 0) return;
    const text = `${this.#lines.join('\n')}\n`;
    this.#lines = [];
    if (this.#compressor === undefined) await this.#sink.write(text);
    else if (!this.#compressor.write(text)) await Promise.race([once(this.#compressor, 'drain'), this.#pumped]);
  }

  /** Puts the file in its place. */
  async commit(): Promise<void> {
    await this.flush();
    this.#compressor?.end();
    await this.#pumped;
    await this.#sink.commit();
  }
}
