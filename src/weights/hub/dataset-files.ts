import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { InvalidArgumentError } from '../../error/index.ts';
import { createWatchdog } from '../../util/deadline.ts';
import type { Environment } from '../../util/environment.ts';
import { errorMessage } from '../../util/error-message.ts';
import { connectTimeoutFrom } from '../weights-context.ts';
import { type DatasetReference, formatDatasetReference, parseDatasetReference } from './dataset-reference.ts';
import { askForFile, type HubRequestOptions, HubStatusError, requestFromHub } from './hub-request.ts';
import { isOffline, resolveHubEndpoint } from './hub-settings.ts';

/** A file of a data set on Hugging Face, as it was when it was opened. */
export interface DatasetFile {
  /** `hf://datasets/…`, as a person would write it. */
  readonly name: string;
  readonly bytes: number;
  /** Name of the content: the sha256 of a large file, the hash that git gives a small one. */
  readonly etag: string | undefined;
  /** What the revision stands for. Everything is read from there. */
  readonly commit: string;
  /** Bytes from `start` up to, and not with, `end`. */
  slice(start: number, end: number): Promise<Uint8Array>;
  /** All bytes from `start` on, as they come. A connection that breaks is taken up again. */
  stream(start: number): AsyncGenerator<Uint8Array, void>;
}

/** Options of {@link openDatasetFiles}. */
export interface OpenDatasetFilesOptions {
  /** `HF_ENDPOINT`, `HF_TOKEN` and others as in Python. @default process.env */
  readonly env?: Environment | undefined;
  readonly abortSignal?: AbortSignal | undefined;
  /** Milliseconds before the second attempt of a request, doubled with each. @default 500 */
  readonly retryDelayMs?: number | undefined;
}

const ATTEMPTS = 6;
const RETRY_DELAY_MS = 500;
/** A server that asks for more is not waited for. */
const MAX_RETRY_DELAY_MS = 60_000;
const STALL_TIMEOUT_MS = 60_000;

/** The first piece of a stream: enough to see what it is, so that of a table no more is fetched than is needed. */
const HEAD_BYTES = 1 << 16;

/** Files that are listed where one is not there. */
const MAX_LISTED = 12;
/** Pages of a list of files, of 1000 each. */
const MAX_PAGES = 20;

/** What records can be read from. */
const DATA_FILE = /\.(?:jsonl?|ndjson|csv|tsv|parquet|txt)(?:\.(?:gz|zst))?$/i;

/** How requests are made. */
interface Connection extends HubRequestOptions {
  readonly abortSignal: AbortSignal | undefined;
  readonly retryDelayMs: number;
}

/**
 * The files of a reference, in the order of their names. Sizes and contents are asked for, and nothing is fetched.
 *
 * @throws InvalidArgumentError for what is no reference, and where there is no such file or it may not be read; the
 * signal's reason on abort.
 */
export async function openDatasetFiles(
  path: string,
  { env = process.env, abortSignal, retryDelayMs = RETRY_DELAY_MS }: OpenDatasetFilesOptions = {},
): Promise<readonly DatasetFile[]> {
  const reference = parseDatasetReference(path);
  const repo = `datasets/${reference.repo}`;
  try {
    if (isOffline(env)) throw new Error('HF_HUB_OFFLINE is set.');
    const hub = await resolveHubEndpoint(env);
    const connection = { hub, repo, connectTimeoutMs: connectTimeoutFrom(env), abortSignal, retryDelayMs };
    const files = reference.file.includes('*') ? await matchingFiles(reference, connection) : [reference.file];
    const opened: DatasetFile[] = [];
    for (const file of files) {
      const commit = opened[0]?.commit;
      opened.push(await openFile({ ...reference, file }, commit, connection));
    }
    return opened;
  } catch (error) {
    abortSignal?.throwIfAborted();
    if (error instanceof InvalidArgumentError) throw error;
    throw new InvalidArgumentError({ parameter: 'file', value: path, message: errorMessage(error), cause: error });
  }
}

