import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { gzipSync } from 'node:zlib';
import { eventually } from '../../test/eventually.ts';
import { chat, question, saying, startFake } from './__fixtures__/fake-server.ts';

// Requests as nobody means well sends them. Each gets an error that says what is wrong, and the server goes on.

/** Sends bytes as they are, and gives what comes back until the connection ends or a whole response is there. */
function send(url: string, ...pieces: readonly (string | Uint8Array)[]): Promise<string> {
  const { hostname, port } = new URL(url);
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect({ host: hostname, port: Number(port) });
  let text = '';
  const end = () => {
    socket.destroy();
    resolve(text);
  };
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    const [head = '', body] = text.split('\r\n\r\n', 2);
    const length = /^content-length: (\d+)$/im.exec(head)?.[1];
    if (body !== undefined && (length === undefined ? text.endsWith('0\r\n\r\n') : body.length >= Number(length)))
      end();
  });
  socket.on('close', end);
  socket.on('error', end);
  for (const piece of pieces) socket.write(piece);
  return promise;
}

const statusOf = (text: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]);

const DEEP = 50_000;
const message = (content: unknown) => ({ messages: [{ role: 'user', content }] });

// Bodies as text; what JSON.stringify would not write is written by hand.
const BODIES: readonly (readonly [name: string, body: string | Uint8Array, status: number | readonly number[]])[] = [
  ['arrays, deep', '['.repeat(DEEP) + ']'.repeat(DEEP), 400],
  ['objects, deep', '{"a":'.repeat(DEEP) + '1' + '}'.repeat(DEEP), 400],
  ['messages, deep', `{"model":"mine","messages":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}`, 400],
  [
    'a schema, deep',
    JSON.stringify(question()).replace(
      /}$/,
      `,"response_format":{"type":"json_schema","json_schema":{"schema":${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}}}}`,
    ),
    400,
  ],
  [
    'tools, deep',
    JSON.stringify(question()).replace(
      /}$/,
      `,"tools":[{"type":"function","function":{"name":"f","parameters":${'{"properties":'.repeat(90)}{}${'}'.repeat(90)}}}]}`,
    ),
    [200, 400],
  ],
  ['an open bracket', '['.repeat(1_000_000), 400],
  ['nothing', '', 400],
  ['a byte order mark', `\uFEFF${JSON.stringify(question())}`, [200, 400]],
  ['two values', `${JSON.stringify(question())}${JSON.stringify(question())}`, 400],
  ['a comment', `/* x */${JSON.stringify(question())}`, 400],
  ['single quotes', "{'model':'mine'}", 400],
  ['NaN', '{"model":"mine","messages":[{"role":"user","content":"x"}],"temperature":NaN}', 400],
  ['infinity', '{"model":"mine","messages":[{"role":"user","content":"x"}],"temperature":1e999}', 400],
  ['minus infinity', '{"model":"mine","messages":[{"role":"user","content":"x"}],"seed":-1e999}', 400],
  ['not UTF-8', Buffer.concat([Buffer.from('{"model":"mi'), Buffer.from([0xff, 0xfe]), Buffer.from('ne"}')]), 400],
  ['UTF-16', Buffer.from(JSON.stringify(question()), 'utf16le'), 400],
  ['a lone surrogate', '{"model":"mine","messages":[{"role":"user","content":"\\ud800"}]}', 200],
  ['a zero byte in a text', JSON.stringify(question(message('a\0b'))), 200],
  ['a zero byte in a model', JSON.stringify(question({ model: 'mine\0' })), 404],
  ['a prototype', '{"__proto__":{"model":"mine"},"messages":[{"role":"user","content":"x"}]}', 400],
  [
    'a constructor',
    '{"model":"mine","messages":[{"role":"user","content":"x"}],"constructor":{"prototype":{"x":1}}}',
    200,
  ],
  [
    'a prototype in a schema',
    JSON.stringify(question()).replace(
      /}$/,
      ',"response_format":{"type":"json_schema","json_schema":{"schema":{"type":"object","properties":{"__proto__":{"type":"string"}}}}}}',
    ),
    [200, 400, 502],
  ],
  ['a prototype as a model', JSON.stringify(question({ model: '__proto__' })), 404],
  ['a method as a model', JSON.stringify(question({ model: 'toString' })), 404],
  ['a blend of nothing', JSON.stringify(question({ model: 'blend/' })), 404],
  ['a path as a model', JSON.stringify(question({ model: '../../etc/passwd' })), 404],
  ['a long model', JSON.stringify(question({ model: 'x'.repeat(1_000_000) })), 404],
  ['the same field twice', '{"model":"nobody","model":"mine","messages":[{"role":"user","content":"x"}]}', 200],
  ['a number for a model', '{"model":1,"messages":[]}', 400],
  ['an object for messages', '{"model":"mine","messages":{"0":{"role":"user","content":"x"},"length":1}}', 400],
  ['an object for a text', JSON.stringify(question(message({ toString: 'x' }))), 400],
  ['a list in a list', JSON.stringify(question({ messages: [[{ role: 'user', content: 'x' }]] })), 400],
  ['null for a message', JSON.stringify(question({ messages: [null] })), 400],
  [
    'too many messages',
    JSON.stringify(question({ messages: Array.from({ length: 1001 }, () => ({ role: 'user', content: 'x' })) })),
    400,
  ],
  ['a stream that is a text', JSON.stringify(question({ stream: 'true' })), 400],
  ['a huge count', '{"model":"mine","messages":[{"role":"user","content":"x"}],"n":1e308}', 400],
  ['a half choice', JSON.stringify(question({ n: 1.5 })), 400],
  ['a huge limit', JSON.stringify(question({ max_tokens: Number.MAX_SAFE_INTEGER })), 400],
  ['a negative limit', JSON.stringify(question({ max_tokens: -1 })), 400],
  [
    'a schema that is none',
    JSON.stringify(question({ response_format: { type: 'json_schema', json_schema: { schema: { type: 5 } } } })),
    400,
  ],
  [
    'a schema elsewhere',
    JSON.stringify(
      question({ response_format: { type: 'json_schema', json_schema: { schema: { $ref: 'http://10.0.0.1/x' } } } }),
    ),
    [400, 502],
  ],
  [
    'a schema of itself',
    JSON.stringify(question({ response_format: { type: 'json_schema', json_schema: { schema: { $ref: '#' } } } })),
    [200, 400, 502],
  ],
  [
    'a pattern that never ends',
    JSON.stringify(
      question({
        response_format: { type: 'json_schema', json_schema: { schema: { type: 'string', pattern: '^(a+)+$' } } },
      }),
    ),
    [200, 400, 502],
  ],
  [
    'an address of this machine',
    JSON.stringify(question(message([{ type: 'image_url', image_url: { url: 'http://127.0.0.1:22/' } }]))),
    400,
  ],
  [
    'a file of this machine',
    JSON.stringify(question(message([{ type: 'image_url', image_url: { url: 'file:///etc/passwd' } }]))),
    400,
  ],
  [
    'a page as an image',
    JSON.stringify(question(message([{ type: 'image_url', image_url: { url: 'data:text/html,<script>' } }]))),
    400,
  ],
  [
    'a tool of the same name twice',
    JSON.stringify(
      question({ tools: Array.from({ length: 2 }, () => ({ type: 'function', function: { name: 'f' } })) }),
    ),
    [200, 400],
  ],
  [
    'a tool result of a later call',
    JSON.stringify(
      question({
        messages: [
          { role: 'tool', tool_call_id: 'x', content: 'y' },
          { role: 'user', content: 'x' },
        ],
      }),
    ),
    400,
  ],
  ['stop texts without end', JSON.stringify(question({ stop: Array(100_000).fill('x') })), [200, 400]],
  ['an empty tool list and a choice', JSON.stringify(question({ tools: [], tool_choice: 'required' })), [200, 400]],
];

