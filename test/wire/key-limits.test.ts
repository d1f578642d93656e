import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { type BlenderConfig, createBlender } from '../../src/index.ts';
import { type KeyLimits, KeyStore, type Spent, startServer } from '../../src/server/index.ts';
import { CountingServer, type Reply } from '../calls/counting-server.ts';
import { eventually } from '../eventually.ts';

/** Each call of 100 tokens in and 10 out costs $0.20. */
const PRICE = { inputPerMillion: 1000, outputPerMillion: 10_000 };
/** A judge may write much, and mostly writes a letter. */
const JUDGE_PRICE = { inputPerMillion: 1000, outputPerMillion: 10 };
const CALL = 0.2;

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'key-limits-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** Blends whose models are those of an upstream server on a real socket. */
function configOf(upstream: CountingServer, maxOutputTokens = 20): BlenderConfig {
  return {
    providers: { books: { baseURL: upstream.baseURL } },
    prices: { 'books/a': PRICE, 'books/b': PRICE, 'books/writer': PRICE, 'books/judge': JUDGE_PRICE },
    rankers: { judge: 'judge:books/judge' },
    blends: {
      mine: {
        models: ['books/a', 'books/b'],
        fuser: 'books/writer',
        ranker: 'judge',
        checkRanker: 'small',
        maxOutputTokens,
        maxRetries: 0,
      },
      plain: { models: ['books/a'], fusion: false, maxOutputTokens, maxRetries: 0 },
      unpriced: { models: ['books/who-knows'], fusion: false, maxRetries: 0 },
    },
  };
}

interface Client {
  readonly ask: (more?: object, init?: RequestInit) => Promise<Response>;
  readonly post: (path: string, body: object, init?: RequestInit) => Promise<Response>;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly spent: () => Promise<Spent | undefined>;
  readonly upstream: CountingServer;
  readonly keys: KeyStore;
  readonly id: string;
}

/** Waits as long as a busy machine may take. */
let asked = 0;

async function start(limits: KeyLimits, reply: (index: number) => Reply = () => ({})): Promise<Client> {
  const upstream = await CountingServer.start((body, index) => (body.model === 'judge' ? { text: 'A' } : reply(index)));
  const config = configOf(upstream);
  const blender = createBlender(config);
  const keys = new KeyStore(join(await temporaryFolder(), 'keys.json'));
  const { key, stored } = await keys.create('phone', limits);
  const server = await startServer({ blender, config, port: 0, keys });
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    await blender.dispose();
    await upstream[Symbol.asyncDispose]();
  });
  const headers = { authorization: `Bearer ${key}` };
  const post = (path: string, body: object, init: RequestInit = {}) =>
    fetch(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body), ...init });
  return {
    url: server.url,
    headers,
    post,
    ask: (more = {}, init = {}) =>
      // Equal questions would share their answers.
      post(
        '/v1/chat/completions',
        { model: 'mine', messages: [{ role: 'user', content: `Why ${++asked}?` }], ...more },
        init,
      ),
    spent: async () => (await keys.spent()).get(stored.id),
    upstream,
    keys,
    id: stored.id,
  };
}

/** What the upstream server has charged for answers. */
function charged({ requests }: CountingServer): number {
  return requests.reduce((sum, { body, inputTokens, outputTokens }) => {
    const { inputPerMillion, outputPerMillion } = body.model === 'judge' ? JUDGE_PRICE : PRICE;
    return sum + (inputTokens * inputPerMillion + outputTokens * outputPerMillion) / 1e6;
  }, 0);
}

