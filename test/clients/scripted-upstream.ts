import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a model of the upstream says. */
export interface Script {
  readonly text?: string;
  readonly calls?: readonly { readonly name: string; readonly arguments: string }[];
  /** Milliseconds before the first byte of the body. */
  readonly silenceMs?: number;
  /** Answered instead of a completion. */
  readonly status?: number;
  /** Whether the connection breaks after the first word. */
  readonly breaksOff?: boolean;
}

/** The body of a request, as far as scripts look into it. */
export interface UpstreamRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
  readonly stream?: boolean;
  readonly tools?: readonly object[];
}

/** A provider of chat completions whose models say what a script has. */
export class ScriptedUpstream implements AsyncDisposable {
  readonly url: string;
  readonly requests: UpstreamRequest[];
  /** Requests that are neither answered nor left. */
  open = 0;
  readonly #close: () => Promise<void>;

  private constructor(url: string, requests: UpstreamRequest[], close: () => Promise<void>) {
    this.url = url;
    this.requests = requests;
    this.#close = close;
  }

  static async start(script: (request: UpstreamRequest) => Script): Promise<ScriptedUpstream> {
    const requests: UpstreamRequest[] = [];
    let upstream: ScriptedUpstream | undefined;
    const count = (change: number) => {
      if (upstream !== undefined) upstream.open += change;
    };
    const server = createServer(async (request, response) => {
      count(1);
      response.once('close', () => count(-1));
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = JSON.parse(Buffer.concat(chunks).toString() || '{}') as UpstreamRequest;
      requests.push(body);
      await answer(response, body, script(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    upstream = new ScriptedUpstream(`http://127.0.0.1:${port}/v1`, requests, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    return upstream;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}

async function answer(response: ServerResponse, { stream, model }: UpstreamRequest, script: Script): Promise<void> {
  const { text = '', calls = [], silenceMs = 0, status, breaksOff = false } = script;
  if (silenceMs > 0) await new Promise((resolve) => setTimeout(resolve, silenceMs));
  if (status !== undefined) {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message: 'the upstream says no', type: 'server_error' } }));
    return;
  }
  const head = { id: 'chatcmpl-1', created: 1, model };
  const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
  const toolCalls = calls.map((call, index) => ({ index, id: `call_${index}`, type: 'function', function: call }));
  const finish = toolCalls.length > 0 ? 'tool_calls' : 'stop';
  if (stream !== true) {
    const message = { role: 'assistant', content: text, ...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}) };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        ...head,
        object: 'chat.completion',
        choices: [{ index: 0, message, finish_reason: finish }],
        usage,
      }),
    );
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (delta: object, finish_reason: string | null = null) =>
    response.write(
      `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] })}\n\n`,
    );
  send({ role: 'assistant', content: '' });
  for (const word of text.split(/(?<= )/)) {
    send({ content: word });
    if (!breaksOff) continue;
    await new Promise((resolve) => setTimeout(resolve, 150));
    response.destroy();
    return;
  }
  if (toolCalls.length > 0) send({ tool_calls: toolCalls });
  send({}, finish);
  response.end(
    `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices: [], usage })}\n\ndata: [DONE]\n\n`,
  );
}