test.each(BODIES)('a body with %s', async (_, body, status) => {
  const errors: string[] = [];
  const server = await startFake({}, { onError: (text) => errors.push(text) });
  for (const path of ['/v1/chat/completions', '/v1/responses', '/v1/rerank', '/v1/compare']) {
    const response = await fetch(`${server.url}${path}`, { method: 'POST', body });
    const text = await response.text();
    const allowed = path === '/v1/chat/completions' ? [status].flat() : [200, 400, 404];
    expect({ path, allowed, status: response.status, text: text.slice(0, 300) }).toSatisfy(({ status: got }) =>
      allowed.includes(got),
    );
    if (response.status !== 200)
      expect(JSON.parse(text)).toMatchObject({ error: { message: expect.any(String), type: expect.any(String) } });
    expect(text.length).toBeLessThan(20_000);
  }
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
  expect(errors.join('')).not.toContain('TypeError');
});

const HOST = (url: string) => new URL(url).host;
const requestOf = (url: string, line: string, headers: readonly string[], body = '') =>
  `${line} HTTP/1.1\r\nHost: ${HOST(url)}\r\n${headers.map((header) => `${header}\r\n`).join('')}\r\n${body}`;

test.each<[string, (url: string) => string, readonly number[]]>([
  ['no host', () => 'GET /health HTTP/1.1\r\n\r\n', [400, 403]],
  ['an empty host', () => 'GET /health HTTP/1.1\r\nHost:\r\n\r\n', [400, 403]],
  ['two hosts', (url) => `GET /health HTTP/1.1\r\nHost: ${HOST(url)}\r\nHost: evil.example\r\n\r\n`, [200, 400, 403]],
  [
    'another host first',
    (url) => `GET /v1/models HTTP/1.1\r\nHost: evil.example\r\nHost: ${HOST(url)}\r\n\r\n`,
    [400, 403],
  ],
  [
    'another host in the line',
    (url) => `GET http://evil.example/v1/models HTTP/1.1\r\nHost: evil.example:80\r\n\r\n`.replaceAll('URL', url),
    [400, 403],
  ],
  [
    'this host in the line and another in the header',
    (url) => `GET ${url}/v1/models HTTP/1.1\r\nHost: evil.example\r\n\r\n`,
    [400, 403],
  ],
  [
    'another host in the line and this one in the header',
    (url) => `GET http://evil.example/v1/models HTTP/1.1\r\nHost: ${HOST(url)}\r\n\r\n`,
    [200, 400, 403, 404],
  ],
  ['a forwarded host', (url) => requestOf(url, 'GET /v1/models', ['X-Forwarded-Host: evil.example']), [200]],
  ['an old version', () => 'GET /health HTTP/1.0\r\n\r\n', [400, 403]],
  ['no HTTP', () => 'hello\r\n\r\n', [400]],
  ['TLS', () => '\u0016\u0003\u0001\u0002\u0000\u0001', [400]],
  ['CONNECT', (url) => requestOf(url, 'CONNECT evil.example:443', []), [400, 404, 405, NaN]],
  ['TRACE', (url) => requestOf(url, 'TRACE /v1/models', []), [405]],
  ['an unknown method', (url) => requestOf(url, 'BREW /v1/models', []), [400]],
  ['a method of WebDAV', (url) => requestOf(url, 'PROPFIND /v1/models', []), [405]],
  [
    'an upgrade',
    (url) => requestOf(url, 'GET /v1/models', ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: x']),
    [200, 400, 426],
  ],
  ['a path upwards', (url) => requestOf(url, 'GET /v1/models/../../../etc/passwd', []), [404]],
  ['a path upwards, encoded', (url) => requestOf(url, 'GET /v1/models/%2e%2e%2f%2e%2e%2fetc%2fpasswd', []), [404]],
  ['a path with a broken code', (url) => requestOf(url, 'GET /v1/models/%E0%A4%A', []), [404]],
  ['a path with a zero byte', (url) => requestOf(url, 'GET /v1/models/%00', []), [404]],
  ['a path with two slashes', (url) => requestOf(url, 'GET //v1/models', []), [404]],
  ['a path that is an address', (url) => requestOf(url, 'GET //evil.example/v1/models', []), [400, 404]],
  ['a path that is long', (url) => requestOf(url, `GET /v1/models/${'x'.repeat(10_000)}`, []), [404, 414]],
  ['headers that are long', (url) => requestOf(url, 'GET /v1/models', [`X: ${'x'.repeat(100_000)}`]), [431]],
  [
    'headers that are many',
    (url) =>
      requestOf(
        url,
        'GET /v1/models',
        Array.from({ length: 3000 }, (_, index) => `X-${index}: y`),
      ),
    [200, 431],
  ],
  ['a header over two lines', (url) => requestOf(url, 'GET /v1/models', ['X: a\r\n b']), [200, 400]],
  ['a length that is none', (url) => requestOf(url, 'POST /v1/compare', ['Content-Length: x'], '{}'), [400]],
  ['a length that is negative', (url) => requestOf(url, 'POST /v1/compare', ['Content-Length: -1'], '{}'), [400]],
  ['a length that is huge', (url) => requestOf(url, 'POST /v1/compare', ['Content-Length: 99999999999'], '{}'), [413]],
  ['two lengths', (url) => requestOf(url, 'POST /v1/compare', ['Content-Length: 2', 'Content-Length: 3'], '{}'), [400]],
  [
    'a length and chunks',
    (url) => requestOf(url, 'POST /v1/compare', ['Content-Length: 2', 'Transfer-Encoding: chunked'], '0\r\n\r\n'),
    [400],
  ],
  [
    'a chunk that is none',
    (url) => requestOf(url, 'POST /v1/compare', ['Transfer-Encoding: chunked'], 'zz\r\n'),
    [400],
  ],
  [
    'an unknown encoding of the transfer',
    (url) => requestOf(url, 'POST /v1/compare', ['Transfer-Encoding: gzip'], 'x'),
    [400, 501],
  ],
  [
    'an expectation',
    (url) => requestOf(url, 'POST /v1/compare', ['Expect: 200-ok', 'Content-Length: 2'], '{}'),
    [400, 417],
  ],
  ['an origin of nothing', (url) => requestOf(url, 'GET /v1/models', ['Origin: null']), [403]],
  [
    'an origin that looks like this one',
    (url) => requestOf(url, 'GET /v1/models', [`Origin: http://${HOST(url)}@evil.example`]),
    [403],
  ],
  ['an origin of an extension', (url) => requestOf(url, 'GET /v1/models', ['Origin: chrome-extension://abc']), [403]],
  [
    'an idempotency key with a line end',
    (url) => requestOf(url, 'POST /v1/chat/completions', ['Idempotency-Key: a\u0001b', 'Content-Length: 2'], '{}'),
    [400],
  ],
  [
    'a depth that is none',
    (url) =>
      requestOf(
        url,
        'POST /v1/chat/completions',
        ['x-openrouter-fusion-depth: deep', `Content-Length: ${JSON.stringify(question()).length}`],
        JSON.stringify(question()),
      ),
    [400],
  ],
  [
    'a key that is long',
    (url) => requestOf(url, 'GET /v1/models', [`Authorization: Bearer ${'x'.repeat(8000)}`]),
    [200],
  ],
])('a request with %s', async (_, build, allowed) => {
  const server = await startFake();
  const text = await send(server.url, build(server.url));
  expect({ text: text.slice(0, 300), allowed }).toSatisfy(() => allowed.includes(statusOf(text)));
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
});

test.each([
  ['gzip', gzipSync(JSON.stringify(question()))],
  ['br', Buffer.from('x')],
  ['identity', Buffer.from(JSON.stringify(question()))],
])('a body that is encoded: %s', async (encoding, body) => {
  const server = await startFake();
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: 'POST',
    body,
    headers: { 'content-encoding': encoding },
  });
  expect(response.status).toBe(encoding === 'identity' ? 200 : 415);
});

