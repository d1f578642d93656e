import { hash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

type Json = Readonly<Record<string, unknown>>;

/** What became of one request of a batch. */
export type Fate =
  | 'answered'
  | 'expired'
  | 'cancelled'
  | 'failed'
  | 'missing'
  | Readonly<{ status: number; body: Json }>;

/** How a {@link BatchServer} behaves. */
export interface BatchServerOptions {
  /** Text of the answer to a request. @default by its hash */
  readonly answer?: (model: string, body: Json) => string;
  /** @default all are answered */
  readonly fate?: (request: { readonly id: string; readonly body: Json; readonly batch: number }) => Fate;
  /** Why a batch is refused when it is looked at. */
  readonly refuse?: (batch: number, lines: readonly string[]) => Json | undefined;
  /** Whether a request of a batch that is cancelled was answered before. @default none */
  readonly isEarly?: (id: string) => boolean;
  /** Milliseconds until a batch is over. @default 0 */
  readonly batchMs?: number;
  /** Milliseconds until a batch is in the list. @default 0 */
  readonly listedAfterMs?: number;
  /** Results with ids that nobody asked for, for each batch. @default 0 */
  readonly strangers?: number;
  /** Called with the number of each request from 1, before it is done; for one that makes a batch also before its reply. */
  readonly onRequest?: (number: number, moment: 'before' | 'after') => Promise<void>;
  /** What happens to the making of a batch, by its number: its reply is lost, or it is refused. */
  readonly onCreate?: (
    batch: number,
  ) =>
    | 'lost'
    | Readonly<{ status: number; body: Json; headers?: Record<string, string>; isMade?: boolean }>
    | undefined;
  /** A reply in place of the usual one, or a connection that ends. Nothing is done then. */
  readonly intercept?: (path: string) => WireReply | 'lost' | undefined;
  /** What is said of a batch, from what is usually said. */
  readonly shown?: (usual: Json, batch: ServerBatch) => Json;
  /** A result, from the usual one. */
  readonly line?: (usual: Json, batch: number) => Json;
  /** The reply with results, from the usual text. */
  readonly download?: (text: string, time: number) => WireReply | string;
}

/** A reply as it goes over the wire. */
export interface WireReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Json | string;
  /** The connection ends before the body does. */
  readonly isCut?: boolean;
}

/** A batch as the server has it. */
export interface ServerBatch {
  readonly id: string;
  readonly number: number;
  readonly name: string;
  readonly lines: readonly string[];
  readonly madeAt: number;
  isCancelled: boolean;
  results: string | undefined;
}

/** The batch APIs of OpenAI, Anthropic and Google, and their usual ones, on a free port of this machine. */
export class BatchServer implements AsyncDisposable {
  readonly url: string;
  readonly batches: ServerBatch[] = [];
  /** How often each request was answered in a batch. */
  readonly answered = new Map<string, number>();
  /** Calls that were not in batches. */
  direct = 0;
  /** Keys that came with requests. */
  readonly keys = new Set<string>();
  options: BatchServerOptions;
  #requests = 0;
  #downloads = 0;
  readonly #server: ReturnType<typeof createServer>;
  readonly #files = new Map<string, string>();

