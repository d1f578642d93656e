import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { type HubEndpoint, resolveUrl } from './hub-endpoint.ts';
import { hubStatusReason, unreachableReason } from './hub-reason.ts';
import { requestFromHub } from './hub-request.ts';
import { landFile } from './land-file.ts';
import { partialPath } from './partial-file.ts';
import { createWatchdog } from './watchdog.ts';

/** More than any tokenizer has. */
const MOST_BYTES = 100_000_000;

/**
 * Fetches a small JSON file in one piece and checks it: large files are stored with their sha256, small ones with the
 * hash that git gives their content.
 *
 * @throws Error with a sentence; the signal's reason on abort.
 */
export async function fetchSmallHubFile({
  hub,
  repo,
  revision,
  file,
  target,
  connectTimeoutMs,
  stallTimeoutMs,
  abortSignal,
}: {
  hub: HubEndpoint;
  repo: string;
  revision: string;
  file: string;
  target: string;
  connectTimeoutMs: number;
  stallTimeoutMs: number;
  abortSignal: AbortSignal;
}): Promise<{ readonly sha256: string; readonly bytes: number }> {
  using watchdog = createWatchdog(abortSignal);
  const { host } = new URL(hub.url);
  watchdog.expect(
    connectTimeoutMs,
    () => new Error(`${host} cannot be reached: no answer within ${connectTimeoutMs} ms.`),
  );
  const url = resolveUrl(hub, { repo, revision, file });
  const { response, linked } = await requestFromHub({ hub, url, headers: {}, signal: watchdog.signal }).catch(
    (error: unknown) => {
      watchdog.signal.throwIfAborted();
      throw new Error(hub.redact(unreachableReason(error)), { cause: error });
    },
  );
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(hubStatusReason({ response, hub, repo }));
  }
  watchdog.expect(stallTimeoutMs, () => new Error(`the download stalled: no bytes for ${stallTimeoutMs} ms.`));
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    watchdog.feed();
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) throw new Error(`${file} is larger than ${MOST_BYTES} bytes.`);
  }
  const content = Buffer.concat(chunks);
  const sha256 = createHash('sha256').update(content).digest('hex');
  checkContent(content, { file, sha256: linked.sha256, tag: response.headers.get('etag') }, sha256);
  await writeFile(partialPath(target), content);
  await landFile(partialPath(target), target);
  return { sha256, bytes };
}

function checkContent(
  content: Buffer,
  stated: { file: string; sha256: string | undefined; tag: string | null },
  sha256: string,
): void {
  const { file } = stated;
  const gitHash = /^(?:W\/)?"([0-9a-f]{40})"$/.exec(stated.tag ?? '')?.[1];
  const blob = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
  if (stated.sha256 !== undefined ? stated.sha256 !== sha256 : gitHash !== undefined && gitHash !== blob) {
    throw new Error(`${file} is not the file that Hugging Face states: its hash is another.`);
  }
  if (stated.sha256 === undefined && gitHash === undefined) {
    throw new Error(`it states no hash for ${file}, so that the download could not be checked.`);
  }
  try {
    JSON.parse(content.toString('utf8'));
  } catch (error) {
    throw new Error(`${file} is no JSON.`, { cause: error });
  }
}