test('requests at once never pass a spend limit together, and the next ones are refused before a model is asked', async () => {
  const dollars = 5;
  const client = await start({ maxCost: { dollars, per: 'total' } }, () => ({ delayMs: 5 }));
  const statuses: number[] = [];
  for (let round = 0; round < 6; round += 1) {
    const responses = await Promise.all(Array.from({ length: 8 }, () => client.ask()));
    for (const response of responses) {
      statuses.push(response.status);
      if (response.status === 200) continue;
      const { error } = (await response.json()) as { error: { code: string } };
      const retryAfter = response.headers.get('retry-after');
      expect([response.status, error.code, retryAfter]).toBeOneOf([
        [429, 'spend_limit_reserved', '5'],
        [429, 'insufficient_quota', null],
      ]);
      if (retryAfter === null) expect(response.headers.get('x-should-retry')).toBe('false');
    }
    expect(charged(client.upstream)).toBeLessThanOrEqual(dollars + 1e-9);
  }
  expect(await client.spent()).toMatchObject({ total: expect.closeTo(charged(client.upstream), 9), reserved: 0 });
  expect(statuses).toContain(200);
  const calls = client.upstream.requests.length;
  expect((await client.ask()).status).toBe(429);
  expect(client.upstream.requests).toHaveLength(calls);
});

test('an answer of unlimited length is as long as was set aside for it', async () => {
  const client = await start({ maxCost: { dollars: 1000, per: 'day' } });
  const upstream = async (more: object) => {
    await client.ask({ model: 'books/a', ...more });
    return client.upstream.requests.at(-1)?.body.max_tokens;
  };
  expect([await upstream({}), await upstream({ max_tokens: 9000 })]).toEqual([4096, 9000]);
  await client.keys.update(client.id, { maxCost: null });
  expect(await upstream({})).toBeUndefined();
});

test('a client that leaves is charged what was used, streamed or not', async () => {
  for (const stream of [true, false]) {
    // The first model has answered, and the other is writing.
    const client = await start({ maxCost: { dollars: 20, per: 'total' } }, (index) =>
      index === 0 ? {} : { text: 'word '.repeat(500), pauseMs: 5 },
    );
    const leaving = new AbortController();
    const response = client.ask({ stream }, { signal: leaving.signal }).then((answer) => answer.text());
    await eventually(() =>
      expect(client.upstream.requests.map(({ outcome }) => outcome)).toEqual(['answered', 'running']),
    );
    await eventually(async () => expect((await client.spent())?.reserved).toBeGreaterThan(CALL));
    leaving.abort();
    await expect(response).rejects.toThrow('aborted');
    await eventually(async () => expect((await client.spent())?.reserved).toBe(0));
    // The second at least its prompt, and at most all that it could have cost.
    expect((await client.spent())?.total).toBeGreaterThan(CALL);
    expect((await client.spent())?.total).toBeLessThan(CALL + 0.1 + 0.2);
    expect(client.upstream.requests).toHaveLength(2);
  }
});

test.each<[string, Reply, (spent: number) => void]>([
  ['is refused by its provider', { status: 400 }, (spent) => expect(spent).toBe(0)],
  ['fails at its provider', { status: 500 }, (spent) => expect(spent).toBe(0)],
  ['costs less than was set aside', { outputTokens: 1 }, (spent) => expect(spent).toBeCloseTo(0.11, 9)],
  ['costs more than was set aside', { outputTokens: 100 }, (spent) => expect(spent).toBeCloseTo(1.1, 9)],
  // The prompt, and the first word by its bytes.
  ['breaks off', { cut: 'within', text: 'one two' }, (spent) => expect(spent).toBeLessThan(0.1)],
  // Nothing tells what it has cost: all that it may have.
  ['breaks off before its first word', { cut: 'before' }, (spent) => expect(spent).toBeGreaterThan(0.2)],
])('a call that %s', async (_, reply, check) => {
  const client = await start({ maxCost: { dollars: 50, per: 'total' } }, () => reply);
  await (await client.ask({ model: 'plain' })).text();
  await eventually(async () => expect((await client.spent())?.reserved).toBe(0));
  check((await client.spent())?.total ?? Number.NaN);
});

