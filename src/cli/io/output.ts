import { fstatSync } from 'node:fs';

/** A stream to write to, which may be a terminal. */
export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  /** Of the streams of the process. */
  readonly fd?: number;
}

/** Standard output as the commands see it: written in order, at the speed of the reader. */
export class Output {
  readonly stream: OutputStream;
  readonly #broken = new AbortController();

  constructor(stream: OutputStream) {
    this.stream = stream;
    stream.on('error', (error: Error) => this.#broken.abort(error));
  }

  /** True where a person reads it. */
  get isTerminal(): boolean {
    return this.stream.isTTY === true;
  }

  /**
   * True where what is written may turn up in a terminal at any time, by way of another program: a pipe. A file is
   * looked at later.
   */
  get isPiped(): boolean {
    if (this.isTerminal) return false;
    try {
      return this.stream.fd === undefined || !fstatSync(this.stream.fd).isFile();
    } catch {
      return true;
    }
  }

  /** Aborts with the stream's error when it takes no more, such as `EPIPE` after `| head -1`. */
  get broken(): AbortSignal {
    return this.#broken.signal;
  }

  /** Resolves when the text has been handed over, which is the back pressure; also where the stream is broken. */
  write(text: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.#broken.signal.aborted) resolve();
    else this.stream.write(text, () => resolve());
    return promise;
  }
}

/** True where the reader of a pipe has left, which is a way to say "enough". */
export function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED');
}
