import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '../../../test/eventually.ts';
import { HANG } from '../../test/index.ts';
import { act, body, FakeClock, openParts, partsOf, retrieve, startBlend } from '../__fixtures__/blend-client.ts';
import { chat, post, saying, startFake } from '../__fixtures__/fake-server.ts';
import { KeyStore } from '../keys/key-store.ts';

const MINUTE = 60_000;

/** A server whose member never answers. */
async function hanging(options: Parameters<typeof startFake>[1] = {}) {
  const a = saying('a', HANG);
  const clock = new FakeClock();
  const server = await startFake({ models: [a] }, { clock, ...options });
  return { a, clock, server };
}

async function keyStore(): Promise<KeyStore> {
  const folder = await mkdtemp(join(tmpdir(), 'keys-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return new KeyStore(join(folder, 'keys.json'));
}

describe('without a client', () => {
  test('what runs goes on for a while, and is then stopped', async () => {
    const { a, clock, server } = await hanging();
    const blend = await startBlend(server, { models: [{ model: 'fake/a', samples: 3 }] });
    await eventually(() => expect(a.running).toBe(3));
    clock.advance(29_999);
    await fetch(`${server.url}/v1/blends`);
    expect(a.running).toBe(3);
    clock.advance(1);
    await eventually(() => expect([a.running, server.running]).toEqual([0, 0]));
    expect(a.calls).toHaveLength(3);
    const { status, state } = await retrieve(server, blend);
    expect([status, state.turns[0]?.error]).toEqual(['idle', 'It was stopped.']);
  });

  test('a reload survives: a reader who comes back in time finds it running', async () => {
    const { a, clock, server } = await hanging();
    const blend = await startBlend(server);
    const reader = new AbortController();
    const parts = partsOf(await openParts(server, blend, { signal: reader.signal }));
    parts.catch(() => {});
    await eventually(() => expect(a.running).toBe(1));
    // A reader keeps it going.
    clock.advance(10 * MINUTE);
    await fetch(`${server.url}/v1/blends`);
    expect(a.running).toBe(1);
    reader.abort();
    await expect(parts).rejects.toThrow(/abort/i);
    clock.advance(20_000);
    const again = await openParts(server, blend);
    clock.advance(10 * MINUTE);
    await fetch(`${server.url}/v1/blends`);
    expect(a.running).toBe(1);
    await again.body?.cancel();
    await eventually(() => {
      clock.advance(30_000);
      expect(a.running).toBe(0);
    });
    expect(a.calls).toHaveLength(1);
  });

  test('each request about it begins the time anew, and who waits for an action is a client', async () => {
    const { a, clock, server } = await hanging({ sessions: { graceMs: 1000 } });
    const blend = await startBlend(server, { start: 'none' });
    const client = new AbortController();
    const waiting = act(server, blend, { type: 'run' }, { wait: true, signal: client.signal });
    waiting.catch(() => {});
    await eventually(() => expect(a.running).toBe(1));
    clock.advance(MINUTE);
    await fetch(`${server.url}/v1/blends`);
    expect(a.running).toBe(1);
    client.abort();
    await expect(waiting).rejects.toThrow(/abort/i);
    for (const _ of [1, 2, 3]) {
      clock.advance(900);
      await retrieve(server, blend);
    }
    expect(a.running).toBe(1);
    await eventually(() => {
      clock.advance(1000);
      expect(a.running).toBe(0);
    });
  });

  test('a session in which nothing runs is closed, one that is read is not', async () => {
    const clock = new FakeClock();
    const server = await startFake({}, { clock });
    const [left, read] = [await startBlend(server, { start: 'none' }), await startBlend(server, { start: 'none' })];
    const reading = await openParts(server, read);
    clock.advance(14 * MINUTE);
    await retrieve(server, left);
    clock.advance(14 * MINUTE);
    expect((await retrieve(server, left)).status).toBe('idle');
    clock.advance(15 * MINUTE);
    await eventually(async () =>
      expect(await retrieve(server, left)).toMatchObject({ status: 'closed', closedBy: 'idle' }),
    );
    expect((await retrieve(server, read)).status).toBe('idle');
    await reading.body?.cancel();
  });
});

test('who asks for the head of a stream is no reader', async () => {
  const { a, clock, server } = await hanging();
  const blend = await startBlend(server);
  await eventually(() => expect(a.running).toBe(1));
  const head = await fetch(`${server.url}/v1/blends/${blend.id}/parts`, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  clock.advance(30_000);
  await eventually(() => expect(a.running).toBe(0));
});

test('a client that leaves the stream that it has started with is missed', async () => {
  const { a, clock, server } = await hanging();
  const client = new AbortController();
  const headers = { accept: 'text/event-stream' };
  const response = await post(server, '/v1/blends', { prompt: 'Why?' }, { headers, signal: client.signal });
  await eventually(() => expect(a.running).toBe(1));
  clock.advance(10 * MINUTE);
  await fetch(`${server.url}/v1/blends`);
  expect(a.running).toBe(1);
  client.abort();
  await expect(response.text()).rejects.toThrow(/abort/i);
  await eventually(() => {
    clock.advance(30_000);
    expect(a.running).toBe(0);
  });
});

test('who waits for something is not too many, and a session can be closed all the same', async () => {
  const { a, server } = await hanging();
  const blend = await startBlend(server, { start: 'none' });
  const client = new AbortController();
  const { signal } = client;
  const waiting = Array.from({ length: 32 }, () => act(server, blend, { type: 'run' }, { wait: true, signal }));
  for (const one of waiting) one.catch(() => {});
  await eventually(async () => expect((await act(server, blend, { type: 'stop', id: 'none' })).status).toBe(429));
  expect(a.calls).toHaveLength(1);
  expect((await post(server, `/v1/blends/${blend.id}/close`, {})).status).toBe(200);
  expect([a.running, server.running]).toEqual([0, 0]);
  client.abort();
});

test('a session that grows too large is closed', async () => {
  const [a, b] = [saying('a', 'word '.repeat(200)), saying('b', HANG)];
  const server = await startFake({ models: [a, b] }, { limits: { sessionBytes: 5000 } });
  const blend = await startBlend(server);
  await eventually(async () =>
    expect(await retrieve(server, blend)).toMatchObject({ status: 'closed', closedBy: 'size' }),
  );
  expect([b.running, server.running]).toEqual([0, 0]);
  expect((await partsOf(await openParts(server, blend))).at(-1)?.type).toBe('session-end');
});

describe('room', () => {
  test('one session too many closes the one that has been idle longest', async () => {
    const clock = new FakeClock();
    const server = await startFake({}, { clock, limits: { sessions: 3 } });
    const all = [];
    for (const _ of [1, 2, 3]) {
      all.push(await startBlend(server, { start: 'none' }));
      clock.advance(1000);
    }
    const [first, second, third] = all;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three were started');
    await retrieve(server, first);
    clock.advance(1000);
    const reading = await openParts(server, second);
    await startBlend(server, { start: 'none' });
    await eventually(async () => expect(await retrieve(server, third)).toMatchObject({ closedBy: 'room' }));
    expect((await retrieve(server, second)).status).toBe('idle');
    await reading.body?.cancel();
  });

  test('where all of them run, a further one is refused before anything is asked', async () => {
    const { a, server } = await hanging({ limits: { sessions: 2 } });
    await startBlend(server, { models: ['fake/a'] });
    const second = await startBlend(server, { models: ['fake/a'] });
    await eventually(() => expect(a.running).toBeGreaterThan(0));
    const calls = a.calls.length;
    const refused = await post(server, '/v1/blends', { prompt: 'Another?' });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
    expect(await refused.json()).toMatchObject({ error: { code: 'too_many_sessions' } });
    expect(a.calls).toHaveLength(calls);
    await body(await act(server, second, { type: 'stop' }));
    expect((await post(server, '/v1/blends', { prompt: 'Another?', start: 'none' })).status).toBe(201);
  });

  test('a session that runs is one of the requests that are answered at once', async () => {
    const { a, server } = await hanging({ limits: { concurrency: 1 } });
    const blend = await startBlend(server);
    await eventually(() => expect(a.running).toBe(1));
    expect(server.running).toBe(1);
    expect((await chat(server)).status).toBe(429);
    expect((await post(server, '/v1/blends', { prompt: 'Another?' })).status).toBe(429);
    expect((await retrieve(server, blend)).status).toBe('running');
    expect((await fetch(`${server.url}/v1/blends/${blend.id}`, { method: 'DELETE' })).status).toBe(204);
    expect([a.running, server.running]).toEqual([0, 0]);
  });
});

describe('closed sessions', () => {
  test('are forgotten after an hour', async () => {
    const clock = new FakeClock();
    const server = await startFake({}, { clock });
    const blend = await startBlend(server, { start: 'none' });
    await body(await act(server, blend, { type: 'run' }, { wait: true }));
    await body(await post(server, `/v1/blends/${blend.id}/close`, {}));
    clock.advance(60 * MINUTE - 1);
    expect((await retrieve(server, blend)).status).toBe('closed');
    clock.advance(1);
    expect((await openParts(server, blend)).status).toBe(404);
    expect(await body<object>(await fetch(`${server.url}/v1/blends`))).toMatchObject({ data: [] });
  });

  test('are 200 at most, the last ones', async () => {
    const clock = new FakeClock();
    const server = await startFake({ models: [saying('a', 'x')], fusion: false }, { clock });
    const ids: string[] = [];
    for (const _ of Array.from({ length: 202 })) {
      const { id } = await startBlend(server, { start: 'none' });
      await body(await post(server, `/v1/blends/${id}/close`, {}));
      ids.push(id);
      clock.advance(1);
    }
    const { data } = await body<{ data: readonly { id: string }[] }>(await fetch(`${server.url}/v1/blends`));
    expect(data.map(({ id }) => id)).toEqual(ids.slice(2).toReversed());
    expect((await openParts(server, { id: ids[1] ?? '' })).status).toBe(404);
    expect((await openParts(server, { id: ids[2] ?? '' })).status).toBe(200);
  });
});

describe('a server that ends', () => {
  test('finishes what runs, begins nothing, and ends all streams', async () => {
    const server = await startFake({ models: [saying('a', { words: ['slow'], pauseMs: 100 }), saying('b', 'x')] });
    const blend = await startBlend(server);
    const idle = await startBlend(server, { start: 'none' });
    const streams = await Promise.all([blend, idle].map((one) => openParts(server, one)));
    const reading = Promise.all(streams.map((stream) => partsOf(stream)));
    await eventually(() => expect(server.running).toBe(1));
    const stream = await openParts(server, blend);
    const closed = server.close();
    const [run, nothing] = await reading;
    expect(run?.slice(-2).map(({ type }) => type)).toEqual(['blend-end', 'session-end']);
    expect(nothing?.map(({ type }) => type)).toEqual(['session-end']);
    await stream.body?.cancel();
    await closed;
  });

  test('at once, stops what runs and tells the readers', async () => {
    const { a, server } = await hanging();
    const blend = await startBlend(server);
    const reading = partsOf(await openParts(server, blend));
    await eventually(() => expect(a.running).toBe(1));
    await server.close({ abortSignal: AbortSignal.abort() });
    expect(a.running).toBe(0);
    expect((await reading).at(-1)?.type).toBe('session-end');
  });
});

describe('keys', () => {
  test('see their own sessions alone, in every way to ask for one', async () => {
    const keys = await keyStore();
    const [mine, other] = [(await keys.create('mine')).key, (await keys.create('other')).key];
    const headers = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
    const a = saying('a', HANG);
    const server = await startFake({ models: [a] }, { keys });
    const blend = await startBlend(server, {}, headers(mine));
    await eventually(() => expect(a.running).toBe(1));
    const { url } = server;
    const ways: readonly (readonly [method: string, path: string, body?: object])[] = [
      ['GET', ''],
      ['GET', '/parts'],
      ['GET', '/recording'],
      ['GET', '/configuration'],
      ['POST', '/actions', { type: 'stop' }],
      ['POST', '/estimate', { type: 'run' }],
      ['POST', '/close', {}],
      ['DELETE', ''],
    ];
    for (const [method, path, given] of ways) {
      const init = { method, ...(given === undefined ? {} : { body: JSON.stringify(given) }) };
      const foreign = await fetch(`${url}/v1/blends/${blend.id}${path}`, { ...init, ...headers(other) });
      const none = await fetch(`${url}/v1/blends/blend_${'A'.repeat(22)}${path}`, { ...init, ...headers(other) });
      expect([path, foreign.status, none.status]).toEqual([path, 404, 404]);
      const texts = [await foreign.text(), (await none.text()).replace(`blend_${'A'.repeat(22)}`, blend.id)];
      expect(texts[0]).toBe(texts[1]);
      expect((await fetch(`${url}/v1/blends/${blend.id}${path}`, init)).status).toBe(401);
    }
    expect(a.running).toBe(1);
    expect(await body<object>(await fetch(`${url}/v1/blends`, headers(other)))).toMatchObject({ data: [] });
    expect((await retrieve(server, blend, headers(mine))).status).toBe('running');
  });

  test('have their own room, and one cannot fill that of another', async () => {
    const keys = await keyStore();
    const [mine, other] = [(await keys.create('mine')).key, (await keys.create('other')).key];
    const server = await startFake({ models: [saying('a', HANG)] }, { keys, limits: { sessions: 1 } });
    const as = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
    const first = await startBlend(server, {}, as(mine));
    expect((await post(server, '/v1/blends', { prompt: 'Why?' }, as(mine))).status).toBe(429);
    expect((await startBlend(server, {}, as(other))).status).toBe('running');
    expect((await retrieve(server, first, as(mine))).status).toBe('running');
  });

  test('ask the blends that they may', async () => {
    const keys = await keyStore();
    const { key } = await keys.create('mine', { blends: ['cheap', 'fake/b'] });
    const none = await keys.create('none', { blends: ['fake/b'] });
    const as = (given: string) => ({ headers: { authorization: `Bearer ${given}` } });
    const [a, cheap] = [saying('a', 'expensive'), saying('c', 'cheap')];
    const server = await startFake(
      { models: [a, saying('b', 'x')] },
      { keys, config: { blends: { cheap: { models: [cheap], fusion: false } } } },
    );
    expect(await startBlend(server, { models: ['fake/b', 'fake/c'] }, as(key))).toMatchObject({
      models: ['fake/b', 'fake/c'],
    });
    expect(await startBlend(server, {}, as(key))).toMatchObject({ models: ['fake/c'] });
    for (const asked of [
      { blend: 'mine' },
      { models: ['fake/a'] },
      { fuser: 'fake/a' },
      { ranker: 'judge:fake/writer' },
    ]) {
      expect((await post(server, '/v1/blends', { prompt: 'Why?', ...asked }, as(key))).status).toBe(404);
    }
    expect((await post(server, '/v1/blends', { prompt: 'Why?' }, as(none.key))).status).toBe(403);
    expect(a.calls).toEqual([]);
  });

  test('pay for what their sessions ask, and no more than they may', async () => {
    const keys = await keyStore();
    const { key, stored } = await keys.create('mine', { maxCost: { dollars: 1, per: 'day' } });
    const headers = { authorization: `Bearer ${key}` };
    const price = { inputPerMillion: 1000, outputPerMillion: 1000 };
    const a = saying('a', 'one two three');
    const server = await startFake(
      { models: [a], fusion: false, maxOutputTokens: 100 },
      { keys, config: { prices: { 'fake/a': price } } },
    );
    const blend = await startBlend(server, { start: 'none' }, { headers });
    await body(await act(server, blend, { type: 'run' }, { wait: true, headers }));
    await eventually(async () =>
      expect((await keys.spent()).get(stored.id)).toMatchObject({ total: expect.any(Number) }),
    );
    const calls = a.calls.length;
    const refused = await act(
      server,
      blend,
      { type: 'add', member: { model: 'fake/a', samples: 8, maxOutputTokens: 1000 } },
      { headers },
    );
    expect([refused.status, await refused.json()]).toMatchObject([429, { error: { type: 'insufficient_quota' } }]);
    expect(a.calls).toHaveLength(calls);
  });
});
