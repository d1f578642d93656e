import { setTimeout as delay } from 'node:timers/promises';
import type { AwsClient } from 'aws4fetch';
import { InvalidArgumentError } from '../../../error/index.ts';
import type { Environment } from '../../../util/environment.ts';
import { importOptional } from '../../../util/import-optional.ts';
import { rememberSecret } from '../../../util/known-secrets.ts';

/** One request takes at most so long. */
const REQUEST_MS = 120_000;
/** Attempts at a request, and the wait after the first, which doubles. */
const ATTEMPTS = 5;
const FIRST_WAIT_MS = 200;
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

/** Objects of a bucket under a prefix, by the API of S3. */
export class S3Bucket {
  /** `s3://bucket/prefix/` */
  readonly name: string;
  readonly #client: AwsClient;
  readonly #base: string;
  readonly #prefix: string;

  constructor(client: AwsClient, { name, base, prefix }: { name: string; base: string; prefix: string }) {
    this.#client = client;
    this.name = name;
    this.#base = base;
    this.#prefix = prefix;
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
      const response = await this.#send('GET', `?${query}`);
      const text = await response.text();
      if (!response.ok) throw refused(this.name, response.status, text);
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
    const response = await this.#send('GET', this.#path(name));
    if (response.status === 404) {
      const text = await response.text();
      if (text.includes('NoSuchBucket')) throw refused(this.name, 404, text);
      return undefined;
    }
    if (!response.ok) throw refused(name, response.status, await response.text());
    return new Uint8Array(await bodyOf(response));
  }

  /** Size and tag of an object; undefined where there is none. */
  async head(name: string): Promise<{ readonly bytes: number; readonly etag: string } | undefined> {
    const response = await this.#send('HEAD', this.#path(name));
    if (response.status === 404) return undefined;
    if (!response.ok) throw refused(name, response.status, '');
    return { bytes: Number(response.headers.get('content-length')), etag: response.headers.get('etag') ?? '' };
  }

  /** Bytes of an object from `start` on, or up to, and not with, `end`, as they come. */
  async *stream(name: string, start: number, end?: number): AsyncGenerator<Uint8Array, void> {
    const range = `bytes=${start}-${end === undefined ? '' : end - 1}`;
    const response = await this.#send('GET', this.#path(name), { headers: { range }, isStream: true });
    if (response.status === 416) return;
    if (!response.ok) throw refused(name, response.status, await response.text());
    if (response.body !== null) yield* response.body as unknown as AsyncIterable<Uint8Array>;
  }

  /** Writes an object unless there is one of that name. @returns false where there is one. */
  async create(name: string, content: Uint8Array): Promise<boolean> {
    const headers = { 'if-none-match': '*', 'content-type': 'application/x-ndjson' };
    const response = await this.#send('PUT', this.#path(name), { headers, body: content });
    const text = await response.text();
    if (response.ok) return true;
    if (response.status === 412) return false;
    // Somebody else is writing it: only when that is over is it known whether it is there.
    if (response.status === 409 && (await this.head(name)) !== undefined) return false;
    throw refused(name, response.status, text);
  }

  /** Writes an object from its parts, in place of one of that name. */
  async write(name: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    let upload: string | undefined;
    const tags: string[] = [];
    for await (const part of inParts(chunks)) {
      // A single part needs no upload in parts.
      if (upload === undefined && part.isLast) {
        await this.#ok('PUT', this.#path(name), part.content);
        return;
      }
      upload ??= await this.#startUpload(name);
      const query = new URLSearchParams({ partNumber: String(tags.length + 1), uploadId: upload });
      const { headers } = await this.#ok('PUT', `${this.#path(name)}?${query}`, part.content);
      tags.push(headers.get('etag') ?? '');
    }
    const parts = tags.map((tag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${tag}</ETag></Part>`);
    const query = new URLSearchParams({ uploadId: upload ?? '' });
    const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;
    await this.#ok('POST', `${this.#path(name)}?${query}`, Buffer.from(body));
  }

  async #startUpload(name: string): Promise<string> {
    const { text } = await this.#ok('POST', `${this.#path(name)}?uploads=`);
    return /<UploadId>([^<]*)</.exec(text)?.[1] ?? '';
  }

  async remove(name: string): Promise<void> {
    await this.#ok('DELETE', this.#path(name));
  }

  async #ok(method: string, path: string, body?: Uint8Array) {
    const response = await this.#send(method, path, body === undefined ? {} : { body });
    const text = await response.text();
    // The end of an upload in parts may fail under status 200.
    if (!response.ok || text.includes('<Error>')) throw refused(path, response.status, text);
    return { text, headers: response.headers };
  }

  #path(name: string): string {
    return `/${(this.#prefix + name).split('/').map(encodeURIComponent).join('/')}`;
  }

  /** Tries again what may pass, besides what must not be done twice. */
  async #send(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
    const isConditional = options.headers?.['if-none-match'] !== undefined;
    for (let attempt = 1; ; attempt += 1) {
      const isLast = isConditional || attempt === ATTEMPTS;
      try {
        const response = await this.#sendOnce(method, path, options);
        if (isLast || (response.status < 500 && response.status !== 429)) return response;
        await response.body?.cancel();
      } catch (error) {
        if (isLast) throw error;
      }
      await delay(FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + Math.random()));
    }
  }

  async #sendOnce(
    method: string,
    path: string,
    { headers = {}, body, isStream = false }: RequestOptions,
  ): Promise<Response> {
    try {
      return await this.#client.fetch(`${this.#base}${path.startsWith('?') ? `/${path}` : path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: Buffer.from(body) }),
        ...(isStream ? {} : { signal: AbortSignal.timeout(REQUEST_MS) }),
      });
    } catch (cause) {
      const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
      throw new StorageError(`The storage ${this.name} does not answer: ${reason}`, { cause });
    }
  }
}

interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** The answer may take any time. */
  readonly isStream?: boolean;
}

async function bodyOf(response: Response): Promise<ArrayBuffer> {
  try {
    return await response.arrayBuffer();
  } catch (cause) {
    throw new StorageError('The storage broke off in the middle of an answer.', { cause });
  }
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
    status,
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
export async function openBucket(url: string, env: Environment): Promise<S3Bucket> {
  const parsed = URL.parse(url);
  const refuse = (message: string) => new InvalidArgumentError({ parameter: 'storage', value: url, message });
  if (parsed === null || parsed.hostname === '') throw refuse('expected s3://bucket/prefix.');
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
  return new S3Bucket(client, { name: `s3://${bucket}/${prefix}`, base, prefix });
}
