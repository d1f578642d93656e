import { getEventListeners, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { APICallError, type LanguageModelV4CallOptions, type LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ChatCompletionsModel } from '../../src/providers/chat-completions/chat-completions-model.ts';
import { HttpClient } from '../../src/providers/chat-completions/http-client.ts';
import { askOnce } from './ask-once.ts';
import { type Answer, ReplayServer } from './replay-server.ts';
import { fixture, inPieces, type Reply, upTo } from './reply.ts';

const OPTIONS: LanguageModelV4CallOptions = { prompt: [{ role: 'user', content: [{ type: 'text', text: 'Why?' }] }] };

async function serve(answer: Reply | Answer, { env = {} }: { env?: Record<string, string> } = {}) {
  const server = await ReplayServer.start(answer);
  const client = new HttpClient({ env });
  onTestFinished(async () => {
    await client[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });
  const endpoint = {
    provider: 'mine',
    baseURL: `${server.url}/v1`,
    query: { version: '1' },
    apiKey: 'not-a-real-key',
    dialect: { takesSchemas: true },
  };
  return { server, client, model: new ChatCompletionsModel({ modelId: 'm', endpoint, client }) };
}

/** A streamed reply with this body. */
function streamed(body: string | Uint8Array, headers: Record<string, string> = {}): Reply {
  return {
    status: 200,
    statusText: 'OK',
    headers: { 'content-type': 'text/event-stream', ...headers },
    chunks: [Buffer.from(body)],
  };
}

function event(delta: unknown, more: Record<string, unknown> = {}): string {
  return `data: ${JSON.stringify({ id: 'c1', model: 'm-1', choices: [{ index: 0, delta, ...more }] })}\n\n`;
}

const ANSWER = [
  event({ role: 'assistant', content: '' }),
  event({ content: 'Grüße, ' }),
  event({ content: '世界 🏆' }),
  event({}, { finish_reason: 'stop' }),
  `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 7 } })}\n\n`,
  'data: [DONE]\n\n',
].join('');

async function read(model: ChatCompletionsModel, options: Partial<LanguageModelV4CallOptions> = {}) {
  const { stream } = await model.doStream({ ...OPTIONS, ...options });
  const parts: LanguageModelV4StreamPart[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

function textOf(parts: readonly LanguageModelV4StreamPart[]): string {
  return parts.map((part) => (part.type === 'text-delta' ? part.delta : '')).join('');
}

function finishOf(parts: readonly LanguageModelV4StreamPart[]) {
  return parts.findLast((part) => part.type === 'finish');
}

function errorOf(parts: readonly LanguageModelV4StreamPart[]): unknown {
  return parts.find((part) => part.type === 'error')?.error;
}

describe('an answer is the same however its bytes arrive', () => {
  const forms: [name: string, reply: Reply][] = [
    ['in one piece', streamed(ANSWER)],
    ['byte by byte', inPieces(streamed(ANSWER), 1)],
    ['in pieces that split characters and events', inPieces(streamed(ANSWER), 7)],
    ['with CRLF', streamed(ANSWER.replaceAll('\n', '\r\n'))],
    ['with CRLF, byte by byte', inPieces(streamed(ANSWER.replaceAll('\n', '\r\n')), 1)],
    ['with comments in between', streamed(ANSWER.replaceAll('data: ', ': keep-alive\n\ndata: '))],
    ['without a space behind the colon', streamed(ANSWER.replaceAll('data: ', 'data:'))],
    ['with a byte order mark', streamed(`\uFEFF${ANSWER}`)],
    ['with names and ids of events', streamed(ANSWER.replaceAll('data: ', 'event: message\nid: 1\ndata: '))],
    ['without an empty line at the end', streamed(ANSWER.trimEnd())],
    ['without [DONE]', streamed(ANSWER.replace('data: [DONE]\n\n', ''))],
    ['with something behind [DONE]', streamed(`${ANSWER}${event({ content: 'more' })}`)],
    ['with no finish reason before [DONE]', streamed(ANSWER.replace('"finish_reason":"stop"', '"finish_reason":null'))],
    ['compressed', streamed(gzipSync(ANSWER), { 'content-encoding': 'gzip' })],
    ['compressed, byte by byte', inPieces(streamed(gzipSync(ANSWER), { 'content-encoding': 'gzip' }), 1)],
    ['compressed by zstd', streamed(zstdCompressSync(ANSWER), { 'content-encoding': 'zstd' })],
    ['with another content type', streamed(ANSWER, { 'content-type': 'text/plain' })],
  ];
  test.each(forms)('%s', async (_, reply) => {
    const { model } = await serve(reply);
    const parts = await read(model);
    expect(errorOf(parts)).toBeUndefined();
    expect(textOf(parts)).toBe('Grüße, 世界 🏆');
    expect(finishOf(parts)).toMatchObject({
      finishReason: { unified: 'stop' },
      usage: { inputTokens: { total: 5 }, outputTokens: { total: 7 } },
    });
    expect(parts.map(({ type }) => type)).toEqual([
      'stream-start',
      'response-metadata',
      'text-start',
      'text-delta',
      'text-delta',
      'text-end',
      'finish',
    ]);
  });
});

test('a request has the settings under the names of the API, the key and the query', async () => {
  const { server, model } = await serve(streamed(ANSWER));
  await read(model, {
    maxOutputTokens: 9,
    temperature: 0,
    topP: 0.5,
    seed: 3,
    stopSequences: ['END'],
    responseFormat: { type: 'json', schema: { type: 'object' }, name: 'answer' },
    tools: [{ type: 'function', name: 'add', inputSchema: { type: 'object' } }],
    toolChoice: { type: 'tool', toolName: 'add' },
    providerOptions: { mine: { logprobs: 20, reasoningEffort: 'low', my_own: true } },
    headers: { 'x-mine': '1', 'x-none': undefined },
    prompt: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'file', mediaType: 'image/png', data: { type: 'data', data: new Uint8Array([1, 2, 3]) } },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'hm' },
          { type: 'tool-call', toolCallId: 't1', toolName: 'add', input: { a: 1 } },
        ],
      },
      {
        role: 'tool',
        content: [{ type: 'tool-result', toolCallId: 't1', toolName: 'add', output: { type: 'json', value: 2 } }],
      },
    ],
  });
  const [request] = server.requests;
  expect(request?.path).toBe('/v1/chat/completions?version=1');
  expect(request?.headers).toMatchObject({
    authorization: 'Bearer not-a-real-key',
    'content-type': 'application/json',
    'x-mine': '1',
  });
  expect(request?.headers).not.toHaveProperty('x-none');
  expect(request?.body).toEqual({
    model: 'm',
    stream: true,
    stream_options: { include_usage: true },
    max_tokens: 9,
    temperature: 0,
    top_p: 0.5,
    seed: 3,
    stop: ['END'],
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'answer', strict: true, schema: { type: 'object' } },
    },
    tools: [{ type: 'function', function: { name: 'add', parameters: { type: 'object' } } }],
    tool_choice: { type: 'function', function: { name: 'add' } },
    logprobs: true,
    top_logprobs: 20,
    reasoning_effort: 'low',
    my_own: true,
    messages: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AQID' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        reasoning_content: 'hm',
        tool_calls: [{ id: 't1', type: 'function', function: { name: 'add', arguments: '{"a":1}' } }],
      },
      { role: 'tool', tool_call_id: 't1', content: '2' },
    ],
  });
});

