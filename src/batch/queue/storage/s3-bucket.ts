import type { AwsClient } from 'aws4fetch';
import { InvalidArgumentError } from '../../../error/index.ts';
import type { Environment } from '../../../util/environment.ts';
import { importOptional } from '../../../util/import-optional.ts';
import { rememberSecret } from '../../../util/known-secrets.ts';
import { retryStorage, type StoragePatience } from '../retrying-store.ts';

/** Storage that says nothing for so long is asked again; sending takes more at the slowest rate, in bytes a millisecond. */
const SILENCE_MS = 15_000;
const SLOWEST_RATE = 100;
/** Content that is larger is sent in parts of this size, of which there may be 10,000. */
const PART_BYTES = 64 * 2 ** 20;

/** A request that an object storage refused, or did not answer. */
export class StorageError extends Error {
  override readonly name = 'StorageError' as const;
  /** Of the HTTP answer; undefined without one. */
  readonly status: number | undefined;

  constructor(message: string, options: { readonly status?: number; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.status = options.status;
  }
}

/** Statuses below 500 that say nothing of the request itself. 409: somebody else writes the same object. */
const PASSING = new Set([408, 409, 425, 429]);

function isPassing(error: unknown): boolean {
  if (!(error instanceof StorageError)) return false;
  return error.status === undefined || error.status >= 500 || PASSING.has(error.status);
}

/** An answer of which all has come. */
interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
  /** Whether an attempt before it failed. */
  readonly isRetry: boolean;
}

/** Objects of a bucket under a prefix, by the API of S3. What may pass is tried again. */
export class S3Bucket {
  /** `s3://bucket/prefix/` */
  readonly name: string;
  readonly #client: AwsClient;
  readonly #base: string;
  readonly #prefix: string;
  readonly #patience: StoragePatience;

  constructor(
    client: AwsClient,
    {
      name,
      base,
      prefix,
      patience,
    }: {
      readonly name: string;
      readonly base: string;
      readonly prefix: string;
      readonly patience: StoragePatience;
    },
  ) {
    this.#client = client;
    this.name = name;
    this.#base = base;
    this.#prefix = prefix;
    this.#patience = patience;
  }