async function openFile(
  reference: DatasetReference,
  pinned: string | undefined,
  connection: Connection,
): Promise<DatasetFile> {
  const { file } = reference;
  const path = (revision: string) => requestPath(reference, 'resolve', revision, file);
  const { bytes, commit, etag } = await withRetries(connection, (abortSignal) =>
    askForFile(path(pinned ?? reference.revision), connection, abortSignal),
  ).catch(async (error: unknown) => {
    if (!(error instanceof HubStatusError) || error.status !== 404) throw error;
    throw new Error(await missingFile(reference, connection, error), { cause: error });
  });
  if (bytes === undefined || commit === undefined) {
    throw new Error(`it states no ${bytes === undefined ? 'size' : 'commit'} for ${file}.`);
  }
  const from = { path: path(commit), bytes, connection };
  return {
    name: formatDatasetReference(reference),
    bytes,
    etag,
    commit,
    slice: async (start, end) => {
      const pieces: Uint8Array[] = [];
      for await (const piece of readRange({ ...from, start, end })) pieces.push(piece);
      return Buffer.concat(pieces);
    },
    async *stream(start) {
      const head = Math.min(bytes, start + HEAD_BYTES);
      yield* readRange({ ...from, start, end: head });
      if (head < bytes) yield* readRange({ ...from, start: head, end: bytes });
    },
  };
}

/** Bytes of a file. What breaks off is asked for again, from there on. */
async function* readRange({
  path,
  bytes,
  connection,
  start,
  end,
}: {
  path: string;
  /** Of the whole file. */
  bytes: number;
  connection: Connection;
  start: number;
  end: number;
}): AsyncGenerator<Uint8Array, void> {
  let position = start;
  for (let attempt = 1; position < end; attempt += 1) {
    const before = position;
    using watchdog = createWatchdog(connection.abortSignal);
    const headers = { range: `bytes=${position}-${end - 1}` };
    const { response } = await withRetries(connection, () =>
      requestFromHub(path, { ...connection, headers }, watchdog),
    );
    let skip = skippedBytes(response, position, bytes);
    if (skip === undefined) {
      await response.body?.cancel();
      throw new Error('it sent another range than the one asked for.');
    }
    try {
      watchdog.expect(
        STALL_TIMEOUT_MS,
        () => new Error(`the download stalled: no bytes for ${STALL_TIMEOUT_MS / 1000} s.`),
      );
      // Leaving the loop lets go of the connection.
      for await (const value of response.body ?? []) {
        watchdog.feed();
        const piece = value.subarray(Math.min(skip, value.length), skip + end - position);
        skip -= Math.min(skip, value.length);
        position += piece.length;
        if (piece.length > 0) yield piece;
        if (position >= end) break;
      }
    } catch (error) {
      watchdog.signal.throwIfAborted();
      if (attempt >= ATTEMPTS) throw error;
    }
    // Only attempts in a row that came no further count.
    if (position > before) attempt = 0;
    else if (attempt >= ATTEMPTS) throw new Error(`the connection broke ${ATTEMPTS} times in a row.`);
  }
}

/** Bytes of an answer that come before those that were asked for: a server may know no ranges. Undefined for another range. */
function skippedBytes(response: Response, position: number, bytes: number): number | undefined {
  if (response.status === 200) return position;
  const [, first, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get('content-range') ?? '') ?? [];
  return response.status === 206 && Number(first) === position && Number(total) === bytes ? 0 : undefined;
}

/** Tries again what may pass: too many requests, trouble of the server, a connection that was not made. */
async function withRetries<RESULT>(
  { abortSignal, retryDelayMs }: Connection,
  request: (abortSignal: AbortSignal) => Promise<RESULT>,
): Promise<RESULT> {
  const signal = abortSignal ?? new AbortController().signal;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await request(signal);
    } catch (error) {
      signal.throwIfAborted();
      const wait = retryWait(error, retryDelayMs * 2 ** (attempt - 1));
      if (wait === undefined || attempt >= ATTEMPTS) throw error;
      await delay(wait, undefined, { signal });
    }
  }
}

