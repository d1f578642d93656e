import { request } from 'node:http';
import { expect, test } from 'vitest';
import { eventually } from '../../test/eventually.ts';
import { FakeLanguageModel, FakePairRanker, HANG } from '../test/index.ts';
import { chat, question, saying, startFake } from './__fixtures__/fake-server.ts';

/** Where a blend is when its client leaves: what hangs then, and how that shows. */
const PHASES = {
  generate: () => {
    const [a, b] = [saying('a', HANG), saying('b', HANG)];
    return {
      blend: { models: [a, b] },
      isThere: () => a.running + b.running === 2,
      running: () => a.running + b.running,
    };
  },
  rank: () => {
    let running = 0;
    const ranker = new FakePairRanker({
      judge: async (_, signal) => {
        running += 1;
        await new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }));
        running -= 1;
        throw signal?.reason;
      },
    });
    return { blend: { ranker }, isThere: () => running === 1, running: () => running };
  },
  fuse: () => {
    const fuser = saying('writer', HANG);
    return { blend: { fuser }, isThere: () => fuser.running === 1, running: () => fuser.running };
  },
  'fuse, streamed as it is written': () => {
    const fuser = saying('writer', { words: ['a '.repeat(10), 'b'], pauseMs: 5 });
    const hanging = new FakeLanguageModel({ modelId: 'hanging', answer: HANG });
    return {
      blend: { fuser: hanging, stream: 'fused' as const },
      isThere: () => hanging.running === 1,
      running: () => hanging.running + fuser.running,
    };
  },
};

test.each(
  Object.keys(PHASES).flatMap((phase) =>
    [true, false].map((stream) => ({ phase: phase as keyof typeof PHASES, stream })),
  ),
)('a client that leaves stops all work: $phase, streamed: $stream', async ({ phase, stream }) => {
  const { blend, isThere, running } = PHASES[phase]();
  const server = await startFake(blend);
  const client = new AbortController();
  const response = chat(server, { stream }, { signal: client.signal });
  const read = response.then((one) => one.text());
  read.catch(() => {});
  await eventually(() => expect(isThere()).toBe(true));
  expect(server.running).toBe(1);
  client.abort();
  await expect(read).rejects.toThrow(/abort/i);
  await eventually(() => expect([running(), server.running]).toEqual([0, 0]));
});

test('nothing further is asked after a client has left', async () => {
  const [a, b, writer] = [saying('a', { words: ['x'], pauseMs: 40 }), saying('b', HANG), saying('writer', 'fused')];
  const server = await startFake({ models: [a, b], fuser: writer });
  const client = new AbortController();
  const response = chat(server, {}, { signal: client.signal });
  response.catch(() => {});
  await eventually(() => expect(b.running).toBe(1));
  client.abort();
  await eventually(() => expect(server.running).toBe(0));
  expect([a.calls.length, b.calls.length, writer.calls.length]).toEqual([1, 1, 0]);
  expect([a.running, b.running]).toEqual([0, 0]);
});

test('a client that leaves before the first token of a member stops it', async () => {
  const a = saying('a', HANG);
  const server = await startFake({ models: [a] });
  for (const stream of [true, false]) {
    const client = new AbortController();
    const response = chat(server, { model: 'fake/a', stream }, { signal: client.signal }).then((one) => one.text());
    response.catch(() => {});
    await eventually(() => expect(a.running).toBe(1));
    client.abort();
    await eventually(() => expect([a.running, server.running]).toEqual([0, 0]));
  }
});