  /** The names of all objects that begin with `prefix`, without the prefix of the job. */
  async list(prefix: string): Promise<readonly string[]> {
    const names: string[] = [];
    let after: string | undefined;
    do {
      const query = new URLSearchParams({
        'list-type': '2',
        'encoding-type': 'url',
        prefix: this.#prefix + prefix,
        ...(after === undefined ? {} : { 'continuation-token': after }),
      });
      const text = (await this.#ok('GET', `?${query}`, { what: this.name })).body.toString();
      for (const [, key = ''] of text.matchAll(/<Key>([^<]*)<\/Key>/g)) {
        names.push(decodeURIComponent(key.replaceAll('+', ' ')).slice(this.#prefix.length));
      }
      const token = /<NextContinuationToken>([^<]*)</.exec(text)?.[1];
      after = token === undefined ? undefined : unescapeXml(token);
    } while (after !== undefined);
    return names;
  }

  /** The content of an object; undefined where there is none. */
  async read(name: string): Promise<Uint8Array | undefined> {
    const answer = await this.#send('GET', this.#path(name), { what: name });
    if (answer.status === 404 && !answer.body.includes('NoSuchBucket')) return undefined;
    return accepted(answer, answer.status === 404 ? this.name : name).body;
  }

  /** Size and tag of an object; undefined where there is none. */
  async head(name: string): Promise<{ readonly bytes: number; readonly etag: string } | undefined> {
    const answer = await this.#send('HEAD', this.#path(name), { what: name });
    if (answer.status === 404) return undefined;
    const { headers } = accepted(answer, name);
    const length = headers.get('content-length');
    // A proxy that leaves it out would make every input an empty one.
    if (length === null) throw new StorageError(`The storage does not say how large ${name} is (content-length).`);
    return { bytes: Number(length), etag: headers.get('etag') ?? '' };
  }

  /** Bytes of an object from `start` on, or up to, and not with, `end`, as they come. */
  async *stream(name: string, start: number, end?: number): AsyncGenerator<Uint8Array, void> {
    const headers = { range: `bytes=${start}-${end === undefined ? '' : end - 1}` };
    const opened = await retryStorage(
      async () => {
        const response = await this.#begin('GET', this.#path(name), { what: name, headers });
        if (response.status === 416 || response.ok) return response;
        const { status } = response;
        throw refused(name, status, (await wholeBody(response)).toString());
      },
      this.#patience,
      isPassing,
    );
    if (opened.status === 416) await opened.body?.cancel();
    else yield* chunksOf(opened);
  }

  /** Writes an object unless there is one of that name. @returns false where there is one. */
  async create(name: string, content: Uint8Array): Promise<boolean> {
    const headers = { 'if-none-match': '*', 'content-type': 'application/x-ndjson' };
    const answer = await this.#send('PUT', this.#path(name), { what: name, headers, body: content });
    if (answer.status !== 412) {
      accepted(answer, name);
      return true;
    }
    const there = await this.read(name);
    if (there === undefined) {
      throw new StorageError(`The storage says that ${name} is there, and does not have it.`, { status: 409 });
    }
    // An attempt that seemed to fail may have written it.
    return answer.isRetry && Buffer.from(there).equals(content);
  }

  /** Writes an object from its parts, in place of one of that name. */
  async write(name: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    let upload: string | undefined;
    const tags: string[] = [];
    for await (const part of inParts(chunks)) {
      // A single part needs no upload in parts.
      if (upload === undefined && part.isLast) {
        await this.#ok('PUT', this.#path(name), { what: name, body: part.content });
        return;
      }
      upload ??= await this.#startUpload(name);
      const query = new URLSearchParams({ partNumber: String(tags.length + 1), uploadId: upload });
      const { headers } = await this.#ok('PUT', `${this.#path(name)}?${query}`, { what: name, body: part.content });
      tags.push(headers.get('etag') ?? '');
    }
    const parts = tags.map((tag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${tag}</ETag></Part>`);
    const query = new URLSearchParams({ uploadId: upload ?? '' });
    const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;
    await this.#ok('POST', `${this.#path(name)}?${query}`, { what: name, body: Buffer.from(body) });
  }

  async #startUpload(name: string): Promise<string> {
    const { body } = await this.#ok('POST', `${this.#path(name)}?uploads=`, { what: name });
    return /<UploadId>([^<]*)</.exec(body.toString())?.[1] ?? '';
  }

  async remove(name: string): Promise<void> {
    await this.#ok('DELETE', this.#path(name), { what: name });
  }

  #path(name: string): string {
    return `/${(this.#prefix + name).split('/').map(encodeURIComponent).join('/')}`;
  }

  async #ok(method: string, path: string, options: RequestOptions): Promise<Answer> {
    return accepted(await this.#send(method, path, options), options.what);
  }

  /** The whole answer, of any status that does not pass. */
  async #send(method: string, path: string, options: RequestOptions): Promise<Answer> {
    return retryStorage(
      async (isRetry) => {
        const response = await this.#begin(method, path, options);
        const { status, headers } = response;
        const body = await wholeBody(response);
        // The end of an upload in parts may fail under status 200.
        if (method === 'POST' && body.includes('<Error>')) throw refused(options.what, 500, body.toString());
        if (status >= 400) {
          const failure = refused(options.what, status, body.toString());
          if (isPassing(failure)) throw failure;
        }
        return { status, headers, body, isRetry };
      },
      this.#patience,
      isPassing,
    );
  }

  /** An answer of which the body is still to come. */
  async #begin(method: string, path: string, { headers = {}, body }: RequestOptions): Promise<Response> {
    const silent = new AbortController();
    const ms = SILENCE_MS + (body?.length ?? 0) / SLOWEST_RATE;
    const timer = setTimeout(() => silent.abort(new Error(`nothing came for ${Math.round(ms / 1000)} s`)), ms);
    try {
      return await this.#client.fetch(`${this.#base}${path.startsWith('?') ? `/${path}` : path}`, {
        method,
        headers,
        signal: silent.signal,
        ...(body === undefined ? {} : { body: Buffer.from(body) }),
      });
    } catch (cause) {
      const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
      const text = reason instanceof Error ? reason.message : String(reason);
      throw new StorageError(`The storage ${this.name} does not answer: ${text}`, { cause });
    } finally {
      clearTimeout(timer);
    }
  }
}

