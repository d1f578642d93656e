import { randomBytes } from 'node:crypto';
import { fstatSync } from 'node:fs';
import { access, constants, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve as absolute } from 'node:path';
import { Writable } from 'node:stream';
import { InvalidArgumentError } from '../../index.ts';
import { codeOf, writeProblem } from '../errors.ts';
import type { Inputs } from './input.ts';

/** A stream to write to, which may be a terminal. */
export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  /** Of the streams of the process. */
  readonly fd?: number;
}

/** A stream that drops what is written to it. */
export function silentStream(): OutputStream {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
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
  write(text: string | Uint8Array): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.#broken.signal.aborted) resolve();
    else this.stream.write(text, () => resolve());
    return promise;
  }
}

/** True where the reader of a pipe has left, which is a way to say "enough". */
export function isBrokenPipe(error: unknown): boolean {
  return ['EPIPE', 'ERR_STREAM_DESTROYED'].includes(codeOf(error));
}

/** Where result lines go. */
export interface Sink extends AsyncDisposable {
  write(content: string | Uint8Array): Promise<void>;
  /** Puts the result in its place. Without this nothing is left behind. */
  commit(): Promise<void>;
}

/** Where `--output` goes. */
interface Target {
  readonly path: string;
  /** A device or a pipe takes the text as it comes; to put a file in its place would be wrong. */
  readonly isFile: boolean;
  /** Permissions of the file that is there. */
  readonly mode: number | undefined;
}

/** @throws InvalidArgumentError where it is a folder, or the input. */
async function findTarget(path: string, inputs: Pick<Inputs, 'files'>): Promise<Target> {
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isDirectory()) throw refuse(path, 'it is a folder.');
  if (inputs.files.some(({ dev, ino }) => dev === stats?.dev && ino === stats.ino)) {
    throw refuse(path, 'it is the input as well. Name another file.');
  }
  const isFile = stats === undefined || stats.isFile();
  // A link stays a link: what it points to is replaced.
  return { path: stats === undefined || !isFile ? path : await realpath(path), isFile, mode: stats?.mode };
}

function refuse(path: string, message: string): InvalidArgumentError {
  return new InvalidArgumentError({ parameter: '--output', value: path, message });
}

/** @throws InvalidArgumentError for an `--output` that cannot be written, as far as that shows before. */
export async function checkOutput(
  path: string | undefined,
  { inputs }: { inputs: Pick<Inputs, 'files'> },
): Promise<void> {
  if (path === undefined || path === '-') return;
  const target = await findTarget(path, inputs);
  try {
    await access(target.isFile ? dirname(target.path) : target.path, constants.W_OK);
  } catch (error) {
    throw refuse(path, writeProblem(error));
  }
}

/**
 * Opens `--output`: standard output where no file is named. A file is written beside its final place and moved there
 * at the end, so that there is never half a file in its place.
 *
 * @param options.onUnfinished Told where it is written, before anything is there: a process that is killed leaves it.
 * @throws InvalidArgumentError where the file cannot be written, or is the input.
 */
export async function openSink(
  path: string | undefined,
  {
    stdout,
    inputs,
    onUnfinished,
  }: { stdout: Output; inputs: Pick<Inputs, 'files'>; onUnfinished?: ((path: string) => Promise<void>) | undefined },
): Promise<Sink> {
  if (path === undefined || path === '-') {
    return { write: (content) => stdout.write(content), commit: async () => {}, [Symbol.asyncDispose]: async () => {} };
  }
  const target = await findTarget(path, inputs);
  const { isFile } = target;
  const unfinished = `.${basename(target.path)}.${randomBytes(6).toString('hex')}.tmp`;
  const written = isFile ? join(dirname(target.path), unfinished) : path;
  if (isFile) await onUnfinished?.(absolute(written));
  try {
    const handle = await open(written, isFile ? 'wx' : 'w', target.mode ?? 0o666);
    let isCommitted = !isFile;
    return {
      write: (content) => handle.appendFile(content),
      async commit() {
        await handle.close();
        if (isFile) await rename(written, target.path);
        isCommitted = true;
      },
      async [Symbol.asyncDispose]() {
        await handle.close();
        if (!isCommitted) await rm(written, { force: true });
      },
    };
  } catch (error) {
    throw refuse(path, writeProblem(error));
  }
}