test('a limit of nothing leaves what is free', async () => {
  const client = await start({ maxCost: { dollars: 0, per: 'total' } });
  expect((await client.ask({ model: 'plain' })).status).toBe(429);
  const documents = ['a', 'bb'];
  expect((await client.post('/v1/rerank', { query: 'Why?', documents })).status).toBe(200);
  expect(client.upstream.requests).toEqual([]);
});

test('a client that leaves frees its place', async () => {
  const client = await start({ concurrency: 1 }, (index) => (index === 0 ? { delayMs: 60_000 } : {}));
  const leaving = new AbortController();
  const first = client.ask({ model: 'plain' }, { signal: leaving.signal }).catch(() => {});
  await eventually(() => expect(client.upstream.running).toBe(1));
  expect((await client.ask({ model: 'plain' })).status).toBe(429);
  leaving.abort();
  await first;
  await eventually(async () => expect((await client.ask({ model: 'plain' })).status).toBe(200));
});

test('a model without a price: refused under a spend limit, else counted apart', async () => {
  const client = await start({ maxCost: { dollars: 1, per: 'day' } });
  const refused = await client.ask({ model: 'unpriced' });
  expect([refused.status, await refused.json()]).toEqual([
    403,
    { error: expect.objectContaining({ code: 'price_unknown', message: expect.stringContaining('books/who-knows') }) },
  ]);
  expect(client.upstream.requests).toEqual([]);
  await client.keys.update(client.id, { maxCost: null });
  expect((await client.ask({ model: 'unpriced' })).status).toBe(200);
  expect(await client.spent()).toMatchObject({ total: 0, unpricedCalls: 1 });
});

test('every route charges: answers in both forms, comparisons and reranking', async () => {
  const client = await start({ maxCost: { dollars: 100, per: 'month' } });
  const requests = [
    () => client.ask({ model: 'plain', n: 2 }),
    () => client.post('/v1/responses', { model: 'plain', input: 'Why is it so?' }),
    () => client.post('/v1/compare', { model: 'judge', prompt: 'Why?', a: 'so', b: 'thus' }),
    () => client.post('/v1/rerank', { model: 'judge', query: 'Why?', documents: ['so', 'thus', 'because'] }),
  ];
  for (const request of requests) {
    const before = charged(client.upstream);
    expect((await request()).status).toBe(200);
    expect(charged(client.upstream)).toBeGreaterThan(before);
    expect(await client.spent()).toMatchObject({ month: expect.closeTo(charged(client.upstream), 9), reserved: 0 });
  }
  await client.keys.update(client.id, { maxCost: { dollars: charged(client.upstream) + 0.05, per: 'month' } });
  const calls = client.upstream.requests.length;
  for (const request of requests) expect((await request()).status).toBe(429);
  expect(client.upstream.requests).toHaveLength(calls);
});

test('a key has its own rate and concurrency', async () => {
  const client = await start({ rate: { requests: 3, seconds: 3600 }, concurrency: 2 }, () => ({ delayMs: 30 }));
  const running = [client.ask({ model: 'plain' }), client.ask({ model: 'plain' })];
  await eventually(() => expect(client.upstream.running).toBe(2));
  const third = await client.ask({ model: 'plain' });
  expect([third.status, third.headers.get('retry-after')]).toEqual([429, '5']);
  expect(await third.json()).toMatchObject({ error: { code: 'concurrency_limit_exceeded', type: 'rate_limit_error' } });
  for (const response of await Promise.all(running)) expect(response.status).toBe(200);
  // One that was refused does not count.
  expect((await client.ask({ model: 'plain' })).status).toBe(200);
  const last = await client.ask({ model: 'plain' });
  expect([last.status, last.headers.get('retry-after')]).toEqual([429, '60']);
  expect(await last.json()).toMatchObject({
    error: { code: 'rate_limit_exceeded', message: expect.stringContaining('3 requests in 3600 seconds') },
  });
  // Another key is another client, and what needs no model is not limited.
  const other = await client.keys.create('other');
  const headers = { authorization: `Bearer ${other.key}` };
  expect((await client.ask({ model: 'plain' }, { headers })).status).toBe(200);
  expect((await fetch(`${client.url}/v1/models`, { headers: client.headers })).status).toBe(200);
  await client.keys.update(client.id, { rate: null });
  expect((await client.ask({ model: 'plain' })).status).toBe(200);
});

