import { AsyncLocalStorage } from 'node:async_hooks';
import { createParser } from 'eventsource-parser';
import { isErrorBody, markAdjusted, replyError } from '../calls/index.ts';
import { parseJson } from '../util/parse-json.ts';
import type { CapturedRequest, GivenReply } from '../spec/batch-access.ts';
import { type RequestParameters, toRefusal } from './request-parameters.ts';

/** A whole reply came where a stream was asked for. */
export class WholeReply extends Error {
  readonly contentType: string;
  readonly body: string;

  constructor({ contentType, body }: { contentType: string; body: string }) {
    super('a whole reply in place of a stream');
    this.contentType = contentType;
    this.body = body;
  }
}

/** For the next request of a call: packages hand nothing of a call through to their `fetch`. */
const given = new AsyncLocalStorage<GivenReply | { request?: CapturedRequest }>();

/** Runs a call whose request is answered by a reply that is there already. */
export function answeredBy<RESULT>(reply: GivenReply, call: () => RESULT): RESULT {
  return given.run(reply, call);
}

/** What a call would send, which is not sent. @throws what the call fails with before it sends anything. */
export async function captureRequest(call: () => PromiseLike<unknown>): Promise<CapturedRequest> {
  const captured: { request?: CapturedRequest } = {};
  const outcome = await given.run(captured, async () => call().then(undefined, (error: unknown) => ({ error })));
  if (captured.request !== undefined) return captured.request;
  throw typeof outcome === 'object' && outcome !== null && 'error' in outcome ? outcome.error : new Error('no request');
}

/**
 * The `fetch` of a package of the AI SDK. What the model refuses is left out of the next request. Error replies are thrown
 * with the server's own reason, since a package knows one form of them.
 *
 * @returns a `fetch` that throws a {@link WholeReply} for JSON and pages in place of a stream.
 */
export function createPackageFetch(
  send: typeof globalThis.fetch,
  parameters: RequestParameters,
): typeof globalThis.fetch {
  return async (input, init) => {
    const known = given.getStore();
    const asked = typeof init?.body === 'string' ? parseJson(init.body) : undefined;
    if (typeof asked !== 'object' || asked === null) return send(input, init);
    const body = parameters.apply(asked as Readonly<Record<string, unknown>>);
    if (known !== undefined && !('status' in known)) {
      known.request = { body, beta: new Headers(init?.headers).get('anthropic-beta') ?? '' };
      throw new Error('The request is not sent.');
    }
    const response =
      known === undefined ? await send(input, { ...init, body: JSON.stringify(body) }) : responseOf(known);
    const isStream = streams(input, { ...init, body });
    const { ok, status, statusText, headers } = response;
    const failed = (text: string) => {
      const url = String(input instanceof Request ? input.url : input);
      return replyError({ url: withoutQuery(url), status, headers: Object.fromEntries(headers), body: text });
    };
    const contentType = headers.get('content-type') ?? '';
    if (ok && !/json|html/i.test(contentType)) {
      return isStream ? new Response(response.body?.pipeThrough(refuseErrors(failed)) ?? null, response) : response;
    }
    const text = await response.text();
    if (!ok || isErrorBody(parseJson(text))) {
      const error = failed(text);
      throw parameters.learn(body, toRefusal(error)) ? markAdjusted(error) : error;
    }
    if (isStream) throw new WholeReply({ contentType, body: text });
    return new Response(text, { status, statusText, headers });
  };
}

function responseOf({ status, body }: GivenReply): Response {
  return new Response(body, { status, headers: { 'content-type': 'application/json' } });
}

/** Whether a request asks for a stream: OpenAI and Anthropic say so in the body, Gemini in the path. */
function streams(
  input: Parameters<typeof globalThis.fetch>[0],
  { body, headers }: { body: Readonly<Record<string, unknown>>; headers?: RequestInit['headers'] },
): boolean {
  return (
    body['stream'] === true ||
    /:stream\w+/.test(String(input instanceof Request ? input.url : input)) ||
    new Headers(headers).get('ai-language-model-streaming') === 'true'
  );
}

/** Fails where the first event is an error, in whatever form: a package knows one. */
function refuseErrors(failed: (data: string) => Error): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder();
  let isOpen = false;
  let error: Error | undefined;
  const parser = createParser({
    onEvent({ event, data }) {
      if (isOpen || event === 'ping' || data === '') return;
      isOpen = true;
      if (event === 'error' || isPlainText(data) || isErrorBody(parseJson(data))) error = failed(data);
    },
  });
  return new TransformStream({
    transform(chunk, controller) {
      if (!isOpen) parser.feed(decoder.decode(chunk, { stream: true }));
      if (error === undefined) controller.enqueue(chunk);
      else controller.error(error);
    },
  });
}

function isPlainText(data: string): boolean {
  return data !== '' && !/^\s*(?:[[{"<]|$)/.test(data);
}

/** A query may hold a key. */
function withoutQuery(url: string): string {
  return url.replace(/\?.*$/s, '');
}