test('a whole reply gives content, usage, finish reason and log-probabilities', async () => {
  const logprobs = { content: [{ token: '1', logprob: -0.1, top_logprobs: [{ token: '1', logprob: -0.1 }] }] };
  const body = {
    id: 'c1',
    model: 'm-1',
    created: 1_764_052_779,
    choices: [{ message: { content: '1', reasoning: 'hm' }, logprobs, finish_reason: 'length' }],
    usage: null,
  };
  const reply = { ...streamed(JSON.stringify(body)), headers: { 'content-type': 'application/json' } };
  const { model } = await serve(reply);
  expect(await model.doGenerate(OPTIONS)).toMatchObject({
    content: [
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: '1' },
    ],
    finishReason: { unified: 'length', raw: 'length' },
    usage: { inputTokens: { total: undefined }, outputTokens: { total: undefined } },
    providerMetadata: { mine: { logprobs: logprobs.content } },
    response: { id: 'c1', modelId: 'm-1', timestamp: new Date('2025-11-25T06:39:39Z') },
  });
  // A server that does not stream answers as a stream all the same.
  const parts = await read(model);
  expect(textOf(parts)).toBe('1');
  expect(finishOf(parts)).toMatchObject({ finishReason: { unified: 'length' } });
});

test('thoughts, log-probabilities and tool calls are put together from their pieces', async () => {
  const call = (index: number, piece: unknown) => event({ tool_calls: [{ index, ...(piece as object) }] });
  const body = [
    event({ reasoning_content: 'Let me ' }),
    event({ reasoning_content: 'think.' }),
    event({ content: 'So: ' }, { logprobs: { content: [{ token: 'So' }] } }),
    event({ content: [{ type: 'text', text: 'two.' }] }, { logprobs: { content: [{ token: 'two' }] } }),
    call(0, { id: 'a', function: { name: 'add', arguments: '' } }),
    call(1, { id: 'b', function: { arguments: '{"x"' } }),
    call(1, { function: { name: 'look', arguments: ':1}' } }),
    call(0, { function: { arguments: '{}' } }),
    event({}, { finish_reason: 'tool_calls' }),
    'data: [DONE]\n\n',
  ].join('');
  const { model } = await serve(inPieces(streamed(body), 11));
  const parts = await read(model);
  expect(parts.filter(({ type }) => /^(?:reasoning|text|tool)-/.test(type))).toEqual([
    { type: 'reasoning-start', id: 'reasoning-0' },
    { type: 'reasoning-delta', id: 'reasoning-0', delta: 'Let me ' },
    { type: 'reasoning-delta', id: 'reasoning-0', delta: 'think.' },
    { type: 'reasoning-end', id: 'reasoning-0' },
    { type: 'text-start', id: 'text-0' },
    { type: 'text-delta', id: 'text-0', delta: 'So: ' },
    { type: 'text-delta', id: 'text-0', delta: 'two.' },
    { type: 'text-end', id: 'text-0' },
    { type: 'tool-input-start', id: 'a', toolName: 'add' },
    { type: 'tool-input-start', id: 'b', toolName: 'look' },
    { type: 'tool-input-delta', id: 'b', delta: '{"x":1}' },
    { type: 'tool-input-delta', id: 'a', delta: '{}' },
    { type: 'tool-input-end', id: 'a' },
    { type: 'tool-call', toolCallId: 'a', toolName: 'add', input: '{}' },
    { type: 'tool-input-end', id: 'b' },
    { type: 'tool-call', toolCallId: 'b', toolName: 'look', input: '{"x":1}' },
  ]);
  expect(finishOf(parts)).toMatchObject({
    finishReason: { unified: 'tool-calls' },
    providerMetadata: { mine: { logprobs: [{ token: 'So' }, { token: 'two' }] } },
  });
});

