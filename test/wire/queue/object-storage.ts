import { hash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

/** What becomes of a request. */
export type Fault =
  /** It is refused before anything is done. */
  | 500
  | 503
  /** It is done, and the answer says that it was not. */
  | 'lost'
  /** The connection breaks before anything is done, or in the middle of the answer. */
  | 'cut'
  | 'torn'
  /** It is done after a while. */
  | 'slow';

/** Names of objects that a page of a list has. */
const PAGE = 3;
const SLOW_MS = 500;

/** Object storage as it answers by S3's API, in memory: whole and conditional writes, uploads in parts, lists by pages. */
export class ObjectStorage implements AsyncDisposable {
  readonly objects = new Map<string, Buffer>();
  readonly requests: { readonly method: string; readonly path: string; readonly fault: Fault | undefined }[] = [];
  /** Decides what becomes of a request. */
  fault: (method: string, path: string) => Fault | undefined = () => undefined;
  readonly #uploads = new Map<string, Map<number, Buffer>>();
  readonly #server = createServer((request, response) => void this.#handle(request, response).catch(() => {}));

  static async start(): Promise<ObjectStorage> {
    const storage = new ObjectStorage();
    storage.#server.listen(0, '127.0.0.1');
    await once(storage.#server, 'listening');
    return storage;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The environment of a program that uses it. */
  get env() {
    return {
      AWS_ACCESS_KEY_ID: 'tester',
      AWS_SECRET_ACCESS_KEY: 'a-secret-of-the-tester',
      AWS_ENDPOINT_URL_S3: this.url,
    };
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', headers } = request;
    const url = new URL(request.url ?? '', this.url);
    const path = decodeURIComponent(url.pathname).slice(1);
    const fault = this.fault(method, path);
    this.requests.push({ method, path, fault });
    const body = await buffer(request);
    if (fault === 'cut') return void request.socket.destroy();
    if (typeof fault === 'number') return answer(response, fault, { text: errorText(fault) });
    if (fault === 'slow') await delay(SLOW_MS);
    const done = this.#do({ method, path, query: url.searchParams, headers, body });
    if (fault === 'lost') return answer(response, 500, { text: errorText(500) });
    if (fault === 'torn' && done.text.length > 1) {
      response.writeHead(done.status, { ...done.headers, 'content-length': done.text.length });
      response.write(done.text.slice(0, done.text.length / 2), () => request.socket.destroy());
      return;
    }
    answer(response, done.status, method === 'HEAD' ? { ...done, text: '' } : done);
  }

  #do({ method, path, query, headers, body }: AskedFor): Answered {
    const there = this.objects.get(path);
    const upload = query.get('uploadId');
    if (query.has('list-type')) return { status: 200, text: this.#list(path, query) };
    if (method === 'POST' && query.has('uploads')) {
      const id = `upload-${this.#uploads.size}`;
      this.#uploads.set(id, new Map());
      return { status: 200, text: `<UploadId>${id}</UploadId>` };
    }
    if (upload !== null) {
      const parts = this.#uploads.get(upload) ?? new Map<number, Buffer>();
      if (method === 'PUT') parts.set(Number(query.get('partNumber')), body);
      else
        this.objects.set(
          path,
          Buffer.concat([...parts].toSorted(([one], [other]) => one - other).map(([, part]) => part)),
        );
      return { status: 200, text: '', headers: { etag: tagOf(body) } };
    }
    if (method === 'PUT') {
      if (headers['if-none-match'] === '*' && there !== undefined) return { status: 412, text: errorText(412) };
      this.objects.set(path, body);
      return { status: 200, text: '', headers: { etag: tagOf(body) } };
    }
    if (method === 'DELETE') {
      this.objects.delete(path);
      return { status: 204, text: '' };
    }
    if (there === undefined) return { status: 404, text: errorText(404) };
    const [, start = '0', end = String(there.length - 1)] = /bytes=(\d+)-(\d+)?/.exec(headers.range ?? '') ?? [];
    const slice = there.subarray(Number(start), Number(end) + 1);
    return {
      status: headers.range === undefined ? 200 : 206,
      text: slice.toString('latin1'),
      headers: { etag: tagOf(there), 'content-length': String(slice.length) },
    };
  }

  #list(bucket: string, query: URLSearchParams): string {
    const prefix = `${bucket.replace(/\/$/, '')}/`;
    const keys = [...this.objects.keys()].map((key) => key.slice(prefix.length)).toSorted();
    const after = query.get('continuation-token') ?? '';
    const found = keys.filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after);
    const page = found.slice(0, PAGE).map((key) => `<Key>${encodeURIComponent(key)}</Key>`);
    const next = found.length > PAGE ? `<NextContinuationToken>${found[PAGE - 1]}</NextContinuationToken>` : '';
    return `<ListBucketResult>${page.join('')}${next}</ListBucketResult>`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

interface AskedFor {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

interface Answered {
  readonly status: number;
  /** By bytes. */
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function answer(response: ServerResponse, status: number, { text, headers = {} }: Pick<Answered, 'text' | 'headers'>) {
  response.writeHead(status, headers).end(text, 'latin1');
}

function errorText(status: number): string {
  const code = { 404: 'NoSuchKey', 412: 'PreconditionFailed', 503: 'SlowDown' }[status] ?? 'InternalError';
  return `<Error><Code>${code}</Code><Message>As the test wants it.</Message></Error>`;
}

function tagOf(content: Buffer): string {
  return `"${hash('md5', content)}"`;
}
