import { type FileHandle, open } from 'node:fs/promises';
import { errorMessage } from '../../util/error-message.ts';
import type { Watchdog } from './watchdog.ts';

/** Options of {@link appendBody}. */
export interface AppendBodyOptions {
  readonly response: Response;
  readonly path: string;
  /** Bytes to keep; what follows is cut off. */
  readonly from: number;
  /** Bytes of the whole file, where known: a body that goes on beyond them is not read to its end. */
  readonly totalBytes: number | undefined;
  /** Fed with each chunk; its signal is the one of the request. */
  readonly watchdog: Watchdog;
  readonly onBytes: (receivedBytes: number) => void;
}

/** How a body ended. */
export interface AppendBodyResult {
  /** Length of the file now. */
  readonly bytes: number;
  /** Undefined where the body came to its end; the reason where the connection broke. */
  readonly brokenBecause: string | undefined;
}

/**
 * Writes a response body to a file from a position on. A connection that breaks is a result, since the rest can be
 * asked for; a stall, an abort and a disk that does not take the bytes are errors.
 */
export async function appendBody(options: AppendBodyOptions): Promise<AppendBodyResult> {
  const { response, path, from, totalBytes = Infinity, watchdog, onBytes } = options;
  const reader = response.body?.getReader();
  if (reader === undefined) return { bytes: from, brokenBecause: undefined };
  const file = await open(path, from === 0 ? 'w' : 'r+');
  try {
    await file.truncate(from);
    let bytes = from;
    while (bytes <= totalBytes) {
      let chunk: Uint8Array | undefined;
      try {
        ({ value: chunk } = await reader.read());
      } catch (error) {
        watchdog.signal.throwIfAborted();
        return { bytes, brokenBecause: bodyErrorReason(error) };
      }
      if (chunk === undefined) return { bytes, brokenBecause: undefined };
      watchdog.feed();
      await writeAll(file, chunk, bytes);
      bytes += chunk.byteLength;
      onBytes(bytes);
    }
    return { bytes, brokenBecause: undefined };
  } finally {
    await file.close();
    // Lets go of the connection where the body was not read to its end.
    await reader.cancel().catch(() => {});
  }
}

/** Writes every byte: the system may take fewer than it is given, as where a disk is almost full. */
export async function writeAll(file: Pick<FileHandle, 'write'>, chunk: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < chunk.byteLength;) {
    const { bytesWritten } = await file.write(chunk, done, chunk.byteLength - done, position + done);
    if (bytesWritten === 0) throw new Error('the disk takes no more bytes.');
    done += bytesWritten;
  }
}

function bodyErrorReason(error: unknown): string {
  return errorMessage(error instanceof Error && error.cause instanceof Error ? error.cause : error);
}
