import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { HttpClient } from '../../providers/chat-completions/http-client.ts';
import type { BatchTarget } from './batch-api.ts';
import { excessIn, fileBody, send, sendForJson, sendForLines } from './batch-http.ts';

/** More than sockets hold. */
const BYTES = 20_000_000;

let path = '';

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'batch-http-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  path = join(folder, 'requests');
  await writeFile(path, Buffer.alloc(BYTES, 'a'));
});

async function target(serve: RequestListener): Promise<BatchTarget> {
  const server = createServer(serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new HttpClient({ env: {} });
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await client[Symbol.asyncDispose]();
  });
  const access = {
    api: 'openai' as const,
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    fetch: client.fetch,
    capture: () => Promise.reject(new Error('not here')),
    answer: <RESULT>(_: unknown, call: () => RESULT) => call(),
  };
  return { access, abortSignal: new AbortController().signal };
}

test('a file is sent with its length and what stands around it', async () => {
  const to = await target((request, response) => {
    void buffer(request).then((body) => {
      const { 'content-length': length, 'transfer-encoding': encoding = 'none' } = request.headers;
      response.end(JSON.stringify({ length, encoding, start: body.toString('utf8', 0, 4), end: body.at(-1) }));
    });
  });
  const init = fileBody({ path, bytes: BYTES }, { before: '[é', skip: 1, after: ']', headers: {} });
  expect(await sendForJson('/files', to, init)).toEqual({
    length: String(BYTES + 3),
    encoding: 'none',
    start: '[éa',
    end: ']'.codePointAt(0),
  });
});

test('a reply that comes before all of a file is sent is the reply', async () => {
  const to = await target((_request, response) => {
    response.writeHead(413, { connection: 'close' });
    response.end('Request Entity Too Large');
  });
  const sending = send('/files', to, fileBody({ path, bytes: BYTES }, { headers: {} }));
  await expect(sending).rejects.toMatchObject({ statusCode: 413, message: 'Request Entity Too Large' });
});

test('a redirect is followed within the host, and no further', async () => {
  const to = await target((request, response) => {
    if (request.url === '/v1/here') response.writeHead(302, { location: '/v1/there' }).end();
    else if (request.url === '/v1/away') response.writeHead(302, { location: 'http://127.0.0.1:1/?key=1' }).end();
    else response.end('{"is":"there"}');
  });
  expect(await sendForJson('/here', to)).toEqual({ is: 'there' });
  await expect(send('/away', to)).rejects.toMatchObject({
    statusCode: 502,
    isRetryable: true,
    message: 'it redirects to http://127.0.0.1:1/',
  });
});

test('lines are read whatever ends them, and those that cannot be read are noticed', async () => {
  const to = await target((_request, response) => response.end('\uFEFF{"a":1}\r\n\n \n{"b":"\u2028"}\n{"c":'));
  const lines: object[] = [];
  for await (const line of sendForLines('/lines', to)) lines.push(line);
  expect(lines).toEqual([{ a: 1 }, { b: '\u2028' }, {}]);
});

test.each([
  ['token_limit_exceeded Enqueued token limit reached. Limit: 2,000,000 enqueued tokens.', 'tokens', 2_000_000],
  ['The batch input file is larger than the 200MB maximum.', 'size', undefined],
  ['The number of requests exceeds 50,000.', 'size', undefined],
  ['Batch exceeds the maximum number of requests', 'size', undefined],
  ['max_tokens is too large: 99999999.', undefined, undefined],
  ['Line 3 is no JSON.', undefined, undefined],
])('%s', (text, excess, limit) => {
  expect(excessIn(text)).toEqual({
    ...(excess === undefined ? {} : { excess }),
    ...(limit === undefined ? {} : { limit }),
  });
});
