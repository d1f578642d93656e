import { request } from 'node:http';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../../test/eventually.ts';
import { chat, question, saying, startFake } from './__fixtures__/fake-server.ts';
import { HostCheck } from './host-check.ts';
import { KeyStore } from './keys/key-store.ts';

async function keyStore(): Promise<KeyStore> {
  const folder = await mkdtemp(join(tmpdir(), 'keys-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return new KeyStore(join(folder, 'data', 'keys.json'));
}

/** A request with any headers: `fetch` sets the host itself. */
function get(url: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const sent = request(url, { headers }, (response) => {
    response.resume();
    resolve(response.statusCode);
  });
  sent.on('error', reject);
  sent.end();
  return promise;
}

test('only requests that name this server are answered', async () => {
  const server = await startFake({}, { allowedHosts: ['Blend.example.com', 'other.example:9000'] });
  const { port } = new URL(server.url);
  const hosts: Readonly<Record<string, number>> = {
    [`localhost:${port}`]: 200,
    [`LOCALHOST:${port}`]: 200,
    [`127.0.0.1:${port}`]: 200,
    [`[::1]:${port}`]: 200,
    'blend.example.com': 200,
    'blend.example.com:443': 200,
    'other.example:9000': 200,
    'other.example': 403,
    'other.example:9001': 403,
    localhost: 403,
    'localhost:1': 403,
    [`localhost.evil.com:${port}`]: 403,
    [`evil.com:${port}`]: 403,
    [`127.0.0.1.evil.com:${port}`]: 403,
    [`localhost:${port}@evil.com`]: 400,
    [`evil.com#localhost:${port}`]: 400,
    [`192.168.1.5:${port}`]: 403,
    'blend.example.com.evil.com': 403,
    'notblend.example.com': 403,
  };
  for (const [host, status] of Object.entries(hosts)) {
    expect([host, await get(`${server.url}/health`, { host })]).toEqual([host, status]);
  }
});

test('pages of other origins are refused, and no page is told that it may ask', async () => {
  const model = saying('a', 'x');
  const server = await startFake({ models: [model] });
  const { host, port } = new URL(server.url);
  for (const origin of [
    'https://evil.com',
    'null',
    'http://localhost:3000',
    `http://localhost:${port}.evil.com`,
    'file://',
  ]) {
    const response = await chat(server, {}, { headers: { origin } });
    expect([origin, response.status]).toEqual([origin, 403]);
    expect(await response.json()).toMatchObject({ error: { code: 'origin_not_allowed' } });
  }
  expect(model.calls).toEqual([]);
  expect((await chat(server, {}, { headers: { origin: `http://${host}` } })).status).toBe(200);
  const preflight = await fetch(`${server.url}/v1/chat/completions`, {
    method: 'OPTIONS',
    headers: { origin: 'https://evil.com', 'access-control-request-method': 'POST' },
  });
  expect(preflight.status).toBe(403);
  expect([...preflight.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
});

test('off this machine, addresses are taken as hosts and names are not', () => {
  const check = new HostCheck({ host: '0.0.0.0', port: 8787, allowedHosts: [] });
  for (const host of ['192.168.1.5:8787', '192.168.1.5', '[fe80::1]:8787', 'localhost:8787'])
    check.check({ host, origin: undefined });
  for (const host of ['evil.com:8787', '1.2.3.4.evil.com', '[::1', '', undefined]) {
    expect(() => check.check({ host, origin: undefined })).toThrow('is not one of this server');
  }
});

test('off this machine, a server without keys does not start', async () => {
  const keys = await keyStore();
  for (const host of ['0.0.0.0', '::', '192.168.1.5']) {
    await expect(startFake({}, { host, keys })).rejects.toThrow(`Invalid host "${host}": others reach it`);
    await expect(startFake({}, { host })).rejects.toThrow('llm-blender keys create');
  }
});

test('where there are keys, a request needs one', async () => {
  const keys = await keyStore();
  const model = saying('a', 'x');
  const records: unknown[] = [];
  const server = await startFake({ models: [model] }, { keys, onRequest: (record) => records.push(record) });
  expect((await chat(server)).status).toBe(200);
  const { key, stored } = await keys.create('phone');
  const asked = model.calls.length;
  const wrong = [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    `Basic ${key}`,
    key,
    `Bearer ${key}x`,
    `Bearer ${key.slice(0, -1)}`,
    `Bearer ${stored.sha256}`,
    `Bearer ${stored.id}`,
  ];
  for (const authorization of wrong) {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    for (const response of [
      await chat(server, {}, { headers }),
      await fetch(`${server.url}/v1/models`, { headers }),
      await fetch(`${server.url}/metrics`, { headers }),
      await fetch(`${server.url}/nothing`, { headers }),
    ]) {
      expect([authorization, response.status]).toEqual([authorization, 401]);
      const text = await response.text();
      expect(JSON.parse(text)).toMatchObject({ error: { code: 'invalid_api_key' } });
      expect(text).not.toContain(key.slice(10, 20));
    }
  }
  expect(model.calls).toHaveLength(asked);
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
  expect((await chat(server, {}, { headers: { authorization: `bearer ${key}` } })).status).toBe(200);
  expect(records.at(-1)).toMatchObject({ key: stored.id, status: 200, path: '/v1/chat/completions' });
  expect(JSON.stringify(records)).not.toContain(key);
  await keys.revoke(stored.id);
  expect((await chat(server, {}, { headers: { authorization: `Bearer ${key}` } })).status).toBe(200);
});

test('a server that began with a key does not open when it is revoked', async () => {
  const keys = await keyStore();
  const { key, stored } = await keys.create('only');
  const server = await startFake({}, { keys });
  const headers = { authorization: `Bearer ${key}` };
  expect((await chat(server, {}, { headers })).status).toBe(200);
  await new KeyStore(keys.path).revoke(stored.id);
  expect((await chat(server, {}, { headers })).status).toBe(401);
  expect((await chat(server)).status).toBe(401);
});

test('a key has 256 bits of chance, and only its hash is kept, for the owner alone', async () => {
  const keys = await keyStore();
  const { key, stored } = await keys.create('a');
  expect(Buffer.from(key.replace('sk-blend-', ''), 'base64url')).toHaveLength(32);
  const text = await readFile(keys.path, 'utf8');
  expect(text).not.toContain(key.slice(9));
  expect(text).toContain(stored.sha256);
  if (process.platform !== 'win32') expect((await stat(keys.path)).mode & 0o777).toBe(0o600);
  expect((await new KeyStore(keys.path).list()).map(({ name }) => name)).toEqual(['a']);
  await writeFile(keys.path, '{"version":1,"keys":[{"id":"x"}]}');
  await expect(new KeyStore(keys.path).list()).rejects.toThrow('it is damaged');
});

test('a body that is too long, cut off, not UTF-8 or not JSON is refused before anything is asked', async () => {
  const model = saying('a', 'x');
  const server = await startFake({ models: [model] }, { limits: { bodyBytes: 1000 } });
  const send = (body: unknown) =>
    fetch(`${server.url}/v1/chat/completions`, { method: 'POST', body, duplex: 'half' } as RequestInit);
  const long = JSON.stringify(question({ user: 'x'.repeat(2000) }));
  const bodies: readonly (readonly [string | Uint8Array, number])[] = [
    [long, 413],
    ['', 400],
    ['{', 400],
    ['null', 400],
    ['[]', 400],
    ['"text"', 400],
    [Buffer.from([0x7b, 0xff, 0x7d]), 400],
    ['{"model":"mine","messages":"Why?"}', 400],
    ['{"__proto__":{"model":"mine"}}', 400],
  ];
  for (const [body, status] of bodies) {
    const response = await send(body);
    expect([String(body).slice(0, 30), response.status]).toEqual([String(body).slice(0, 30), status]);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
  }
  // Without a length, no more is read than the limit.
  const endless = new ReadableStream({
    pull: (controller) => {
      controller.enqueue(Buffer.alloc(500, 0x20));
    },
  });
  await send(endless).then(
    (response) => expect(response.status).toBe(413),
    // The server has closed while the client still wrote.
    (error: unknown) => expect(error).toBeInstanceOf(TypeError),
  );
  await eventually(() => expect(server.running).toBe(0));
  expect(model.calls).toEqual([]);
});

test('paths and methods that there are not are errors in the same form', async () => {
  const server = await startFake();
  for (const [method, path] of [
    ['GET', '/nothing'],
    ['PUT', '/v1/nothing'],
    ['POST', '/v1/embeddings'],
    ['GET', '/v1/models/none'],
    ['GET', '/v1/../../etc/passwd'],
  ] as const) {
    const response = await fetch(`${server.url}${path}`, { method });
    expect([path, response.status]).toEqual([path, 404]);
    expect(await response.json()).toHaveProperty('error.message');
  }
});

test('models are listed, and found by names with slashes', async () => {
  const server = await startFake();
  const { data } = (await (await fetch(`${server.url}/v1/models`)).json()) as { data: { id: string }[] };
  expect(data.map(({ id }) => id)).toEqual(['mine', 'fake/a', 'fake/b']);
  for (const id of ['mine', 'fake/a', 'fake%2Fa', 'blend/mine']) {
    const response = await fetch(`${server.url}/v1/models/${id}`);
    expect(await response.json()).toMatchObject({
      object: 'model',
      created: expect.any(Number),
      owned_by: expect.any(String),
    });
  }
});

test('what fails is logged under the id of the request, without the question', async () => {
  const errors: string[] = [];
  const models = [saying('a', new Error('broken sk-proj-0123456789abcdef'))];
  const server = await startFake({ models }, { onError: (message) => errors.push(message) });
  const response = await chat(server, { messages: [{ role: 'user', content: 'a secret question' }] });
  expect(errors).toEqual([expect.stringContaining(`${response.headers.get('x-request-id')}: No model gave an answer`)]);
  expect(errors.join('') + (await response.text())).not.toMatch(/secret question|0123456789/);
});
