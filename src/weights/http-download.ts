import { open } from 'node:fs/promises';
import { errorMessage } from '../util/error-message.ts';
import { partialPath } from './partial-file.ts';
import type { Watchdog } from './watchdog.ts';

/** Options of {@link appendBody}. */
export interface AppendBodyOptions {
  readonly response: Response;
  /** The final name; the bytes go to its partial. */
  readonly target: string;
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
  /** Length of the partial now. */
  readonly bytes: number;
  /** Undefined where the body came to its end; the reason where the connection broke. */
  readonly brokenBecause: string | undefined;
}

/**
 * Writes a response body to the partial of `target` from a position on. A connection that breaks is a result, since
 * the rest can be asked for; a stall, an abort and a disk that does not take the bytes are errors.
 */
export async function appendBody(options: AppendBodyOptions): Promise<AppendBodyResult> {
  const { response, target, from, totalBytes = Infinity, watchdog, onBytes } = options;
  const reader = response.body?.getReader();
  if (reader === undefined) return { bytes: from, brokenBecause: undefined };
  const file = await open(partialPath(target), from === 0 ? 'w' : 'r+');
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
      await file.write(chunk, 0, chunk.byteLength, bytes);
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

function bodyErrorReason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return errorMessage(cause);
}