test('a body that never ends is given up, and so is one that stalls once its client has gone', async () => {
  const model = saying('a', 'x');
  const server = await startFake({ models: [model] }, { limits: { bodyBytes: 10_000 } });
  const head = requestOf(server.url, 'POST /v1/chat/completions', ['Transfer-Encoding: chunked']);
  const chunk = `1000\r\n${' '.repeat(4096)}\r\n`;
  const text = await send(server.url, head, ...Array(10).fill(chunk));
  expect(statusOf(text)).toBe(413);
  const { hostname, port } = new URL(server.url);
  const stalled = connect({ host: hostname, port: Number(port) });
  stalled.write(`${head}2\r\n{"\r\n`);
  await eventually(() => expect(server.running).toBe(1));
  stalled.destroy();
  await eventually(() => expect(server.running).toBe(0));
  expect(model.calls).toEqual([]);
});

test('no output has a key: neither a header, a body, a log nor a metric', async () => {
  const secret = 'sk-proj-abcdefghijklmnopqrstuvwxyz012345';
  const log: string[] = [];
  const leaking = saying('a', new Error(`401: the key ${secret} is wrong`));
  const server = await startFake(
    { models: [leaking] },
    { onError: (text) => log.push(text), onRequest: (record) => log.push(JSON.stringify(record)) },
  );
  const headers = { authorization: `Bearer ${secret}`, 'x-api-key': secret, 'idempotency-key': secret };
  const outputs: string[] = [];
  for (const response of [
    await chat(server, {}, { headers }),
    await chat(server, { stream: true }, { headers: { ...headers, 'idempotency-key': 'other' } }),
    await chat(server, { model: 'fake/a' }, { headers: { authorization: `Bearer ${secret}` } }),
    await fetch(`${server.url}/v1/models/${secret}`, { headers }),
    await fetch(`${server.url}/openapi.json`, { headers }),
    await fetch(`${server.url}/nothing?key=${secret}`, { headers }),
  ]) {
    outputs.push(JSON.stringify([...response.headers]), await response.text());
  }
  expect(outputs.join('\n') + log.join('\n')).not.toContain('abcdefghijklmnopqrstuvwxyz');
});
