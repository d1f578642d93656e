import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import { InvalidArgumentError } from '../../index.ts';
import { isHubPath, openHubSources, type RecordSource } from '../../records/index.ts';
import type { CliContext } from '../cli-context.ts';
import { CommandError, EXIT_CODES } from '../errors.ts';

/** Where records come from. */
export interface Inputs extends Disposable {
  readonly sources: readonly RecordSource[];
  /** Bytes in all; undefined where that cannot be known. */
  readonly totalBytes: number | undefined;
  /** The identities of the files. */
  readonly files: readonly { readonly dev: number; readonly ino: number }[];
}

/** One of them. */
interface Input extends Disposable, RecordSource {
  readonly bytes: number | undefined;
  readonly file: { readonly dev: number; readonly ino: number } | undefined;
}

/**
 * Opens the files that are named, and that of `--input`; standard input for `-` and for nothing.
 *
 * @throws InvalidArgumentError where a file cannot be read, CommandError where nothing is piped in.
 */
export async function openInputs(
  files: readonly string[],
  input: string | undefined,
  context: CliContext,
): Promise<Inputs> {
  const named = [
    ...files.map((path) => ['FILE', path] as const),
    ...(input === undefined ? [] : [['--input', input] as const]),
  ];
  const inputs: Input[] = [];
  const close = () => {
    for (const one of inputs) one[Symbol.dispose]();
  };
  try {
    for (const [parameter, path] of named.length === 0 ? [['--input', undefined] as const] : named) {
      if (path !== undefined && isHubPath(path)) inputs.push(...(await openHubInputs(path, context)));
      else inputs.push(await openInput({ parameter, path }, context));
    }
  } catch (error) {
    close();
    throw error;
  }
  const sizes = inputs.map(({ bytes }) => bytes);
  return {
    sources: inputs,
    totalBytes: sizes.every((size) => size !== undefined) ? sizes.reduce((sum, size) => sum + size, 0) : undefined,
    files: inputs.flatMap(({ file }) => file ?? []),
    [Symbol.dispose]: close,
  };
}

/** Files of a data set on Hugging Face. */
async function openHubInputs(path: string, { env, abortSignal }: CliContext): Promise<readonly Input[]> {
  const sources = await openHubSources(path, { env, abortSignal });
  return sources.map((source) => ({ ...source, file: undefined, [Symbol.dispose]: () => {} }));
}

async function openInput(
  { parameter, path }: { parameter: string; path: string | undefined },
  { stdin, abortSignal }: CliContext,
): Promise<Input> {
  if (path === undefined || path === '-') {
    if (stdin.isTTY === true && path === undefined) {
      throw new CommandError('There is no input. Name a file, or pipe the records in.', {
        exitCode: EXIT_CODES.usage,
      });
    }
    return { ...guarded(stdin, abortSignal), name: 'stdin', bytes: undefined, file: undefined };
  }
  const refuse = (message: string) => new InvalidArgumentError({ parameter, value: path, message });
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
    path: stats.isFile() ? path : undefined,
    bytes: stats.isFile() ? stats.size : undefined,
    file: { dev: stats.dev, ino: stats.ino },
  };
}

/** Waiting for input ends with the signal: a generator that waits cannot be left otherwise. */
function guarded(stream: Readable, abortSignal: AbortSignal): Pick<RecordSource, 'chunks'> & Disposable {
  const reading = new AbortController();
  stream.on('error', () => {}); // reported to the one who reads
  const chunks = addAbortSignal(AbortSignal.any([abortSignal, reading.signal]), stream);
  return { chunks, [Symbol.dispose]: () => reading.abort() };
}
