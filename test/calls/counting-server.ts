import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';

/** What the server does with one request. */
export interface Reply {
  /** Words are sent one by one. @default `Answer N.` */
  readonly text?: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cachedTokens?: number;
  readonly finishReason?: string;
  /** An error instead of an answer. */
  readonly status?: number;
  /** An error in the body of a streamed answer, under status 200. */
  readonly bodyError?: { readonly message: string; readonly code?: string | number; readonly type?: string };
  readonly headers?: Readonly<Record<string, string>>;
  /** Before anything is sent. */
  readonly delayMs?: number;
  /** Between two words. */
  readonly pauseMs?: number;
  /** Breaks the connection: before the answer, or after its first word. */
  readonly cut?: 'before' | 'within';
}

/** A request as the server has seen it. */
export interface SeenRequest {
  readonly body: ChatRequest;
  readonly headers: IncomingMessage['headers'];
  readonly at: number;
  /** How it ended for the server. */
  outcome: 'running' | 'answered' | 'refused' | 'cut' | 'left';
  inputTokens: number;
  outputTokens: number;
}

interface ChatRequest {
  readonly model: string;
  readonly stream?: boolean;
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
  readonly seed?: number;
  readonly max_tokens?: number;
}

/** An OpenAI-compatible endpoint on a real socket that keeps its own books. */
export class CountingServer implements AsyncDisposable {
  readonly requests: SeenRequest[] = [];
  /** Requests being answered now, and the most there were at once. */
  running = 0;
  maxRunning = 0;
  readonly #reply: (body: ChatRequest, index: number) => Reply;
  readonly #server: Server;

  private constructor(reply: (body: ChatRequest, index: number) => Reply) {
    this.#reply = reply;
    this.#server = createServer((request, response) => void this.#handle(request, response).catch(() => {}));
  }

  static async start(reply: (body: ChatRequest, index: number) => Reply = () => ({})): Promise<CountingServer> {
    const server = new CountingServer(reply);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get baseURL(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  /** A model of the SDK's own provider for such endpoints. */
  model(modelId: string, { provider = 'books' }: { provider?: string } = {}) {
    return createOpenAICompatible({
      name: provider,
      baseURL: this.baseURL,
      apiKey: 'sk-not-a-real-key-0123456789',
      includeUsage: true,
    }).chatModel(modelId);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await json(request)) as ChatRequest;
    const index = this.requests.length;
    const reply = this.#reply(body, index);
    const { text = `Answer ${index + 1}.` } = reply;
    const seen: SeenRequest = {
      body,
      headers: request.headers,
      at: performance.now(),
      outcome: 'running',
      inputTokens: 0,
      outputTokens: 0,
    };
    this.requests.push(seen);
    this.running += 1;
    this.maxRunning = Math.max(this.maxRunning, this.running);
    response.once('close', () => {
      this.running -= 1;
      if (seen.outcome === 'running') seen.outcome = 'left';
    });
    if (reply.delayMs !== undefined) await delay(reply.delayMs);
    if (reply.cut === 'before') {
      seen.outcome = 'cut';
      response.destroy();
    } else if (reply.status !== undefined) {
      seen.outcome = 'refused';
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
      response.end(JSON.stringify({ error: { message: `status ${reply.status}`, type: 'test', code: null } }));
    } else {
      const { inputTokens = 100, outputTokens = 10, cachedTokens } = reply;
      const usage = {
        prompt_tokens: inputTokens,
        completion_tokens: outputTokens,
        total_tokens: inputTokens + outputTokens,
        ...(cachedTokens === undefined ? {} : { prompt_tokens_details: { cached_tokens: cachedTokens } }),
      };
      const done = () => Object.assign(seen, { outcome: 'answered', inputTokens, outputTokens });
      if (body.stream !== true) {
        response.setHeader('content-type', 'application/json');
        done();
        response.end(
          JSON.stringify({
            id: `chat-${index}`,
            model: body.model,
            choices: [
              { index: 0, message: { role: 'assistant', content: text }, finish_reason: reply.finishReason ?? 'stop' },
            ],
            usage,
          }),
        );
        return;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const send = (data: unknown) => response.write(`data: ${JSON.stringify(data)}\n\n`);
      if (reply.bodyError !== undefined) {
        seen.outcome = 'refused';
        send({ error: reply.bodyError });
        response.end();
        return;
      }
      for (const word of text.split(/(?<= )/)) {
        if (reply.pauseMs !== undefined) await delay(reply.pauseMs);
        send({
          id: `chat-${index}`,
          model: body.model,
          choices: [{ index: 0, delta: { role: 'assistant', content: word } }],
        });
        if (reply.cut === 'within') {
          seen.outcome = 'cut';
          await delay(5);
          response.destroy();
          return;
        }
      }
      send({ id: `chat-${index}`, choices: [{ index: 0, delta: {}, finish_reason: reply.finishReason ?? 'stop' }] });
      send({ id: `chat-${index}`, choices: [], usage });
      if (!response.destroyed) done();
      response.end('data: [DONE]\n\n');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
