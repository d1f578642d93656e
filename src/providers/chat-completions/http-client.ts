import { type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { APICallError } from '@ai-sdk/provider';
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { type Environment, readVariable } from '../../util/environment.ts';
import { errorMessage } from '../../util/error-message.ts';

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
    const proxies = proxiesOf(env);
    this.#dispatcher = proxies === undefined ? new Agent(options) : new EnvHttpProxyAgent({ ...options, ...proxies });
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
      throw new APICallError({
        message: `Cannot connect to API: ${errorMessage(error)}`,
        url: url.origin + url.pathname,
        requestBodyValues: undefined,
        isRetryable: true,
        cause: error,
      });
    }
  }

  /** Closes every connection; calls that still run fail. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dispatcher.destroy();
  }
}

/** The proxies that the environment names, upper or lower case; undefined where it names none. */
function proxiesOf(env: Environment): EnvHttpProxyAgent.Options | undefined {
  const read = (name: string) => readVariable(env, name.toLowerCase()) ?? readVariable(env, name);
  const httpProxy = read('HTTP_PROXY');
  const httpsProxy = read('HTTPS_PROXY') ?? httpProxy;
  if (httpProxy === undefined && httpsProxy === undefined) return undefined;
  return {
    ...(httpProxy === undefined ? {} : { httpProxy }),
    ...(httpsProxy === undefined ? {} : { httpsProxy }),
    noProxy: read('NO_PROXY') ?? '',
  };
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