test('a refusal is the answer, and its finish says so', async () => {
  const body = [event({ refusal: 'I cannot.' }), event({}, { finish_reason: 'stop' }), 'data: [DONE]\n\n'].join('');
  const { model } = await serve(streamed(body));
  const parts = await read(model);
  expect(textOf(parts)).toBe('I cannot.');
  expect(finishOf(parts)).toMatchObject({ finishReason: { unified: 'content-filter' } });
});

test.each<[name: string, reply: Reply, message: string, statusCode: number | undefined, isRetryable: boolean]>([
  ['an object', errorReply(400, { error: { message: 'No such parameter.' } }), 'No such parameter.', 400, false],
  ['a text', errorReply(503, { error: 'loading the model' }), 'loading the model', 503, true],
  ['a detail', errorReply(422, { detail: 'too long' }), 'too long', 422, false],
  ['a list of details', errorReply(422, { detail: [{ msg: 'a' }, { msg: 'b' }] }), 'a; b', 422, false],
  ['a message', errorReply(429, { message: 'Slow down.' }), 'Slow down.', 429, true],
  ['a list', errorReply(500, [{ error: { message: 'x' } }]), 'x', 500, true],
  ['plain text', errorReply(404, 'no such page'), 'no such page', 404, false],
  ['a page', errorReply(403, '<html>No</html>'), 'Forbidden', 403, false],
  ['nothing', errorReply(502, ''), 'Bad Gateway', 502, true],
  ['an error with status 200', errorReply(200, { object: 'error', message: 'bad', code: 400 }), 'bad', 400, false],
])('an error reply gives the server’s own reason: %s', async (_, reply, message, statusCode, isRetryable) => {
  const { model } = await serve(reply);
  const generated: unknown = await model.doGenerate(OPTIONS).catch((thrown: unknown) => thrown);
  const streaming: unknown = await model.doStream(OPTIONS).catch((thrown: unknown) => thrown);
  for (const error of [generated, streaming]) {
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ message, isRetryable });
    expect((error as APICallError).statusCode).toBe(statusCode);
  }
});

