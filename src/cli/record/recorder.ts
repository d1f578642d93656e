import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type Dispatcher, EnvHttpProxyAgent } from 'undici';
import type { Ending, Exchange, RawHeaders } from './exchange.ts';

/** Headers of one connection, which are not passed on. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'host', 'content-length', 'expect']);

/**
 * A server on this machine that passes every request on to one origin, and keeps what was asked and what came back. A
 * server in between sees what is sent, whichever package sends it.
 */
export class Recorder implements AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** In the order in which the requests came. */
  readonly exchanges: Exchange[] = [];
  readonly #origin: string;
  readonly #server: ReturnType<typeof createServer>;
  readonly #dispatcher = new EnvHttpProxyAgent();

  private constructor(server: ReturnType<typeof createServer>, origin: string) {
    this.#server = server;
    this.#origin = origin;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(origin: string): Promise<Recorder> {
    const server = createServer({ noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const recorder = new Recorder(server, origin);
    server.on('request', (request, response) => {
      recorder.#serve(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    return recorder;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const headers = passedOn(pairs(request.rawHeaders));
    const asked = { method: request.method ?? 'GET', path: request.url ?? '/', headers, body };
    const index = this.exchanges.length;
    const keep = (reply: Exchange['reply']) => void (this.exchanges[index] = { request: asked, reply });
    keep({ head: undefined, chunks: [], ending: 'hang' });
    const left = new AbortController();
    response.once('close', () => left.abort());
    const reply = await this.#ask(asked, left.signal);
    if (reply === undefined) {
      if (!left.signal.aborted) keep({ head: undefined, chunks: [], ending: 'refuse' });
      response.socket?.resetAndDestroy();
      return;
    }
    const { statusCode: status, statusText } = reply;
    const head = { status, statusText, headers: passedOn(flatten(reply.headers)) };
    const chunks: Uint8Array[] = [];
    const keepUntil = (ending: Ending) => keep({ head, chunks, ending });
    keepUntil('hang');
    response.writeHead(status, statusText, head.headers.flat());
    response.flushHeaders();
    try {
      for await (const chunk of reply.body) {
        chunks.push(chunk as Uint8Array);
        response.write(chunk);
      }
      keepUntil('end');
      response.end();
    } catch {
      if (left.signal.aborted) return;
      keepUntil('cut');
      response.socket?.resetAndDestroy();
    }
  }

  /** Undefined where no reply comes. */
  async #ask(
    { method, path, headers, body }: Exchange['request'],
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData | undefined> {
    try {
      return await this.#dispatcher.request({
        origin: this.#origin,
        path,
        method: method as Dispatcher.HttpMethod,
        // What is compressed cannot be read in the file.
        headers: [
          ...headers.filter(([name]) => !/^accept-encoding$/i.test(name)),
          ['accept-encoding', 'identity'],
        ].flat(),
        body: body.length === 0 ? null : body,
        signal,
      });
    } catch {
      return undefined;
    }
  }

  /** Closes every connection, also those that hang. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
    await this.#dispatcher.destroy();
  }
}

function passedOn(headers: RawHeaders): RawHeaders {
  return headers.filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase()));
}

/** Names and values take turns. */
function pairs(raw: readonly string[]): RawHeaders {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as const] : []));
}

function flatten(headers: Dispatcher.ResponseData['headers']): RawHeaders {
  return Object.entries(headers).flatMap(([name, value]) => [value ?? ''].flat().map((each) => [name, each] as const));
}
