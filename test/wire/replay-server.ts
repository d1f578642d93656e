import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { Reply } from './reply.ts';

/** A request as it came over the wire. */
export interface ReceivedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON of the body, or undefined where there is none. */
  readonly body: unknown;
  /** Milliseconds of `performance.now()`. */
  readonly receivedMs: number;
}

/** What a {@link ReplayServer} does with a request; `index` counts all requests from 0. */
export type Answer = (request: ReceivedRequest, index: number) => Reply | Promise<Reply>;

/** An HTTP server on a free port of this machine that answers as configured and remembers the requests. */
export class ReplayServer implements AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Every request, in order of arrival. */
  readonly requests: ReceivedRequest[] = [];
  /** Requests whose client left before the reply was complete. */
  abandoned = 0;
  readonly #server: ReturnType<typeof createServer>;

  private constructor(server: ReturnType<typeof createServer>) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(answer: Reply | Answer): Promise<ReplayServer> {
    const server = createServer({ noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const replay = new ReplayServer(server);
    server.on('request', (request, response) => {
      replay.#serve(request, response, answer).catch((error: unknown) => response.destroy(error as Error));
    });
    return replay;
  }

  async #serve(request: IncomingMessage, response: ServerResponse, answer: Reply | Answer): Promise<void> {
    const received = await receive(request);
    const index = this.requests.push(received) - 1;
    response.once('close', () => {
      if (!response.writableFinished && !response.errored) this.abandoned += 1;
    });
    await send(response, typeof answer === 'function' ? await answer(received, index) : answer);
  }

  /** Closes every connection, also those that hang. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

async function receive(request: IncomingMessage): Promise<ReceivedRequest> {
  const receivedMs = performance.now();
  const text = (await buffer(request)).toString();
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
    body: text === '' ? undefined : JSON.parse(text),
    receivedMs,
  };
}

async function send(response: ServerResponse, reply: Reply): Promise<void> {
  const { status, statusText, headers, chunks, pauseMs = 0, ending = 'end' } = reply;
  if (ending === 'refuse') {
    response.socket?.resetAndDestroy();
    return;
  }
  if (ending === 'silence') return;
  response.writeHead(status, statusText, headers);
  response.flushHeaders();
  for (const chunk of chunks) {
    if (response.destroyed) return;
    response.write(chunk);
    await (pauseMs > 0 ? delay(pauseMs) : nextTurn());
  }
  if (ending === 'end') response.end();
  else if (ending === 'cut') response.socket?.resetAndDestroy();
}