test.each(['<html>Log in</html>', '{"status":"ok"}', '{"choices":[]}', ''])('%j is no answer', async (body) => {
  const { model } = await serve(errorReply(200, body.startsWith('{') ? (JSON.parse(body) as unknown) : body));
  const type = body.startsWith('{') ? 'application/json' : 'text/html';
  const noAnswer = (expected: string) => ({ message: `it is ${type}, not ${expected}`, statusCode: 200 });
  await expect(model.doGenerate(OPTIONS)).rejects.toMatchObject(noAnswer('a chat completion'));
  await expect(model.doStream(OPTIONS)).rejects.toMatchObject(noAnswer('a stream'));
});

test('a reply that redirects says where to', async () => {
  const { model } = await serve({
    ...errorReply(308, ''),
    headers: { location: 'https://models.example/v1/chat/completions' },
  });
  const message = 'it redirects to https://models.example/v1/chat/completions';
  await expect(model.doGenerate(OPTIONS)).rejects.toMatchObject({ message });
  await expect(model.doStream(OPTIONS)).rejects.toMatchObject({ message });
});

test.each([
  [
    'error: {"code":500,"message":"context shift is disabled","type":"server_error"}\n\n',
    'context shift is disabled',
    500,
  ],
  [
    'upstream connect error or disconnect/reset before headers\n',
    'upstream connect error or disconnect/reset before',
    503,
  ],
  ['data: Internal Server Error\n\n', 'Internal Server Error', 500],
])('what is no event, or no JSON, is the reason: %j', async (body, message, statusCode) => {
  const { model } = await serve(streamed(body));
  expect(errorOf(await read(model))).toMatchObject({ message: expect.stringContaining(message), statusCode });
});

function errorReply(status: number, body: unknown): Reply {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body !== 'string' ? 'application/json' : /^<|^$/.test(body) ? 'text/html' : 'text/plain';
  return { status, statusText: '', headers: { 'content-type': type }, chunks: text === '' ? [] : [Buffer.from(text)] };
}

test.each<[name: string, body: string, error: object]>([
  [
    'an object',
    'data: {"error":{"message":"Overloaded.","code":502}}\n\n',
    { message: 'Overloaded.', statusCode: 502, isRetryable: true },
  ],
  ['a text', 'data: {"error":"out of memory"}\n\n', { message: 'out of memory', isRetryable: false }],
  [
    'a type',
    'event: error\ndata: {"error":{"message":"No.","type":"server_error"}}\n\n',
    { message: 'No.', isRetryable: true },
  ],
  ['no JSON', 'data: {"choices":[{"del\n\n', { message: 'it is text/event-stream, not a stream of JSON' }],
])('an error inside of a stream ends it with its reason: %s', async (_, body, error) => {
  const { model } = await serve(streamed(event({ content: 'So' }) + body + event({ content: ' far' })));
  const parts = await read(model);
  expect(textOf(parts)).toBe('So');
  expect(errorOf(parts)).toMatchObject(error);
  expect(finishOf(parts)).toMatchObject({ finishReason: { unified: 'error' } });
});

test('an error inside of a stream without a status is the server’s, and not an endpoint that does not answer', async () => {
  const { failure } = await askOnce('mine/m', streamed('data: {"error":"out of memory"}\n\n'));
  expect(failure).toMatchObject({ kind: 'error', message: 'out of memory' });
});