/** Milliseconds to wait before the next attempt; undefined where there is no use. */
function retryWait(error: unknown, usual: number): number | undefined {
  if (!(error instanceof HubStatusError)) {
    const cause = error instanceof Error ? error.cause : undefined;
    return cause instanceof TypeError ? usual : undefined;
  }
  const { status, retryAfterMs = usual } = error;
  const mayPass = status === 429 || status === 408 || status >= 500;
  return mayPass && retryAfterMs <= MAX_RETRY_DELAY_MS ? retryAfterMs : undefined;
}

const treeSchema = z.array(z.object({ type: z.string(), path: z.string() }));

/** All files of a revision. */
async function listFiles(reference: DatasetReference, connection: Connection): Promise<readonly string[]> {
  const files: string[] = [];
  const tree = `api/${requestPath(reference, 'tree', reference.revision)}`;
  let path: string | undefined = `${tree}?recursive=true`;
  for (let page = 0; path !== undefined && page < MAX_PAGES; page += 1) {
    const current: string = path;
    const { entries, next } = await withRetries(connection, async (abortSignal) => {
      using watchdog = createWatchdog(abortSignal);
      const { response } = await requestFromHub(current, connection, watchdog);
      const link = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
      const list = treeSchema.safeParse(await response.json().catch(() => undefined));
      watchdog.signal.throwIfAborted();
      if (!list.success) throw new Error('its list of files cannot be read.');
      return { entries: list.data, next: link };
    });
    files.push(...entries.filter(({ type }) => type === 'file').map((entry) => entry.path));
    // A mirror may name the hub itself here.
    path = next === undefined ? undefined : `${tree}${URL.parse(next)?.search ?? ''}`;
  }
  return files;
}

/** The files that a pattern stands for: `*` is any text without a slash, `**` any text. */
async function matchingFiles(reference: DatasetReference, connection: Connection): Promise<readonly string[]> {
  const files = await listFiles(reference, connection);
  const pattern = reference.file
    .split(/(\*+)/)
    .map((part) => (part === '*' ? '[^/]*' : part.startsWith('**') ? '.*' : escapeRegExp(part)))
    .join('');
  const found = files.filter((file) => new RegExp(`^${pattern}$`, 's').test(file)).toSorted();
  if (found.length > 0) return found;
  throw new Error(`no file is called so at the revision ${reference.revision}. ${named(files, reference)}`);
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/** What to say where a file is not there: what else there is. */
async function missingFile(
  reference: DatasetReference,
  connection: Connection,
  answer: HubStatusError,
): Promise<string> {
  const files = await listFiles(reference, connection).catch(() => undefined);
  connection.abortSignal?.throwIfAborted();
  return files === undefined
    ? answer.message
    : `there is no such file at the revision ${reference.revision}. ${named(files, reference)}`;
}

/** The files of data that there are, those of the same folder first. */
function named(files: readonly string[], { file }: DatasetReference): string {
  const folder = file.slice(0, file.lastIndexOf('/') + 1);
  const data = files.filter((one) => DATA_FILE.test(one));
  if (data.length === 0) return 'There are no files of data in it.';
  const near = data.filter((one) => folder !== '' && one.startsWith(folder));
  const listed = [...near, ...data.filter((one) => !near.includes(one))];
  const more = listed.length > MAX_LISTED ? ` and ${listed.length - MAX_LISTED} more` : '';
  return `There are: ${listed.slice(0, MAX_LISTED).join(', ')}${more}.`;
}

/** Address of something of a data set, without the server. */
function requestPath({ repo }: DatasetReference, kind: 'resolve' | 'tree', revision: string, file = ''): string {
  const parts = [...repo.split('/'), kind, revision, ...(file === '' ? [] : file.split('/'))];
  return ['datasets', ...parts.map(encodeURIComponent)].join('/');
}
