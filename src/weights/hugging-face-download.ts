import { agreeOnFile } from './agree-on-file.ts';
import type { HuggingFaceSource } from './catalog-entry.ts';
import { type AppendBodyResult, appendBody } from './http-download.ts';
import { type HubEndpoint, resolveUrl } from './hub-endpoint.ts';
import { hubStatusReason, unreachableReason } from './hub-reason.ts';
import { type HubResponse, requestFromHub } from './hub-request.ts';
import { notePartial, type PartialState, readPartial, removePartial } from './partial-file.ts';
import type { Expected } from './verification.ts';
import { createWatchdog } from './watchdog.ts';

/** How often a broken connection is taken up again without getting any further. */
const MAX_BREAKS_IN_A_ROW = 3;

/** Options of {@link downloadFromHuggingFace}. */
export interface HuggingFaceDownloadOptions {
  readonly hub: HubEndpoint;
  readonly source: HuggingFaceSource & { readonly file: string };
  /** The final name; the bytes are left in its partial. */
  readonly target: string;
  readonly expected: Expected;
  /** Milliseconds until the first byte of an answer. */
  readonly connectTimeoutMs: number;
  /** Milliseconds a body may pause. */
  readonly stallTimeoutMs: number;
  readonly onBytes: (receivedBytes: number, totalBytes: number | undefined) => void;
  readonly abortSignal: AbortSignal;
}

/**
 * Fills the partial of `target`, going on where an earlier run stopped. Returns what the content must be, which the
 * caller checks: pinned, or else as Hugging Face states it.
 *
 * @throws Error with a sentence; the signal's reason on abort. The partial is kept, to be resumed.
 */
export async function downloadFromHuggingFace(options: HuggingFaceDownloadOptions): Promise<Expected> {
  const { source, target, expected } = options;
  const origin = `${source.repo}@${source.revision}/${source.file}`;
  let breaks = 0;
  let furthest = 0;
  for (;;) {
    const partial = await readPartial(target, origin);
    const known: Expected = {
      sha256: expected.sha256 ?? partial.note?.sha256,
      bytes: expected.bytes ?? partial.note?.totalBytes,
    };
    if (known.bytes !== undefined && known.sha256 !== undefined && partial.bytes === known.bytes) return known;
    const { body, wanted } = await downloadOnce(options, origin, partial);
    if (body === undefined) continue;
    if (wanted.bytes === undefined ? body.brokenBecause === undefined : body.bytes >= wanted.bytes) return wanted;
    // Measured against the furthest ever, since a server that ignores ranges begins at 0 each time.
    breaks = body.bytes > furthest ? 0 : breaks + 1;
    furthest = Math.max(furthest, body.bytes);
    if (breaks >= MAX_BREAKS_IN_A_ROW) {
      throw new Error(`the connection broke ${breaks} times in a row (${body.brokenBecause ?? 'it ended too early'}).`);
    }
  }
}

/** One request. No body means that the server refused the range and the partial was dropped. */
async function downloadOnce(
  options: HuggingFaceDownloadOptions,
  origin: string,
  partial: PartialState,
): Promise<{ body: AppendBodyResult | undefined; wanted: Expected }> {
  const { source, target, hub } = options;
  using watchdog = createWatchdog(options.abortSignal);
  const { host } = new URL(hub.url);
  watchdog.expect(
    options.connectTimeoutMs,
    () => new Error(`${host} cannot be reached: no answer within ${options.connectTimeoutMs} ms.`),
  );
  const answer = await ask(options, partial, watchdog.signal);
  const { response } = answer;
  if (response.status === 416 && partial.bytes > 0) {
    await response.body?.cancel();
    await removePartial(target);
    return { body: undefined, wanted: options.expected };
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(hubStatusReason({ response, hub, repo: source.repo }));
  }
  try {
    const from = response.status === 206 ? partial.bytes : 0;
    const wanted = agreeOnFile(options.expected, answer, from);
    // Bytes of another origin must not be there when the note says that they are of this one.
    if (from === 0) await removePartial(target);
    await notePartial(target, {
      origin,
      // A weak tag does not vouch for the same bytes, so it cannot guard a range.
      etag: response.headers.get('etag')?.match(/^"[^"]*"$/)?.[0],
      sha256: wanted.sha256,
      totalBytes: wanted.bytes,
    });
    watchdog.expect(
      options.stallTimeoutMs,
      () => new Error(`the download stalled: no bytes for ${options.stallTimeoutMs} ms.`),
    );
    const onBytes = (bytes: number) => options.onBytes(bytes, wanted.bytes);
    return { body: await appendBody({ response, target, from, totalBytes: wanted.bytes, watchdog, onBytes }), wanted };
  } catch (error) {
    // Lets go of the connection; a body that was being read has seen to that itself, and refuses.
    await response.body?.cancel().catch(() => {});
    throw error;
  }
}

async function ask(
  options: HuggingFaceDownloadOptions,
  partial: PartialState,
  signal: AbortSignal,
): Promise<HubResponse> {
  const { hub, source } = options;
  const { etag, sha256 } = partial.note ?? {};
  // Without a tag to guard it, a range is only safe where the sha256 of the whole will be checked.
  const resumable = partial.bytes > 0 && (etag !== undefined || (options.expected.sha256 ?? sha256) !== undefined);
  const range = resumable
    ? { range: `bytes=${partial.bytes}-`, ...(etag === undefined ? {} : { 'if-range': etag }) }
    : {};
  try {
    return await requestFromHub({ hub, url: resolveUrl(hub, source), headers: range, signal });
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(hub.redact(unreachableReason(error)), { cause: error });
  }
}
