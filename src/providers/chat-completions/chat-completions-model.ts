import type { Readable } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import {
  InvalidResponseDataError,
  type LanguageModelV4,
  type LanguageModelV4CallOptions,
  type LanguageModelV4GenerateResult,
  type LanguageModelV4StreamPart,
  type LanguageModelV4StreamResult,
} from '@ai-sdk/provider';
import { createParser } from 'eventsource-parser';
import type { HttpClient, HttpReply } from './http-client.ts';
import { isErrorBody, noAnswerError, replyError } from './reply-error.ts';
import { isObject } from './reply-fields.ts';
import { emitWholeReply, readWholeReply, ReplyParts, type WholeReply } from './reply-parts.ts';
import { type EndpointAbilities, toRequestBody } from './request-body.ts';

/** Where a {@link ChatCompletionsModel} is served. */
export interface ChatCompletionsEndpoint {
  /** Name of the provider, under which its options and metadata stand. */
  readonly provider: string;
  /** Address of the API with the version, without a slash at its end. */
  readonly baseURL: string;
  /** Query of every request. */
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as a bearer token. */
  readonly apiKey?: string | undefined;
  readonly abilities: EndpointAbilities;
}

/** Parts that may wait for their reader before the server is made to wait. */
const MAX_WAITING_PARTS = 64;

/**
 * A model behind an endpoint of the OpenAI chat completions API, plain and streamed. Replies are read loosely: servers
 * leave out what they do not know.
 */
export class ChatCompletionsModel implements LanguageModelV4 {
  readonly specificationVersion = 'v4';
  readonly provider: string;
  readonly modelId: string;
  readonly supportedUrls = {};
  readonly #endpoint: ChatCompletionsEndpoint;
  readonly #client: HttpClient;
  readonly #url: URL;

  constructor({
    modelId,
    endpoint,
    client,
  }: {
    modelId: string;
    endpoint: ChatCompletionsEndpoint;
    client: HttpClient;
  }) {
    this.provider = endpoint.provider;
    this.modelId = modelId;
    this.#endpoint = endpoint;
    this.#client = client;
    this.#url = new URL(`${endpoint.baseURL}/chat/completions`);
    for (const [name, value] of Object.entries(endpoint.query ?? {})) this.#url.searchParams.set(name, value);
  }

  /** @throws APICallError, InvalidResponseDataError, UnsupportedFunctionalityError, the signal's reason on abort. */
  async doGenerate(options: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    const { body, warnings } = this.#request(options);
    const reply = await this.#send(body, options);
    const whole = await this.#readWhole(reply, { ...options, expected: 'a chat completion' });
    const { content, finishReason, usage, providerMetadata, response } = whole;
    return {
      content,
      finishReason,
      usage,
      providerMetadata,
      warnings,
      request: { body },
      response: { ...response, headers: { ...reply.headers } },
    };
  }

  /** @throws APICallError, UnsupportedFunctionalityError, the signal's reason on abort; later errors are parts. */
  async doStream(options: LanguageModelV4CallOptions): Promise<LanguageModelV4StreamResult> {
    const { body, warnings } = this.#request(options);
    const reply = await this.#send({ ...body, stream: true, stream_options: { include_usage: true } }, options);
    const start: LanguageModelV4StreamPart = { type: 'stream-start', warnings };
    const stream = isEventStream(reply)
      ? this.#stream(reply, start, options)
      : toStream(start, await this.#readWhole(reply, { ...options, expected: 'a stream' }));
    return { stream, request: { body }, response: { headers: { ...reply.headers } } };
  }

  #request(options: LanguageModelV4CallOptions) {
    const { abilities } = this.#endpoint;
    return toRequestBody(options, { modelId: this.modelId, provider: this.provider, abilities });
  }

