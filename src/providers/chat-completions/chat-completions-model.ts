import type { Readable } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import {
  InvalidResponseDataError,
  type LanguageModelV4CallOptions,
  type LanguageModelV4GenerateResult,
  type LanguageModelV4StreamResult,
} from '@ai-sdk/provider';
import { createParser } from 'eventsource-parser';
import type { ParameterNames, SystemRole } from '../../spec/providers.ts';
import { type PartModel, type PartsInfo, type PartSource, toPartStream } from '../../spec/part-source.ts';
import { isErrorBody, markAdjusted, replyError } from '../../calls/index.ts';
import { parseJson } from '../../util/parse-json.ts';
import { RequestParameters, toRefusal } from '../request-parameters.ts';
import type { Dialect } from './dialects.ts';
import type { HttpClient, HttpReply } from './http-client.ts';
import { noAnswerError } from './no-answer-error.ts';
import { PartQueue } from './part-queue.ts';
import { isObject } from '../../util/is-object.ts';
import { emitWholeReply, readWholeReply, ReplyParts, type WholeReply } from './reply-parts.ts';
import { toRequestBody } from './request-body.ts';

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
  readonly dialect: Dialect;
  /** Names of parameters beyond those of the dialect. */
  readonly parameters?: ParameterNames | undefined;
  /** @default 'system' */
  readonly systemRole?: SystemRole | undefined;
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
  readonly #parameters: RequestParameters;

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
    const { takesImageAddresses, isMistral } = endpoint.dialect;
    this.supportedUrls = {
      ...(takesImageAddresses === true ? { 'image/*': [/^https?:/] } : {}),
      ...(isMistral === true ? { 'application/pdf': [/^https:/] } : {}),
    };
    this.#endpoint = endpoint;
    this.#client = client;
    this.#url = new URL(`${endpoint.baseURL}/chat/completions`);
    for (const [name, value] of Object.entries(endpoint.query ?? {})) this.#url.searchParams.set(name, value);
    const { dialect, parameters, systemRole } = endpoint;
    this.#parameters = new RequestParameters({ names: { ...dialect.parameters, ...parameters }, systemRole });
  }

  /** @throws APICallError, InvalidResponseDataError, UnsupportedFunctionalityError, the signal's reason on abort. */
  doGenerate(options: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    return this.#explained(options, () => this.#generate(options));
  }

  async #generate(options: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    const { reply, body, warnings, text } = await this.#request(options);
    const { response, ...whole } = this.#toWhole(reply, text ?? '', 'a chat completion');
    return { ...whole, warnings, request: { body }, response: { ...response, headers: { ...reply.headers } } };
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
    const { reply, body, warnings, text } = await this.#request(options, STREAMED);
    const queue = new PartQueue(reply.body);
    queue.add({ type: 'stream-start', warnings });
    if (text === undefined) this.#readEvents(reply, queue, options);
    else {
      emitWholeReply(this.#toWhole(reply, text, 'a stream'), (part) => queue.add(part));
      queue.end();
    }
    return { source: queue, info: { request: { body }, response: { headers: { ...reply.headers } } } };
  }

  async #explained<RESULT>(options: LanguageModelV4CallOptions, work: () => Promise<RESULT>): Promise<RESULT> {
    try {
      return await work();
    } catch (error) {
      options.abortSignal?.throwIfAborted();
      if (error instanceof Error) await this.#explain(error, options);
      throw error;
    }
  }

  async #explain(error: Error, { abortSignal }: LanguageModelV4CallOptions): Promise<void> {
    await this.#endpoint.explain?.(error, { modelId: this.modelId, abortSignal });
  }

  /**
   * Sends the request without what the model is known to refuse. The text is that of a reply which is no stream, and is
   * undefined where the body may be one.
   */
  async #request(options: LanguageModelV4CallOptions, more?: Record<string, unknown>) {
    const { dialect } = this.#endpoint;
    const { body: asked, warnings } = toRequestBody(options, {
      modelId: this.modelId,
      provider: this.provider,
      dialect,
    });
    const given = { ...asked, ...more };
    const body = this.#parameters.apply(given);
    const reply = await this.#send(body, options);
    const isWhole = reply.status >= 300 || more === undefined || !mayBeEvents(reply);
    const text = isWhole ? await readBody(reply, options) : undefined;
    if (text !== undefined && (reply.status >= 400 || isErrorBody(parseJson(text)))) {
      const error = this.#error(reply, text);
      throw this.#parameters.learn(body, toRefusal(error)) ? markAdjusted(error) : error;
    }
    return { reply, text, body, warnings: [...warnings, ...this.#parameters.warningsOf(given)] };
  }

  #send(
    body: unknown,
    { abortSignal, headers = {} }: Pick<LanguageModelV4CallOptions, 'abortSignal' | 'headers'>,
  ): Promise<HttpReply> {
    const { apiKey } = this.#endpoint;
    return this.#client.post(this.#url, {
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
  }

  /** @throws APICallError where it is an error, or no answer. */
  #toWhole(reply: HttpReply, text: string, expected: string): WholeReply {
    const json = parseJson(text);
    if (isErrorBody(json)) throw this.#error(reply, text);
    const whole = readWholeReply(json, this.provider);
    if (whole === undefined) throw this.#noAnswer(reply, text, expected);
    return whole;
  }

  #readEvents(reply: HttpReply, queue: PartQueue, options: LanguageModelV4CallOptions): void {
    const { includeRawChunks = false, abortSignal } = options;
    const { body } = reply;
    const parts = new ReplyParts({ provider: this.provider, emit: (part) => queue.add(part) });
    let isEnding = false;
    let isDone = false;
    const end = (last: () => void) => {
      if (isDone || queue.isOver) return;
      isDone = true;
      last();
      queue.end();
    };
    const fail = async (error: Error) => {
      if (isDone || queue.isOver) return;
      isDone = true;
      await this.#explain(error, options);
      parts.fail(error);
      queue.end();
    };
    /** Lines of a reply that is no stream of events. */
    const otherLines: string[] = [];
    const parser = createParser({
      onEvent: ({ event, data }) => {
        if (isDone || queue.isOver || data === '') return;
        if (data.startsWith('[DONE]')) return end(() => parts.end());
        const json = parseJson(data);
        if (includeRawChunks) queue.add({ type: 'raw', rawValue: json });
        const isPlainText = json === undefined && !/^\s*[[{<]/.test(data);
        if (event === 'error' || typeof json === 'string' || isErrorBody(json)) void fail(this.#error(reply, data));
        else if (isObject(json)) parts.add(json);
        // The last event may have been cut off in its middle.
        else if (isEnding) void fail(brokenOff());
        else void fail(isPlainText ? this.#error(reply, data) : this.#noAnswer(reply, data, 'a stream of JSON'));
      },
      onError: ({ field, value, line }) => {
        // As llama.cpp writes errors.
        if (field === 'error' && value !== undefined) void fail(this.#error(reply, value));
        else if (line !== undefined && otherLines.length < MAX_OTHER_LINES) otherLines.push(line);
      },
    });
    let head = '';
    let isEvents = false;
    /** What is no stream, whatever its content type says. */
    let whole: string | undefined;
    const endWhole = (text: string) => {
      try {
        const answer = this.#toWhole(reply, text, 'a stream');
        end(() => emitWholeReply(answer, (part) => queue.add(part)));
      } catch (error) {
        void fail(error as Error);
      }
    };
    body.setEncoding('utf8');
    body.on('data', (chunk: string) => {
      if (whole !== undefined) whole += chunk;
      else if (isEvents) parser.feed(chunk);
      else {
        // A byte order mark counts as a blank.
        head = (head + chunk).trimStart();
        if (/^[[{<]/.test(head)) whole = head;
        else if (head !== '') {
          isEvents = true;
          parser.feed(head);
        }
      }
    });
    body.on('end', () => {
      if (whole !== undefined) return endWhole(whole);
      isEnding = true;
      // The last event may lack the empty line behind it.
      parser.feed('\n\n');
      if (parts.isFinished) end(() => parts.end());
      else void fail(parts.isEmpty && otherLines.length > 0 ? this.#error(reply, otherLines.join('\n')) : brokenOff());
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

/** What a request for a stream has beside. */
const STREAMED = { stream: true, stream_options: { include_usage: true } };

/** Lines that may tell why a reply is no stream. */
const MAX_OTHER_LINES = 20;

function mayBeEvents({ headers }: HttpReply): boolean {
  return !/json|html/i.test(headers['content-type'] ?? '');
}

async function readBody(
  { body }: HttpReply,
  { abortSignal }: Pick<LanguageModelV4CallOptions, 'abortSignal'>,
): Promise<string> {
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
