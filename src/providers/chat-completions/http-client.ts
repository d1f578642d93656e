import { type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { APICallError } from '@ai-sdk/provider';
import { Agent, type Dispatcher, EnvHttpProxyAgent, fetch as undiciFetch } from 'undici';
import type { Environment } from '../../util/environment.ts';
import { errorMessage } from '../../util/error-message.ts';
import { Proxies, type Proxy } from './proxies.ts';

/** Milliseconds until a connection must be made. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Milliseconds until the headers of a reply: a server may load a model and read a long prompt before it answers. */
const HEADERS_TIMEOUT_MS = 600_000;

/** Milliseconds between two pieces of a reply. */
const BODY_TIMEOUT_MS = 300_000;

/** Sockets to one origin. Calls are limited before they get here, see `ProviderLimits`. */
const MAX_SOCKETS = 512;

/** An HTTP reply whose body has not been read yet. */
export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Decompressed. Destroying it closes the socket. */
  readonly body: Readable;
}

/** Sends requests over pools of connections, one pool for each origin, and through the proxies of the environment. */
export class HttpClient implements AsyncDisposable {
  readonly #dispatcher: Dispatcher;
  readonly #proxies: Proxies;

  /** @throws InvalidArgumentError where a variable holds no address of a proxy. */
  constructor({ env = process.env }: { env?: Environment } = {}) {
    const options: Agent.Options = {
      connections: MAX_SOCKETS,
      pipelining: 1,
      // An abort of one call must close its own socket and no other.
      allowH2: false,
      connectTimeout: CONNECT_TIMEOUT_MS,
      headersTimeout: HEADERS_TIMEOUT_MS,
      bodyTimeout: BODY_TIMEOUT_MS,
    };
    this.#proxies = new Proxies(env);
    const proxies = this.#proxies.options;
    this.#dispatcher = proxies === undefined ? new Agent(options) : new EnvHttpProxyAgent({ ...options, ...proxies });
  }

  /** The `fetch` of the platform over these connections. */
  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    try {
      const given = { ...(init as object), dispatcher: this.#dispatcher };
      // The types of undici and of Node differ in names alone.
      return (await undiciFetch(url, given)) as unknown as Response;
    } catch (error) {
      init?.signal?.throwIfAborted();
      throw unreachableError(url, error);
    }
  };

  /** The proxy that requests to an address go through. */
  proxyFor(address: string): Proxy | undefined {
    return this.#proxies.find(new URL(address));
  }

  /**
   * Sends a POST request with a JSON body. An abort closes the socket, also while the body is read.
   *
   * @throws APICallError where no reply comes; the signal's reason on abort.
   */
  async post(
    url: URL,
    {
      headers,
      body,
      abortSignal,
    }: {
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      readonly abortSignal?: AbortSignal | undefined;
    },
  ): Promise<HttpReply> {
    abortSignal?.throwIfAborted();
    try {
      const reply = await this.#dispatcher.request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
        ...(abortSignal === undefined ? {} : { signal: abortSignal }),
      });
      const received = toTextHeaders(reply.headers);
      return { status: reply.statusCode, headers: received, body: decompressed(reply.body, received) };
    } catch (error) {
      abortSignal?.throwIfAborted();
      throw unreachableError(url, error);
    }
  }

  /** Closes every connection; calls that still run fail. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dispatcher.destroy();
  }
}

/** No reply has come. The innermost cause says why. */
function unreachableError({ origin, pathname }: URL, cause: unknown): APICallError {
  let inner = cause;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  return new APICallError({
    message: `Cannot connect to API: ${errorMessage(inner)}`,
    url: origin + pathname,
    requestBodyValues: undefined,
    isRetryable: true,
    cause: inner,
  });
}

function toTextHeaders(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) texts[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return texts;
}

/** Servers and proxies compress without being asked to. */
function decompressed(body: Readable, headers: Readonly<Record<string, string>>): Readable {
  const decompress = DECOMPRESSORS[headers['content-encoding']?.trim().toLowerCase() ?? 'identity'];
  if (decompress === undefined) return body;
  const stream = decompress();
  body.on('error', (error) => stream.destroy(error));
  stream.on('close', () => body.destroy());
  return body.pipe(stream);
}

/** What is written is passed on at once, so that a compressed stream stays a stream. */
const DECOMPRESSORS: Readonly<Record<string, () => NodeJS.ReadWriteStream & Readable>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  deflate: () => createInflate(),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(),
};