  async #send(
    body: Record<string, unknown>,
    { abortSignal, headers = {} }: Pick<LanguageModelV4CallOptions, 'abortSignal' | 'headers'>,
  ): Promise<HttpReply> {
    const { apiKey } = this.#endpoint;
    const reply = await this.#client.post(this.#url, {
      headers: {
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        ...this.#endpoint.headers,
        ...(Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)) as Record<
          string,
          string
        >),
      },
      body: JSON.stringify(body),
      abortSignal,
    });
    if (reply.status < 400) return reply;
    throw this.#error(reply, await readBody(reply, abortSignal));
  }

  /** @throws APICallError where it is an error, or no answer. */
  async #readWhole(
    reply: HttpReply,
    { abortSignal, expected }: Pick<LanguageModelV4CallOptions, 'abortSignal'> & { expected: string },
  ): Promise<WholeReply> {
    const body = await readBody(reply, abortSignal);
    const json = parseJson(body);
    if (isErrorBody(json)) throw this.#error(reply, body);
    const whole = readWholeReply(json, this.provider);
    if (whole === undefined) throw this.#noAnswer(reply, body, expected);
    return whole;
  }

  #stream(
    reply: HttpReply,
    start: LanguageModelV4StreamPart,
    { includeRawChunks = false, abortSignal }: LanguageModelV4CallOptions,
  ): ReadableStream<LanguageModelV4StreamPart> {
    const { body } = reply;
    return new ReadableStream<LanguageModelV4StreamPart>(
      {
        start: (controller) => {
          controller.enqueue(start);
          const parts = new ReplyParts({ provider: this.provider, emit: (part) => controller.enqueue(part) });
          let isOver = false;
          let isEnding = false;
          const over = (last: () => void) => {
            if (isOver) return;
            isOver = true;
            last();
            controller.close();
            release(body);
          };
          const parser = createParser({
            onEvent: ({ data }) => {
              if (isOver || data === '') return;
              if (data === '[DONE]') return over(() => parts.end());
              const json = parseJson(data);
              if (includeRawChunks) controller.enqueue({ type: 'raw', rawValue: json });
              if (isErrorBody(json)) return over(() => parts.fail(this.#error(reply, data)));
              if (isObject(json)) return parts.add(json);
              // The last event may have been cut off in its middle.
              over(() => parts.fail(isEnding ? brokenOff() : this.#noAnswer(reply, data, 'a stream of JSON')));
            },
          });
          body.setEncoding('utf8');
          body.on('data', (chunk: string) => {
            parser.feed(chunk);
            if (!isOver && (controller.desiredSize ?? 0) <= 0) body.pause();
          });
          body.on('end', () => {
            isEnding = true;
            // The last event may lack the empty line behind it.
            parser.feed('\n\n');
            over(() => (parts.isFinished ? parts.end() : parts.fail(brokenOff())));
          });
          body.on('error', (error) => {
            if (isOver) return;
            isOver = true;
            controller.error(abortSignal?.aborted === true ? abortSignal.reason : brokenOff(error));
          });
        },
        pull: () => void body.resume(),
        cancel: () => void body.destroy(),
      },
      { highWaterMark: MAX_WAITING_PARTS },
    );
  }

  #error({ status, headers }: HttpReply, body: string) {
    return replyError({ url: this.#address, status, headers, body });
  }

  #noAnswer({ headers }: HttpReply, body: string, expected: string) {
    return noAnswerError({ url: this.#address, headers, body, expected });
  }

  /** Without the query, which may hold a key. */
  get #address(): string {
    return this.#url.origin + this.#url.pathname;
  }
}

/** Milliseconds a server has to end a reply whose answer is complete. */
const END_TIMEOUT_MS = 1000;

/** Reads on to the end, which leaves the connection for the next call; a server that keeps it open has it closed. */
function release(body: Readable): void {
  if (body.destroyed) return;
  const timer = setTimeout(() => body.destroy(), END_TIMEOUT_MS).unref();
  body.once('close', () => clearTimeout(timer));
  body.resume();
}

function isEventStream({ headers }: HttpReply): boolean {
  return !/json|html/i.test(headers['content-type'] ?? '');
}

async function readBody({ body }: HttpReply, abortSignal: AbortSignal | undefined): Promise<string> {
  try {
    return await readText(body as Readable & AsyncIterable<Buffer>);
  } catch (error) {
    abortSignal?.throwIfAborted();
    throw brokenOff(error);
  }
}

function toStream(start: LanguageModelV4StreamPart, reply: WholeReply): ReadableStream<LanguageModelV4StreamPart> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(start);
      emitWholeReply(reply, (part) => controller.enqueue(part));
      controller.close();
    },
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The connection ended in the middle of an answer. */
function brokenOff(cause?: unknown): InvalidResponseDataError {
  return new InvalidResponseDataError({
    data: undefined,
    message: 'The reply ended without a finish reason.',
    ...(cause === undefined ? {} : { cause }),
  });
}