  private constructor(server: ReturnType<typeof createServer>, options: BatchServerOptions) {
    this.#server = server;
    this.options = options;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(options: BatchServerOptions = {}): Promise<BatchServer> {
    const server = createServer({ noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const started = new BatchServer(server, options);
    server.on('request', (request, response) => {
      started.#serve(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    return started;
  }

  /** The environment in which the providers are here. */
  get env(): Readonly<Record<string, string>> {
    return {
      OPENAI_BASE_URL: `${this.url}/v1`,
      OPENAI_API_KEY: 'key-of-openai',
      ANTHROPIC_BASE_URL: this.url,
      ANTHROPIC_API_KEY: 'key-of-anthropic',
      GEMINI_API_KEY: 'key-of-google',
      OLLAMA_HOST: this.url,
    };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await buffer(request)).toString();
    const url = new URL(request.url ?? '', this.url);
    const { headers, method } = request;
    const received = (this.#requests += 1);
    await this.options.onRequest?.(received, 'before');
    for (const name of ['authorization', 'x-api-key', 'x-goog-api-key']) {
      const key = headers[name];
      if (typeof key === 'string') this.keys.add(key);
    }
    const reply = (json: Json, status = 200) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(json));
    };
    const path = `${method} ${url.pathname}`;
    const json = () => JSON.parse(body) as Json;
    const intercepted = this.options.intercept?.(path);
    if (intercepted === 'lost') {
      response.destroy();
      return;
    }
    if (intercepted !== undefined) {
      sendReply(response, intercepted);
      return;
    }
    const download = (text: string) => {
      this.#downloads += 1;
      const given = this.options.download?.(text, this.#downloads) ?? text;
      sendReply(response, typeof given === 'string' ? { status: 200, body: given } : given);
    };
    const made = async (batch: ServerBatch, shown: (one: ServerBatch) => Json) => {
      await this.options.onRequest?.(received, 'after');
      const happens = this.options.onCreate?.(batch.number);
      if (typeof happens === 'object') {
        if (happens.isMade !== true) this.batches.splice(this.batches.indexOf(batch), 1);
        sendReply(response, happens);
      } else if (happens === 'lost') response.destroy();
      else reply(shown(batch));
    };
    const listed = (kind: string) =>
      this.batches
        .filter(({ id, madeAt }) => id.startsWith(kind) && Date.now() - madeAt >= (this.options.listedAfterMs ?? 0))
        .toReversed();
    let match: RegExpExecArray | null = null;
    const is = (pattern: RegExp) => (match = pattern.exec(path)) !== null;
    const found = () => this.batches.find(({ id }) => id === match?.[1]);

    // OpenAI
    if (path === 'POST /v1/files') {
      const id = `file-${this.#files.size + 1}`;
      const [, lines = ''] = /application\/jsonl\r\n\r\n([^]*)\r\n--/.exec(body) ?? [];
      this.#files.set(id, lines);
      reply({ id, object: 'file' });
    } else if (path === 'POST /v1/batches') {
      const { input_file_id: file, metadata } = json() as { input_file_id: string; metadata: Json };
      await made(this.#make('batch', this.#files.get(file) ?? '', JSON.stringify(metadata)), (batch) =>
        this.#openai(batch),
      );
    } else if (path === 'GET /v1/batches') {
      const [page, last] = pageOf(listed('batch_'), url.searchParams.get('after'));
      reply({
        object: 'list',
        data: page.map((batch) => this.#openai(batch)),
        has_more: last !== undefined,
        last_id: last,
      });
    } else if (is(/^GET \/v1\/batches\/([^/]+)$/)) {
      const batch = found();
      if (batch === undefined) reply({ error: { message: 'No such batch' } }, 404);
      else reply(this.#openai(batch));
    } else if (is(/^POST \/v1\/batches\/([^/]+)\/cancel$/)) {
      const batch = found();
      if (batch !== undefined) batch.isCancelled = true;
      reply(batch === undefined ? {} : this.#openai(batch));
    } else if (is(/^GET \/v1\/files\/(?:output|errors)-([^/]+)\/content$/)) {
      const isError = (line: string) => !/"status_code":200/.test(line);
      const wanted = path.includes('/errors-');
      const lines = (found()?.results ?? '').split('\n').filter((line) => line !== '' && isError(line) === wanted);
      download(lines.map((line) => `${line}\n`).join(''));
    } else if (path === 'POST /v1/responses') {
      this.direct += 1;
      reply(this.#message('openai', json()));
      // Anthropic
    } else if (path === 'POST /v1/messages/batches') {
      const { requests } = json() as { requests: readonly Json[] };
      const lines = requests.map((one) => JSON.stringify(one)).join('\n');
      await made(this.#make('msgbatch', lines, ''), (batch) => this.#anthropic(batch));
    } else if (path === 'GET /v1/messages/batches') {
      const [page, last] = pageOf(listed('msgbatch_'), url.searchParams.get('after_id'));
      reply({ data: page.map((batch) => this.#anthropic(batch)), has_more: last !== undefined, last_id: last ?? null });
    } else if (is(/^GET \/v1\/messages\/batches\/([^/]+)$/)) {
      const batch = found();
      if (batch === undefined) reply({ type: 'error', error: { type: 'not_found_error', message: 'none' } }, 404);
      else reply(this.#anthropic(batch));
    } else if (is(/^POST \/v1\/messages\/batches\/([^/]+)\/cancel$/)) {
      const batch = found();
      if (batch !== undefined) batch.isCancelled = true;
      reply(batch === undefined ? {} : this.#anthropic(batch));
    } else if (is(/^GET \/v1\/messages\/batches\/([^/]+)\/results$/)) {
      download(found()?.results ?? '');
    } else if (path === 'POST /v1/messages') {
      this.direct += 1;
      reply(this.#message('anthropic', json()));
      // A server without batches
    } else if (path === 'POST /v1/chat/completions') {
      this.direct += 1;
      const asked = json();
      const content = defaultAnswer('local', asked);
      const usage = { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 };
      reply({
        id: '1',
        model: 'x',
        choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
        usage,
      });
      // Google
    } else if (path === 'POST /upload/v1beta/files') {
      if (headers['x-goog-upload-command'] === 'start') {
        response.writeHead(200, { 'x-goog-upload-url': `${this.url}/upload/v1beta/files?upload_id=1` });
        response.end();
      } else {
        const name = `files/in-${this.#files.size + 1}`;
        this.#files.set(name, body);
        reply({ file: { name } });
      }
    } else if (is(/^POST \/v1beta\/models\/([^/]+):batchGenerateContent$/)) {
      const { batch } = json() as { batch: { displayName: string; inputConfig: { fileName: string } } };
      const lines = this.#files.get(batch.inputConfig.fileName) ?? '';
      await made(this.#make('batches/b', lines, batch.displayName), (one) => this.#google(one));
    } else if (path === 'GET /v1beta/batches') {
      const [page, last] = pageOf(listed('batches/'), url.searchParams.get('pageToken'));
      reply({
        operations: page.map((batch) => this.#google(batch)),
        ...(last === undefined ? {} : { nextPageToken: last }),
      });
    } else if (is(/^GET \/v1beta\/(batches\/[^/]+)$/)) {
      const batch = found();
      if (batch === undefined) reply({ error: { code: 404, message: 'none', status: 'NOT_FOUND' } }, 404);
      else reply(this.#google(batch));
    } else if (is(/^POST \/v1beta\/(batches\/[^/]+):cancel$/)) {
      const batch = found();
      if (batch !== undefined) batch.isCancelled = true;
      reply({});
    } else if (is(/^GET \/download\/v1beta\/files\/out-(.+):download$/)) {
      download(this.batches.find(({ number }) => String(number) === match?.[1])?.results ?? '');
    } else if (is(/^POST \/v1beta\/models\/([^/]+):\w*[gG]enerateContent$/)) {
      this.direct += 1;
      reply(this.#message('google', json(), match?.[1]));
    } else reply({ error: { message: `${path} is not here` } }, 404);
  }

  #make(kind: string, lines: string, name: string): ServerBatch {
    const number = this.batches.length + 1;
    const batch = {
      id: `${kind}${kind.endsWith('b') ? '' : '_'}${number}`,
      number,
      name,
      lines: lines.split('\n').filter(Boolean),
      madeAt: Date.now(),
      isCancelled: false,
      results: undefined,
    };
    this.batches.push(batch);
    return batch;
  }

  /** A batch that somebody else makes. */
  addOther(lines: readonly string[], kind = 'msgbatch'): void {
    this.#make(kind, lines.join('\n'), 'of somebody else');
  }

  /** Whether a batch is over; its results are made then. */
  #isOver(batch: ServerBatch, api: Api): boolean {
    if (batch.results !== undefined) return true;
    const { batchMs = 0, strangers = 0, fate = () => 'answered' as const, isEarly = () => false } = this.options;
    if (!batch.isCancelled && Date.now() - batch.madeAt < batchMs) return false;
    const lines = batch.lines.flatMap((line) => {
      const request = JSON.parse(line) as Json;
      const id = idOf(line);
      const body = (request['body'] ?? request['params'] ?? request['request']) as Json;
      const own = batch.isCancelled && !isEarly(id) ? 'cancelled' : fate({ id, body, batch: batch.number });
      if (own === 'answered') this.answered.set(id, (this.answered.get(id) ?? 0) + 1);
      if (own === 'missing') return [];
      const usual = this.#resultLine(api, id, own, body);
      return [this.options.line?.(usual, batch.number) ?? usual];
    });
    const more = Array.from({ length: strangers }, (_, n) => this.#resultLine(api, `stranger-${n}`, 'answered', {}));
    // In another order than the requests.
    batch.results = [...lines, ...more]
      .map((line) => `${JSON.stringify(line)}\n`)
      .toReversed()
      .join('');
    return true;
  }

  #resultLine(api: Api, id: string, fate: Exclude<Fate, 'missing'>, body: Json): Json {
    const message = fate === 'answered' ? this.#message(api, body) : undefined;
    const failure = typeof fate === 'object' ? fate : { status: 500, body: { error: { message: 'a bad day' } } };
    if (api === 'openai') {
      if (fate === 'expired' || fate === 'cancelled') {
        return { custom_id: id, response: null, error: { code: `batch_${fate}`, message: `It was ${fate}.` } };
      }
      const response = message === undefined ? failure : { status: 200, body: message };
      return { custom_id: id, response: { status_code: response.status, body: response.body }, error: null };
    }
    if (api === 'anthropic') {
      if (fate === 'expired') return { custom_id: id, result: { type: 'expired' } };
      if (fate === 'cancelled') return { custom_id: id, result: { type: 'canceled' } };
      if (message !== undefined) return { custom_id: id, result: { type: 'succeeded', message } };
      const type = failure.status === 400 ? 'invalid_request_error' : 'overloaded_error';
      const error = { type: 'error', error: { type, message: 'a bad day', ...(failure.body['error'] as Json) } };
      return { custom_id: id, result: { type: 'errored', error } };
    }
    if (message !== undefined) return { key: id, response: message };
    const codes = { expired: 4, cancelled: 1, failed: 13 };
    if (typeof fate !== 'object') return { key: id, error: { code: codes[fate as 'failed'], message: 'a bad day' } };
    const stated = fate.body['error'] as Json;
    return { key: id, error: { ...stated, code: stated['code'] ?? 3 } };
  }

  #openai(batch: ServerBatch): Json {
    const usual = this.#usualOpenai(batch);
    return this.options.shown?.(usual, batch) ?? usual;
  }

  #usualOpenai(batch: ServerBatch): Json {
    const refusal = this.options.refuse?.(batch.number, batch.lines);
    const metadata = JSON.parse(batch.name || '{}') as Json;
    const own = { id: batch.id, object: 'batch', metadata, request_counts: counts(batch, 0), expires_at: 4e9 };
    if (refusal !== undefined) {
      batch.results = '';
      return { ...own, status: 'failed', errors: { object: 'list', data: [refusal] } };
    }
    if (!this.#isOver(batch, 'openai')) return { ...own, status: 'in_progress' };
    const status = batch.isCancelled ? 'cancelled' : batch.results?.includes('batch_expired') ? 'expired' : 'completed';
    const files = { output_file_id: `output-${batch.id}`, error_file_id: `errors-${batch.id}` };
    return { ...own, status, ...files, request_counts: counts(batch, batch.lines.length) };
  }

  #anthropic(batch: ServerBatch): Json {
    const usual = this.#usualAnthropic(batch);
    return this.options.shown?.(usual, batch) ?? usual;
  }

  #usualAnthropic(batch: ServerBatch): Json {
    const isOver = this.#isOver(batch, 'anthropic');
    const total = batch.lines.length;
    const request_counts = {
      processing: isOver ? 0 : total,
      succeeded: isOver ? total : 0,
      errored: 0,
      canceled: 0,
      expired: 0,
    };
    const times = { created_at: new Date(batch.madeAt).toISOString(), expires_at: '2096-01-01T00:00:00Z' };
    return {
      id: batch.id,
      type: 'message_batch',
      processing_status: isOver ? 'ended' : 'in_progress',
      request_counts,
      ...times,
    };
  }

  #google(batch: ServerBatch): Json {
    const usual = this.#usualGoogle(batch);
    return this.options.shown?.(usual, batch) ?? usual;
  }

  #usualGoogle(batch: ServerBatch): Json {
    const refusal = this.options.refuse?.(batch.number, batch.lines);
    const isOver = refusal !== undefined || this.#isOver(batch, 'google');
    if (refusal !== undefined) batch.results = '';
    const total = String(batch.lines.length);
    const state = refusal !== undefined ? 'FAILED' : batch.isCancelled ? 'CANCELLED' : isOver ? 'SUCCEEDED' : 'RUNNING';
    const metadata = {
      state: `BATCH_STATE_${state}`,
      displayName: batch.name,
      createTime: new Date(batch.madeAt).toISOString(),
      batchStats: {
        requestCount: total,
        ...(isOver ? { successfulRequestCount: total } : { pendingRequestCount: total }),
      },
    };
    if (refusal !== undefined) return { name: batch.id, metadata, done: true, error: refusal };
    return {
      name: batch.id,
      metadata,
      ...(isOver ? { done: true, response: { responsesFile: `files/out-${batch.number}` } } : {}),
    };
  }

  /** A whole answer in the form of an API. */
  #message(api: Api, body: Json, model = String(body['model'] ?? 'gemini')): Json {
    const { answer = defaultAnswer } = this.options;
    const text = answer(model, body);
    if (api === 'openai') {
      return {
        id: 'resp_1',
        object: 'response',
        created_at: 1_700_000_000,
        status: 'completed',
        model,
        output: [
          {
            id: 'msg_1',
            type: 'message',
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text, annotations: [] }],
          },
        ],
        usage: { input_tokens: 1000, output_tokens: 100 },
      };
    }
    if (api === 'anthropic') {
      return {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model,
        content: [{ type: 'text', text }],
        stop_reason: 'end_turn',
        stop_sequence: null,
        usage: { input_tokens: 1000, output_tokens: 100 },
      };
    }
    return {
      candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP', index: 0 }],
      usageMetadata: { promptTokenCount: 1000, candidatesTokenCount: 100, totalTokenCount: 1100 },
      modelVersion: model,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
    await delay(0);
  }
}

type Api = 'openai' | 'anthropic' | 'google';

function sendReply(response: ServerResponse, { status, headers, body, isCut = false }: WireReply): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  if (!isCut) response.end(text);
  else response.write(text, () => response.destroy());
}

const PAGE = 2;

/** A page of a list, and its last id where there are more. */
function pageOf(batches: readonly ServerBatch[], after: string | null): [readonly ServerBatch[], string | undefined] {
  const start = after === null ? 0 : batches.findIndex(({ id }) => id === after) + 1;
  const page = batches.slice(start, start + PAGE);
  return [page, start + PAGE < batches.length ? page.at(-1)?.id : undefined];
}

function counts({ lines }: ServerBatch, completed: number): Json {
  return { total: lines.length, completed, failed: 0 };
}

function idOf(line: string): string {
  return /"(?:custom_id|key)":"([^"]*)"/.exec(line)?.[1] ?? '';
}

/** Half of the requests of each batch expire, others each time: all are answered once in the end. */
export function halfExpires({ id, batch }: { readonly id: string; readonly batch: number }): Fate {
  return Number.parseInt(hash('sha256', `${batch} ${id}`).slice(0, 4), 16) % 2 === 0 ? 'expired' : 'answered';
}

/** By the texts alone. A judge decides by their hash as well. */
function defaultAnswer(model: string, body: Json): string {
  const digest = hash('sha256', JSON.stringify(body['input'] ?? body['messages'] ?? body['contents'] ?? ''));
  if (model.includes('judge')) return Number.parseInt(digest.slice(0, 4), 16) % 2 === 0 ? 'A' : 'B';
  return `${model} answers ${digest.slice(0, 12)}.`;
}
