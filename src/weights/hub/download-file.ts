import { open, rm } from 'node:fs/promises';
import { errorMessage } from '../../util/error-message.ts';
import { readFileState } from '../files/file-facts.ts';
import type { Expected } from '../files/verification.ts';
import { createWatchdog, type Watchdog } from '../../util/deadline.ts';
import { type HubRequestOptions, type HubResponse, requestFromHub } from './hub-request.ts';
import { writeAll } from '../../util/write-all.ts';

/** How often a broken connection is taken up again without getting any further. */
const MAX_BREAKS_IN_A_ROW = 3;

/** Options of {@link downloadFile}. */
export interface DownloadFileOptions extends HubRequestOptions {
  /** Address of the file. */
  readonly path: string;
  /** Where the bytes go; what is there of them is kept. It must hold nothing of another content. */
  readonly partial: string;
  readonly expected: Expected;
  /** Milliseconds a body may pause. */
  readonly stallTimeoutMs: number;
  readonly onBytes: (receivedBytes: number, totalBytes: number | undefined) => void;
  readonly abortSignal: AbortSignal;
}

/**
 * Fills `partial`, going on where an earlier run stopped. The content is the caller's to check.
 *
 * @throws Error with a sentence; the signal's reason on abort. The partial is kept, to be resumed.
 */
export async function downloadFile(options: DownloadFileOptions): Promise<void> {
  const { partial, expected } = options;
  let breaks = 0;
  let furthest = 0;
  for (;;) {
    const present = (await readFileState(partial))?.bytes ?? 0;
    if (present > 0 && present === expected.bytes) return;
    const body = await downloadOnce(options, present > (expected.bytes ?? Infinity) ? 0 : present);
    if (body === undefined) {
      await rm(partial, { force: true });
      continue;
    }
    if (body.totalBytes === undefined ? body.brokenBecause === undefined : body.bytes >= body.totalBytes) return;
    // Measured against the furthest ever, since a server that ignores ranges begins at 0 each time.
    breaks = body.bytes > furthest ? 0 : breaks + 1;
    furthest = Math.max(furthest, body.bytes);
    if (breaks >= MAX_BREAKS_IN_A_ROW) {
      throw new Error(`the connection broke ${breaks} times in a row (${body.brokenBecause ?? 'it ended too early'}).`);
    }
  }
}

/** One request. Undefined where the server has no bytes from there on: what is there is not of this file. */
async function downloadOnce(
  options: DownloadFileOptions,
  present: number,
): Promise<{ bytes: number; brokenBecause: string | undefined; totalBytes: number | undefined } | undefined> {
  using watchdog = createWatchdog(options.abortSignal);
  const headers: Record<string, string> = present > 0 ? { range: `bytes=${present}-` } : {};
  const answer = await requestFromHub(options.path, { ...options, headers }, watchdog);
  const { response } = answer;
  try {
    if (response.status === 416) {
      if (present === 0) throw new Error('it answered 416.');
      return undefined;
    }
    const from = response.status === 206 ? present : 0;
    const totalBytes = agreedBytes(options.expected, answer, from);
    watchdog.expect(
      options.stallTimeoutMs,
      () => new Error(`the download stalled: no bytes for ${options.stallTimeoutMs} ms.`),
    );
    const onBytes = (bytes: number) => options.onBytes(bytes, totalBytes);
    const body = await appendBody({ response, path: options.partial, from, totalBytes, watchdog, onBytes });
    return { ...body, totalBytes };
  } finally {
    // Lets go of the connection; a body that has been read has seen to that itself, and refuses.
    await response.body?.cancel().catch(() => {});
  }
}

/** Size of the whole file. What contradicts what is expected ends the download before it begins. */
function agreedBytes(expected: Expected, { response, stated }: HubResponse, from: number): number | undefined {
  if (response.status === 206 && !response.headers.get('content-range')?.startsWith(`bytes ${from}-`)) {
    throw new Error('it sent another range than the one asked for.');
  }
  if (expected.sha256 !== undefined && stated.etag?.length === 64 && stated.etag !== expected.sha256) {
    throw new Error(`it states the sha256 ${stated.etag} where ${expected.sha256} is expected.`);
  }
  const bytes = stated.bytes ?? contentBytes(response, from);
  if (expected.bytes !== undefined && bytes !== undefined && expected.bytes !== bytes) {
    throw new Error(`its file has ${bytes} bytes where ${expected.bytes} are expected.`);
  }
  return expected.bytes ?? bytes;
}

/** Size of the whole file as the answer gives it. */
function contentBytes({ headers }: Response, from: number): number | undefined {
  const total = headers.get('content-range')?.match(/\/(\d+)$/)?.[1];
  if (total !== undefined) return Number(total);
  const length = headers.get('content-length');
  return length === null || headers.has('content-encoding') ? undefined : from + Number(length);
}

/**
 * Writes a response body to a file from a position on. A connection that breaks is a result, since the rest can be
 * asked for; a stall, an abort and a disk that does not take the bytes are errors.
 */
export async function appendBody(options: {
  readonly response: Response;
  readonly path: string;
  /** Bytes to keep; what follows is cut off. */
  readonly from: number;
  /** Bytes of the whole file, where known: a body that goes on beyond them is not read to its end. */
  readonly totalBytes: number | undefined;
  /** Fed with each chunk; its signal is the one of the request. */
  readonly watchdog: Watchdog;
  readonly onBytes: (receivedBytes: number) => void;
}): Promise<{ bytes: number; brokenBecause: string | undefined }> {
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

function bodyErrorReason(error: unknown): string {
  return errorMessage(error instanceof Error && error.cause instanceof Error ? error.cause : error);
}