test('a client that leaves in the middle of its own request is no error', async () => {
  const errors: string[] = [];
  const server = await startFake({}, { onError: (message) => errors.push(message) });
  const sending = request(`${server.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-length': '1000' },
  });
  sending.on('error', () => {});
  sending.write('{"model":');
  await eventually(() => expect(server.running).toBe(1));
  sending.destroy();
  await eventually(() => expect(server.running).toBe(0));
  expect(errors).toEqual([]);
});

test('one choice that fails stops the others', async () => {
  const model = new FakeLanguageModel({ modelId: 'a', answer: (_, index) => (index === 0 ? new Error('no') : HANG) });
  const server = await startFake({ models: [model], fusion: false });
  for (const stream of [true, false]) {
    await (await chat(server, { n: 3, stream })).text();
    await eventually(() => expect([model.running, server.running]).toEqual([0, 0]));
    model.calls.length = 0;
  }
});

test('a server that ends answers what runs, and takes nothing more', async () => {
  let finish = (): void => {};
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const slow = new FakePairRanker({
    judge: async ({ left, right }) => {
      await done;
      return left.length - right.length;
    },
  });
  const server = await startFake({ ranker: slow });
  const answer = chat(server, {});
  await eventually(() => expect(server.running).toBe(1));
  const closed = server.close();
  await expect(fetch(`${server.url}/health`)).rejects.toThrow('fetch failed');
  finish();
  expect(await (await answer).json()).toMatchObject({
    choices: [{ message: { content: 'the fused answer of both' } }],
  });
  await closed;
});

test('a server that ends at once stops what runs, and says so', async () => {
  const a = saying('a', HANG);
  const server = await startFake({ models: [a] });
  const stream = chat(server, { stream: true }).then((response) => response.text());
  const whole = chat(server, { messages: [{ role: 'user', content: 'Else?' }] });
  await eventually(() => expect(a.running).toBe(2));
  await server.close({ abortSignal: AbortSignal.abort() });
  expect(await stream).toContain('"code":"disposed"');
  expect((await whole).status).toBe(503);
  expect(a.running).toBe(0);
});

test('what is too much at once is refused early', async () => {
  const a = saying('a', HANG);
  const server = await startFake({ models: [a] }, { limits: { concurrency: 2 } });
  const clients = [1, 2].map((index) => {
    const client = new AbortController();
    const body = { messages: [{ role: 'user', content: `Why ${index}?` }] };
    chat(server, body, { signal: client.signal }).catch(() => {});
    return client;
  });
  await eventually(() => expect(a.running).toBe(2));
  const refused = await chat(server);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
  expect(await refused.json()).toMatchObject({ error: { type: 'rate_limit_error', code: 'overloaded' } });
  expect(a.calls).toHaveLength(2);
  for (const client of clients) client.abort();
  await eventually(() => expect(server.running).toBe(0));
  expect((await fetch(`${server.url}/ready`)).status).toBe(200);
});

test('a reader that reads nothing holds no answer back, and its leaving frees its place', async () => {
  const server = await startFake({ stream: 'fused', fuser: saying('writer', 'word '.repeat(50_000)) });
  const client = request(`${server.url}/v1/chat/completions`, { method: 'POST' });
  client.on('error', () => {});
  client.on('response', (response) => response.pause());
  client.end(JSON.stringify(question({ stream: true })));
  await eventually(() => expect(server.running).toBe(1));
  expect(await (await chat(server, { model: 'fake/a' })).json()).toHaveProperty('choices');
  client.destroy();
  await eventually(() => expect(server.running).toBe(0));
});

test('a stream that nobody reads any more is ended, and frees its place', async () => {
  const server = await startFake(
    { stream: 'fused', fuser: saying('writer', 'word '.repeat(400_000)) },
    { stalledMs: 300, keepAliveMs: 50 },
  );
  const client = request(`${server.url}/v1/chat/completions`, { method: 'POST' });
  const closed = new Promise((resolve) => client.once('close', resolve));
  client.on('error', () => {});
  client.on('response', (response) => response.on('error', () => {}).pause());
  client.end(JSON.stringify(question({ stream: true })));
  await eventually(() => expect(server.running).toBe(1));
  await eventually(() => expect(server.running).toBe(0));
  client.destroy();
  await closed;
});

test('a stream that is silent for longer goes on as long as its client reads', async () => {
  const slow = saying('a', { words: ['late'], pauseMs: 600 });
  const server = await startFake({ models: [slow], fusion: false }, { stalledMs: 200, keepAliveMs: 20 });
  expect(await (await chat(server, { stream: true })).text()).toContain('late');
});