interface RequestOptions {
  /** What the request is for, for messages. */
  readonly what: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

async function wholeBody(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of chunksOf(response)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What comes of a body. The time between two chunks counts, and not that of the one who takes them. */
async function* chunksOf({ body }: Response): AsyncGenerator<Uint8Array, void> {
  if (body === null) return;
  const reader = body.getReader();
  try {
    for (;;) {
      const { promise: silence, reject } = Promise.withResolvers<never>();
      const timer = setTimeout(() => reject(new Error('nothing more came')), SILENCE_MS);
      const { done, value } = await Promise.race([reader.read(), silence]).finally(() => clearTimeout(timer));
      if (done) return;
      yield value;
    }
  } catch (cause) {
    throw new StorageError('The storage broke off in the middle of an answer.', { cause });
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** @throws StorageError for an answer that is none. */
function accepted(answer: Answer, what: string): Answer {
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw refused(what, answer.status, answer.body.toString());
}

async function* inParts(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly content: Uint8Array; readonly isLast: boolean }, void> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    if (bytes >= PART_BYTES) {
      yield { content: Buffer.concat(held), isLast: false };
      [held, bytes] = [[], 0];
    }
    held.push(chunk);
    bytes += chunk.length;
  }
  yield { content: Buffer.concat(held), isLast: true };
}

function unescapeXml(text: string): string {
  return text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function refused(what: string, status: number, text: string): StorageError {
  const [code, message] = ['Code', 'Message'].map((tag) => new RegExp(`<${tag}>([^<]*)<`).exec(text)?.[1]);
  const reason = [code, message].filter((part) => part !== undefined).join(': ');
  return new StorageError(`The storage refused ${what}: HTTP ${status}${reason === '' ? '' : `, ${reason}`}`, {
    // S3 says so where an upload has stalled.
    status: code === 'RequestTimeout' ? 408 : status,
  });
}

/** Names of variables, the first of which that is set counts. */
const REGIONS = ['AWS_REGION', 'AWS_DEFAULT_REGION'];
const ENDPOINTS = ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'];

/**
 * Opens a bucket with the keys of the environment: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`,
 * `AWS_REGION`, and `AWS_ENDPOINT_URL_S3` for a storage that is not Amazon's.
 *
 * @param url `s3://bucket/prefix`, with `?endpoint=` and `?region=` in place of these variables.
 * @throws InvalidArgumentError for another address, MissingDependencyError without aws4fetch.
 */
export async function openBucket(
  url: string,
  { env, patience }: { readonly env: Environment; readonly patience: StoragePatience },
): Promise<S3Bucket> {
  const parsed = URL.parse(url);
  const refuse = (message: string) => new InvalidArgumentError({ parameter: 'storage', value: url, message });
  if (parsed === null || parsed.hostname === '') throw refuse('expected s3://bucket/prefix.');
  if (parsed.username !== '' || parsed.password !== '') {
    const message = 'keys do not belong in the address. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.';
    throw new InvalidArgumentError({ parameter: 'storage', value: `s3://…@${parsed.host}`, message });
  }
  const { AwsClient } = await importOptional(() => import('aws4fetch'), {
    dependency: 'aws4fetch',
    feature: 'A job in object storage',
    command: 'npm install aws4fetch',
  });
  const first = (names: readonly string[]) => names.map((name) => env[name]).find((value) => value?.trim());
  const region = parsed.searchParams.get('region') ?? first(REGIONS) ?? 'us-east-1';
  const endpoint = parsed.searchParams.get('endpoint') ?? first(ENDPOINTS);
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env;
  if (!accessKeyId || !secretAccessKey) {
    throw refuse('its keys are missing. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.');
  }
  rememberSecret(secretAccessKey);
  const client = new AwsClient({
    accessKeyId,
    secretAccessKey,
    ...(sessionToken ? { sessionToken } : {}),
    service: 's3',
    region,
    retries: 0,
  });
  const bucket = parsed.hostname;
  const base =
    endpoint === undefined
      ? `https://${bucket}.s3.${region}.amazonaws.com`
      : `${endpoint.replace(/\/+$/, '')}/${bucket}`;
  const folder = decodeURIComponent(parsed.pathname).replace(/^\/+|\/+$/g, '');
  const prefix = folder === '' ? '' : `${folder}/`;
  return new S3Bucket(client, { name: `s3://${bucket}/${prefix}`, base, prefix, patience });
}
