import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createBlender, listProviders } from '../../src/index.ts';
import { ReplayServer } from './replay-server.ts';
import { fixture } from './reply.ts';
import { selfSigned } from './self-signed.ts';
import { KEY } from './wire-blender.ts';

/** Provider, and a reply of its API. */
const PROVIDERS = [
  ['mine', 'openai-chat/plain'],
  ['groq', 'groq/plain'],
  ['mistral', 'mistral/plain'],
  ['openrouter', 'openrouter/plain'],
  ['openai', 'openai/plain'],
  ['anthropic', 'anthropic/plain'],
  ['google', 'gemini/plain'],
  ['gateway', 'gateway/plain'],
] as const;

const certificate = selfSigned();
const trusted = getCACertificates();
beforeAll(() => setDefaultCACertificates([...trusted, certificate.cert]));
afterAll(() => setDefaultCACertificates(trusted));

async function listening<SERVER extends Server>(server: SERVER): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A proxy that forwards tunnels, and answers other requests itself; `seen` has what it was asked. */
async function startProxy(reply: string) {
  const seen: string[] = [];
  const { headers, chunks } = fixture(reply);
  const proxy = createServer((request, response) => {
    seen.push(`${request.method} ${request.url?.replace(/\?.*/, '')}`);
    request.resume();
    response.writeHead(200, headers).end(Buffer.concat(chunks));
  });
  const tunnels: Socket[] = [];
  proxy.on('connect', (request, client: Socket) => {
    seen.push(`CONNECT ${request.url}`);
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const server = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      server.pipe(client).pipe(server);
    });
    tunnels.push(client, server);
  });
  onTestFinished(() => {
    for (const socket of tunnels) socket.destroy();
  });
  return { address: await listening(proxy), seen };
}

async function ask(name: string, baseURL: string, env: Record<string, string>) {
  await using blender = createBlender({ env: { KEY, ...env }, providers: { [name]: { baseURL, apiKeyEnv: 'KEY' } } });
  return await blender
    .generateCandidates({ prompt: 'Why?', models: [`${name}/m`], maxRetries: 0 })
    .catch((error: unknown) => error);
}

test.each(PROVIDERS)(
  '%s: HTTPS by a tunnel through the proxy, to a certificate that is trusted',
  async (name, reply) => {
    const { headers, chunks } = fixture(reply);
    const asked: string[] = [];
    const server = createTlsServer(certificate, (request, response) => {
      asked.push(request.method ?? '');
      request.resume();
      response.writeHead(200, headers).end(Buffer.concat(chunks));
    });
    const address = await listening(server);
    const { address: proxy, seen } = await startProxy('any/page');
    const outcome = await ask(name, `https://${address}/v1`, { HTTPS_PROXY: `http://user:word@${proxy}` });
    expect(outcome).toMatchObject({ candidates: [{ text: expect.stringContaining('Kaggle') }], failures: [] });
    expect(seen).toEqual([`CONNECT ${address}`]);
    expect(asked).toEqual(['POST']);
  },
);

test.each(PROVIDERS)(
  '%s: HTTP through the proxy, without a scheme in its address, but for exceptions',
  async (name, reply) => {
    await using server = await ReplayServer.start(fixture(reply));
    const { address: proxy, seen } = await startProxy(reply);
    const answered = { candidates: [{ text: expect.stringContaining('Kaggle') }], failures: [] };
    expect(await ask(name, `${server.url}/v1`, { http_proxy: proxy })).toMatchObject(answered);
    expect(server.requests).toHaveLength(0);
    expect(seen).toEqual([expect.stringMatching(`^POST ${server.url}/v1/`)]);
    expect(await ask(name, `${server.url}/v1`, { HTTP_PROXY: proxy, NO_PROXY: 'a.example,127.0.0.1' })).toMatchObject(
      answered,
    );
    expect(server.requests).toHaveLength(1);
  },
);

test.each(PROVIDERS)('%s: an error names the proxy that does not answer', async (name) => {
  const gone = createServer();
  const address = await listening(gone);
  gone.close();
  const outcome = await ask(name, 'https://models.example/v1', { HTTPS_PROXY: `http://user:word@${address}` });
  expect(outcome).toMatchObject({
    failures: [
      {
        kind: 'unreachable',
        message: expect.stringContaining(
          `Requests to https://models.example/v1 go through the proxy http://${address}, which HTTPS_PROXY names.`,
        ),
      },
    ],
  });
  expect(JSON.stringify(outcome)).not.toContain('word@');
});

test.each(PROVIDERS)('%s: a proxy that wants a password', async (name) => {
  const proxy = createServer();
  proxy.on('connect', (_, client: Socket) => client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'));
  const address = await listening(proxy);
  expect(await ask(name, 'https://models.example/v1', { https_proxy: `http://${address}` })).toMatchObject({
    failures: [{ kind: 'unreachable', message: expect.stringMatching(/407.* which https_proxy names/) }],
  });
});

test.each(['socks5://127.0.0.1:1080', 'http://', '://x'])('%s is no address of a proxy', async (HTTPS_PROXY) => {
  for (const [name] of PROVIDERS) {
    expect(await ask(name, 'https://models.example/v1', { HTTPS_PROXY })).toMatchObject({
      name: 'InvalidArgumentError',
      parameter: 'HTTPS_PROXY',
      message: expect.stringContaining('expected the address of a proxy, such as http://127.0.0.1:3128'),
    });
  }
});

test('the models of a provider are listed through the proxy', async () => {
  const { address: proxy, seen } = await startProxy('openai/models');
  const providers = { mine: { baseURL: 'http://models.example/v1' } };
  const listed = await listProviders({ env: { HTTP_PROXY: proxy }, providers, ask: 'mine' });
  expect(listed.find(({ name }) => name === 'mine')?.models).toContain('mine/gpt-5');
  expect(seen).toEqual(['GET http://models.example/v1/models']);
});

test.each([
  ['a line break', 'sk-first\nsecond', 'a line break (character 9 of 15)'],
  ['a zero-width space', 'sk-first\u200Bsecond', 'the invisible character U+200B (character 9 of 15)'],
  ['a zero-width space at the end', 'sk-first\u200B', 'the invisible character U+200B'],
  ['a typographic quote', '“sk-first”', 'the character U+201C'],
  ['a byte order mark inside', 'sk-\uFEFFfirst', 'the invisible character U+FEFF'],
])('a key with %s is not sent', async (_, key, says) => {
  for (const [name] of PROVIDERS) {
    const error = await ask(name, 'http://127.0.0.1:9/v1', { KEY: key });
    expect(error).toMatchObject({ name: 'InvalidArgumentError', parameter: 'KEY' });
    const { message } = error as Error;
    expect(message).toContain(`Invalid KEY "[redacted]": it contains ${says}`);
    expect(message).not.toContain('first');
  }
  const listed = await listProviders({ env: { OPENAI_API_KEY: key }, ask: 'openai' });
  const openai = listed.find(({ name }) => name === 'openai');
  expect(openai?.problem).toContain('Invalid OPENAI_API_KEY "[redacted]"');
});

test('a header that cannot be sent is named', async () => {
  const headers = { 'x-team': 'red\nblue' };
  await using blender = createBlender({ env: {}, providers: { mine: { baseURL: 'http://127.0.0.1:9/v1', headers } } });
  await expect(blender.generateCandidates({ prompt: 'Why?', models: ['mine/m'] })).rejects.toThrow(
    'Invalid providers.mine.headers.x-team "[redacted]": it contains a line break',
  );
});