test('a key may ask its blends alone, and sees no others', async () => {
  const client = await start({ blends: ['plain', 'books/b'] });
  const { data } = (await (await fetch(`${client.url}/v1/models`, { headers: client.headers })).json()) as {
    data: { id: string }[];
  };
  expect(data.map(({ id }) => id)).toEqual(['plain', 'books/b']);
  const statuses = ['plain', 'blend/plain', 'books/b', 'mine', 'blend/mine', 'books/a'].map(async (model) => [
    model,
    (await client.ask({ model })).status,
  ]);
  expect(Object.fromEntries(await Promise.all(statuses))).toEqual({
    plain: 200,
    'blend/plain': 200,
    'books/b': 200,
    mine: 403,
    'blend/mine': 403,
    'books/a': 403,
  });
  expect(await (await client.ask({ model: 'mine' })).json()).toMatchObject({
    error: {
      code: 'model_not_allowed',
      param: 'model',
      message: expect.stringContaining('It may ask: plain, books/b.'),
    },
  });
});

test('keys that are made at the same moment are all kept', async () => {
  const path = join(await temporaryFolder(), 'keys.json');
  const made = await Promise.all(Array.from({ length: 6 }, (_, index) => new KeyStore(path).create(`key ${index}`)));
  const ids = (await new KeyStore(path).list()).map(({ id }) => id);
  expect(ids.toSorted()).toEqual(made.map(({ stored }) => stored.id).toSorted());
});

test('a server that is killed in the middle of a blend loses nothing of what was set aside', async () => {
  const folder = await temporaryFolder();
  await using upstream = await CountingServer.start((_, index) => (index === 0 ? {} : { delayMs: 60_000 }));
  const { blends = {}, ...config } = configOf(upstream);
  const file = join(folder, 'blender.config.json');
  await writeFile(file, JSON.stringify({ ...config, blends }));
  const keys = new KeyStore(join(folder, 'keys.json'));
  const { key, stored } = await keys.create('phone', { maxCost: { dollars: 3, per: 'total' } });
  const { PATH = '', HOME = '' } = process.env;
  const main = join(import.meta.dirname, '../../src/cli/main.ts');
  const serve = async () => {
    const child = spawn(process.execPath, [main, 'serve', '--port', '0', '--config', file, '--no-cache'], {
      env: { PATH, HOME, LLM_BLENDER_DATA: folder, LLM_BLENDER_CACHE: folder },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let said = '';
    for await (const line of createInterface({ input: child.stderr })) {
      const [, url] = /^Listening at (\S+)$/.exec(line) ?? [];
      if (url !== undefined) return { child, url };
      said += line;
    }
    throw new Error(said);
  };
  const ask = (url: string) =>
    fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify({ model: 'mine', messages: [{ role: 'user', content: 'Why?' }] }),
    });
  const spent = async () => (await keys.spent()).get(stored.id);
  const first = await serve();
  const answer = ask(first.url);
  await eventually(() => expect(upstream.requests.map(({ outcome }) => outcome)).toEqual(['answered', 'running']));
  const { reserved = 0 } = (await spent()) ?? {};
  expect(reserved).toBeGreaterThan(1.5);
  first.child.kill('SIGKILL');
  await Promise.all([once(first.child, 'exit'), expect(answer).rejects.toThrow('fetch failed')]);
  const second = await serve();
  const refused = await ask(second.url);
  expect([refused.status, await refused.json()]).toEqual([
    429,
    { error: expect.objectContaining({ code: 'insufficient_quota' }) },
  ]);
  expect(upstream.requests).toHaveLength(2);
  expect(await spent()).toMatchObject({ total: expect.closeTo(reserved, 9), reserved: 0 });
}, 60_000);