test('an answer that ends without a finish reason, or whose connection is reset, broke off', async () => {
  const whole = streamed(event({ content: 'So far' }));
  const ended = await serve(whole);
  expect(errorOf(await read(ended.model))).toMatchObject({ message: 'The reply ended without a finish reason.' });
  const reset = await serve({ ...whole, ending: 'cut' });
  await expect(read(reset.model)).rejects.toThrow('The reply ended without a finish reason.');
  const json = await serve({ ...upTo(fixture('openai-chat/generate'), 0.5, 'cut') });
  await expect(json.model.doGenerate(OPTIONS)).rejects.toThrow('The reply ended without a finish reason.');
});

test('no server at the address is an error that can be tried again', async () => {
  const { model, server } = await serve(streamed(ANSWER));
  await server[Symbol.asyncDispose]();
  await expect(model.doStream(OPTIONS)).rejects.toMatchObject({
    message: expect.stringMatching(/^Cannot connect to API: .*ECONNREFUSED/),
    isRetryable: true,
  });
});

test('an abort ends a call with its reason and closes the socket, before and in the middle of the answer', async () => {
  const reason = new Error('enough');
  for (const ending of ['silence', 'hang'] as const) {
    const { server, model } = await serve({ ...streamed(event({ content: 'So far' })), ending });
    const controller = new AbortController();
    const reading = (async () => {
      const { stream } = await model.doStream({ ...OPTIONS, abortSignal: controller.signal });
      for await (const part of stream) if (part.type === 'text-delta') controller.abort(reason);
    })();
    if (ending === 'silence') {
      await expect.poll(() => server.requests.length).toBe(1);
      controller.abort(reason);
    }
    await expect(reading).rejects.toBe(reason);
    await expect.poll(() => server.abandoned).toBe(1);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  }
});

test('a reader that leaves closes the socket', async () => {
  const { server, model } = await serve({ ...streamed(event({ content: 'So far' })), ending: 'hang' });
  const { stream } = await model.doStream(OPTIONS);
  for await (const part of stream) if (part.type === 'text-delta') break;
  await expect.poll(() => server.abandoned).toBe(1);
});

test('calls after one another use one connection and leave no listener on a signal that they share', async () => {
  const ports = new Set<string>();
  const server = createServer((request, response) => {
    ports.add(String(request.socket.remotePort));
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(ANSWER);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  await using client = new HttpClient({ env: {} });
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const endpoint = { provider: 'mine', baseURL, dialect: { takesSchemas: false } };
  const model = new ChatCompletionsModel({ modelId: 'm', endpoint, client });
  const { signal } = new AbortController();
  for (let call = 0; call < 20; call += 1) await read(model, { abortSignal: signal });
  // One may still be ending when the next call begins.
  expect(ports.size).toBeLessThanOrEqual(2);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('a reader that waits makes the server wait', async () => {
  let written = 0;
  const piece = event({ content: 'x'.repeat(20_000) });
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const write = () => {
      while (written < 5000 && response.write(piece)) written += 1;
      if (written < 5000) response.once('drain', write);
      else response.end(event({}, { finish_reason: 'stop' }));
    };
    write();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await using client = new HttpClient({ env: {} });
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const endpoint = { provider: 'mine', baseURL, dialect: { takesSchemas: false } };
  const { stream } = await new ChatCompletionsModel({ modelId: 'm', endpoint, client }).doStream(OPTIONS);
  const reader = stream.getReader();
  for (let part = 0; part < 3; part += 1) await reader.read();
  // What is under way settles within a few turns; 100 MB would be the whole answer.
  let before = -1;
  while (before !== written) {
    before = written;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(written).toBeLessThan(2500);
  await reader.cancel();
});

test('requests go through the proxy of the environment, and not to hosts that it leaves out', async () => {
  const seen: string[] = [];
  const proxy = createServer((request, response) => {
    seen.push(request.url ?? '');
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(event({ content: 'by the proxy' }, { finish_reason: 'stop' }));
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const through = await serve(streamed(ANSWER), { env: { HTTP_PROXY: address } });
  expect(textOf(await read(through.model))).toBe('by the proxy');
  expect(seen).toEqual([`${through.server.url}/v1/chat/completions?version=1`]);
  const around = await serve(streamed(ANSWER), { env: { HTTP_PROXY: address, NO_PROXY: '127.0.0.1' } });
  expect(textOf(await read(around.model))).toBe('Grüße, 世界 🏆');
  expect(seen).toHaveLength(1);
});
