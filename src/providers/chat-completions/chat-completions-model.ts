import type { Readable } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import {
  InvalidResponseDataError,
  type LanguageModelV4CallOptions,
  type LanguageModelV4GenerateResult,
  type LanguageModelV4StreamResult,
} from '@ai-sdk/provider';
import { createParser } from 'eventsource-parser';
import { type PartModel, type PartsInfo, type PartSource, toPartStream } from '../../spec/part-source.ts';
import type { HttpClient, HttpReply } from './http-client.ts';
import { PartQueue } from './part-queue.ts';
import { isErrorBody, noAnswerError, replyError } from './reply-error.ts';
import { isObject } from './reply-fields.ts';
import { emitWholeReply, readWholeReply, ReplyParts, type WholeReply } from './reply-parts.ts';
import { type EndpointAbilities, toRequestBody } from './request-body.ts';
import { parseJson } from '../../util/parse-json.ts';

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
  /** Adds a hint to an error of the endpoint. */
  readonly explain?:
    | ((error: Error, call: { modelId: string; abortSignal: AbortSignal | undefined }) => Promise<void>)
    | undefined;
}

/**
 * A model behind an endpoint of the OpenAI chat completions API, plain and streamed. Replies are read loosely: servers
 * leave out what they do not know.
 */
export class ChatCompletionsModel implements PartModel {
  readonly specificationVersion = 'v4';
  readonly provider: string;
  readonly modelId: string;
  readonly supportedUrls: Record<string, RegExp[]>;
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
    this.supportedUrls = endpoint.abilities.takesImageAddresses === true ? { 'image/*': [/^https?:/] } : {};
    this.#endpoint = endpoint;
    this.#client = client;
    this.#url = new URL(`${endpoint.baseURL}/chat/completions`);
    for (const [name, value] of Object.entries(endpoint.query ?? {})) this.#url.searchParams.set(name, value);
  }

  /** @throws APICallError, InvalidResponseDataError, UnsupportedFunctionalityError, the signal's reason on abort. */
  doGenerate(options: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    return this.#explained(options, () => this.#generate(options));
  }

  async #generate(options: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
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
    const { source, info } = await this.openParts(options);
    return { ...info, stream: toPartStream(source) };
  }

  openParts(options: LanguageModelV4CallOptions): Promise<{ source: PartSource; info: PartsInfo }> {
    return this.#explained(options, () => this.#open(options));
  }

  async #open(options: LanguageModelV4CallOptions): Promise<{ source: PartSource; info: PartsInfo }> {
    const { body, warnings } = this.#request(options);
    const reply = await this.#send({ ...body, stream: true, stream_options: { include_usage: true } }, options);
    const queue = new PartQueue(reply.body);
    queue.add({ type: 'stream-start', warnings });
    if (isEventStream(reply)) this.#readEvents(reply, queue, options);
    else {
      const whole = await this.#readWhole(reply, { ...options, expected: 'a stream' });
      emitWholeReply(whole, (part) => queue.add(part));
      queue.end();
    }
    return { source: queue, info: { request: { body }, response: { headers: { ...reply.headers } } } };
  }

  async #explained<RESULT>({ abortSignal }: LanguageModelV4CallOptions, work: () => Promise<RESULT>): Promise<RESULT> {
    try {
      return await work();
    } catch (error) {
      abortSignal?.throwIfAborted();
      if (error instanceof Error) await this.#endpoint.explain?.(error, { modelId: this.modelId, abortSignal });
      throw error;
    }
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

  #readEvents(
    reply: HttpReply,
    queue: PartQueue,
    { includeRawChunks = false, abortSignal }: LanguageModelV4CallOptions,
  ): void {
    const { body } = reply;
    const parts = new ReplyParts({ provider: this.provider, emit: (part) => queue.add(part) });
    let isEnding = false;
    const end = (last: () => void) => {
      if (queue.isOver) return;
      last();
      queue.end();
    };
    const parser = createParser({
      onEvent: ({ data }) => {
        if (queue.isOver || data === '') return;
        if (data === '[DONE]') return end(() => parts.end());
        const json = parseJson(data);
        if (includeRawChunks) queue.add({ type: 'raw', rawValue: json });
        if (isErrorBody(json)) return end(() => parts.fail(this.#error(reply, data)));
        if (isObject(json)) return parts.add(json);
        // The last event may have been cut off in its middle.
        end(() => parts.fail(isEnding ? brokenOff() : this.#noAnswer(reply, data, 'a stream of JSON')));
      },
    });
    body.setEncoding('utf8');
    body.on('data', (chunk: string) => parser.feed(chunk));
    body.on('end', () => {
      isEnding = true;
      // The last event may lack the empty line behind it.
      parser.feed('\n\n');
      end(() => (parts.isFinished ? parts.end() : parts.fail(brokenOff())));
    });
    body.on('error', (error) => {
      if (!queue.isOver) queue.fail(abortSignal?.aborted === true ? abortSignal.reason : brokenOff(error));
    });
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

/** The connection ended in the middle of an answer. */
function brokenOff(cause?: unknown): InvalidResponseDataError {
  return new InvalidResponseDataError({
    data: undefined,
    message: 'The reply ended without a finish reason.',
    ...(cause === undefined ? {} : { cause }),
  });
}
