import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import { InvalidArgumentError } from '../../index.ts';
import type { CliContext } from '../cli-context.ts';
import { CommandError, EXIT_CODES } from '../errors.ts';
import { buffer } from 'node:stream/consumers';
import { isUtf8 } from 'node:buffer';
import { raceAbort } from '../../util/race-abort.ts';

/** Where lines come from. */
export interface Input extends Disposable {
  /** For messages: the path as given, or `stdin`. */
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array | string>;
  /** Bytes in all; undefined where that cannot be known. */
  readonly totalBytes: number | undefined;
  /** The file's identity; undefined for standard input. */
  readonly file: { readonly dev: number; readonly ino: number } | undefined;
}

/**
 * Opens `--input`: a file, or standard input for `-` and for nothing.
 *
 * @throws InvalidArgumentError where the file cannot be read, CommandError where nothing is piped in.
 */
export async function openInput(path: string | undefined, { stdin, abortSignal }: CliContext): Promise<Input> {
  if (path === undefined || path === '-') {
    if (stdin.isTTY === true && path === undefined) {
      throw new CommandError('There is no input. Name a file with --input, or pipe the lines in.', {
        exitCode: EXIT_CODES.usage,
      });
    }
    return { ...guarded(stdin, abortSignal), name: 'stdin', totalBytes: undefined, file: undefined };
  }
  const refuse = (message: string) => new InvalidArgumentError({ parameter: '--input', value: path, message });
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw refuse(
      error.code === 'ENOENT' ? 'there is no such file.' : `it cannot be read (${error.code ?? error.message}).`,
    );
  });
  const stats = await handle.stat();
  if (stats.isDirectory()) {
    await handle.close();
    throw refuse('it is a folder.');
  }
  return {
    ...guarded(createReadStream(path, { fd: handle, highWaterMark: 1 << 16 }), abortSignal),
    name: path,
    totalBytes: stats.isFile() ? stats.size : undefined,
    file: { dev: stats.dev, ino: stats.ino },
  };
}

/** Waiting for input ends with the signal: a generator that waits cannot be left otherwise. */
function guarded(stream: Readable, abortSignal: AbortSignal): Pick<Input, 'chunks'> & Disposable {
  const reading = new AbortController();
  stream.on('error', () => {}); // reported to the one who reads
  const chunks = addAbortSignal(AbortSignal.any([abortSignal, reading.signal]), stream);
  return { chunks, [Symbol.dispose]: () => reading.abort() };
}

/**
 * The question of `ask`: the argument, or standard input for `-` and for nothing where something is piped in.
 *
 * @throws InvalidArgumentError or CommandError where there is none.
 */
export async function readQuestion(argument: string | undefined, { stdin, abortSignal }: CliContext): Promise<string> {
  const refuse = (value: unknown, message: string) =>
    new InvalidArgumentError({ parameter: 'QUESTION', value, message });
  if (argument !== undefined && argument !== '-') {
    if (argument.trim() === '') throw refuse(argument, 'the question must not be empty.');
    return argument;
  }
  if (argument === undefined && stdin.isTTY === true) {
    throw new CommandError('Nothing was asked. Write the question after the command, in quotes.', {
      exitCode: EXIT_CODES.usage,
    });
  }
  const bytes = await raceAbort(buffer(stdin), abortSignal);
  if (!isUtf8(bytes)) throw refuse('stdin', 'it is not UTF-8.');
  // The line end at the end comes from echo and editors; a byte order mark goes with decoding.
  const question = new TextDecoder().decode(bytes).replace(/\r?\n$/, '');
  if (question.trim() === '') throw refuse('stdin', 'the question must not be empty.');
  return question;
}
