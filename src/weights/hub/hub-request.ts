import { definedOnly } from '../../util/defined-only.ts';
import { errorCode, errorMessage } from '../../util/error-message.ts';
import { createWatchdog, type Watchdog } from '../../util/deadline.ts';
import type { HubEndpoint } from './hub-settings.ts';

/** What Hugging Face states of a file in the headers of its own answer; what it redirects to says less. */
export interface StatedFile {
  /** Commit that the revision stands for. */
  readonly commit: string | undefined;
  /** Name of the content: the sha256 of a large file, the hash that git gives a small one. */
  readonly etag: string | undefined;
  readonly bytes: number | undefined;
}

/** Result of {@link requestFromHub}. The body is the caller's to read or cancel. */
export interface HubResponse {
  readonly response: Response;
  readonly stated: StatedFile;
}

/** What a request needs besides its address. */
export interface HubRequestOptions {
  readonly hub: HubEndpoint;
  /** `owner/name`, of data sets with `datasets/` in front; for errors. */
  readonly repo: string;
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds until the first byte of an answer. */
  readonly connectTimeoutMs: number;
}

/** What Hugging Face, or the storage behind it, answers instead of a file. */
export class HubStatusError extends Error {
  readonly status: number;
  /** Milliseconds to wait, where the answer says so. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { status, headers }: Pick<Response, 'status' | 'headers'>) {
    super(message);
    this.status = status;
    const seconds = headers.get('retry-after');
    this.retryAfterMs = seconds !== null && /^\d+$/.test(seconds) ? Number(seconds) * 1000 : undefined;
  }
}

/** Address of a file at a revision. */
export function resolvePath({ repo, revision, file }: Record<'repo' | 'revision' | 'file', string>): string {
  return [...repo.split('/'), 'resolve', revision, ...file.split('/')].map(encodeURIComponent).join('/');
}

const MAX_REDIRECTS = 10;

/**
 * Requests a file from Hugging Face and follows redirects itself, because two things happen on the way: size and hash
 * of a large file are stated only in the redirect, and the token must stay with Hugging Face (what it redirects to is
 * another host). A `HEAD` request is answered by Hugging Face itself, and not followed to another host. `416` is no
 * error.
 *
 * @throws Error with a sentence; the reason of the watchdog's signal.
 */
export async function requestFromHub(
  path: string,
  { hub, repo, method = 'GET', headers = {}, connectTimeoutMs }: HubRequestOptions,
  watchdog: Watchdog,
): Promise<HubResponse> {
  const { host } = new URL(hub.url);
  watchdog.expect(
    connectTimeoutMs,
    () => new Error(`${host} cannot be reached: no answer within ${connectTimeoutMs} ms.`),
  );
  const stated: StatedFile = { commit: undefined, etag: undefined, bytes: undefined };
  let url = new URL(`${hub.url}/${path}`);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const isHub = url.origin === hub.origin;
    const authorization = isHub && hub.token !== undefined ? { authorization: `Bearer ${hub.token}` } : {};
    const response = await fetch(url, {
      method,
      // Compressed, the bytes could neither be counted nor resumed.
      headers: { ...headers, ...authorization, 'accept-encoding': 'identity' },
      redirect: 'manual',
      signal: watchdog.signal,
    }).catch((error: unknown) => {
      watchdog.signal.throwIfAborted();
      throw new Error(unreachableReason(error), { cause: error });
    });
    if (isHub) Object.assign(stated, definedOnly(readStated(response)));
    const location = response.headers.get('location');
    const target =
      response.status >= 300 && response.status < 400 && location !== null ? new URL(location, url) : undefined;
    if (target === undefined && !response.ok && response.status !== 416) {
      await response.body?.cancel();
      throw new HubStatusError(statusReason(response, hub, repo), response);
    }
    if (target === undefined || (method === 'HEAD' && target.origin !== hub.origin)) return { response, stated };
    await response.body?.cancel();
    url = target;
  }
  throw new Error(`redirected more than ${MAX_REDIRECTS} times`);
}

/** What Hugging Face states of a file, without fetching it. */
export async function askForFile(
  path: string,
  options: HubRequestOptions,
  abortSignal: AbortSignal,
): Promise<StatedFile> {
  using watchdog = createWatchdog(abortSignal);
  const { response, stated } = await requestFromHub(path, { ...options, method: 'HEAD' }, watchdog);
  await response.body?.cancel();
  return stated;
}

function readStated({ headers, status }: Response): StatedFile {
  const number = (name: string) => {
    const value = headers.get(name);
    return value !== null && /^\d+$/.test(value) ? Number(value) : undefined;
  };
  const etag = headers.get('x-linked-etag') ?? headers.get('etag');
  const isWhole = status === 200 && !headers.has('content-encoding');
  return {
    commit: headers.get('x-repo-commit')?.match(/^[0-9a-f]{40}$/)?.[0],
    etag: etag?.match(/^(?:W\/)?"?((?:[0-9a-f]{40}|[0-9a-f]{64}))"?$/i)?.[1]?.toLowerCase(),
    bytes: number('x-linked-size') ?? (isWhole ? number('content-length') : undefined),
  };
}

/** A sentence that says what to do about a status that is not a success. */
function statusReason(response: Response, hub: HubEndpoint, repo: string): string {
  const { host, origin } = new URL(response.url);
  // Storage servers know nothing of terms and tokens; their links expire, and they have trouble of their own.
  if (origin !== hub.origin) return `${host}, where it keeps the file, answered ${response.status}. Try again later.`;
  const page = `${hub.url}/${repo}`;
  // Hugging Face says in this header what the status alone leaves open: it answers 401 for what does not exist, too.
  const code = response.headers.get('x-error-code');
  const said = `it answered ${response.status}${code === null ? '' : ` (${code})`}`;
  switch (response.status) {
    case 401:
      return hub.token === undefined
        ? `${said}: there is no such repository, or it is private or gated. If ${page} shows it, accept its terms there and set HF_TOKEN to a token with read access.`
        : `${said}: HF_TOKEN was refused. Make a token with read access and accept the terms on ${page}, if there are any.`;
    case 403:
      return `${said}: access is not granted. Accept the terms on ${page}, then set HF_TOKEN to a token of that account that may read gated repositories.`;
    case 404:
      return `${said}: there is no such file. See ${page} for the files and revisions there are.`;
    case 429:
      return `${said}: too many requests. Wait a little, or set HF_TOKEN.`;
    default:
      return response.status >= 500 ? `${said}: the server has trouble. Try again later.` : `${said}.`;
  }
}

/** Why a request gave no answer at all, as a sentence: `fetch` itself only says "fetch failed". */
function unreachableReason(error: unknown): string {
  if (!(error instanceof TypeError) || !(error.cause instanceof Error)) return errorMessage(error);
  const code = errorCode(error.cause) ?? '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `it cannot be reached: the name is not known here (${code}).`;
  if (/CERT|SELF_SIGNED|UNABLE_TO/.test(code)) {
    return `its certificate is not trusted (${code}). Behind a proxy that reads along, set NODE_EXTRA_CA_CERTS.`;
  }
  return `it cannot be reached (${code === '' ? errorMessage(error.cause) : code}).`;
}
