import { expect, test } from 'vitest';
import { eventually } from '../../test/eventually.ts';
import { FakeLanguageModel, HANG } from '../test/index.ts';
import { chat, chunksOf, post, question, saying, startFake } from './__fixtures__/fake-server.ts';
import { IdempotentAnswers } from './answer/idempotent-answers.ts';
import type { AnswerPieces } from './answer/shared-answer.ts';

const withKey = (key: string, init: RequestInit = {}): RequestInit => ({
  ...init,
  headers: { 'idempotency-key': key },
});

function slowBlend() {
  const a = saying('a', { words: ['a ', 'draft'], pauseMs: 40 });
  const b = saying('b', 'x');
  const writer = saying('writer', { words: ['the fused ', 'answer of it'], pauseMs: 20 });
  return { models: [a, b], fuser: writer, calls: () => [a.calls.length, writer.calls.length] };
}

test.each([false, true])(
  'the same request joins the one under way, and gets it again. Streamed: %s',
  async (stream) => {
    const { calls, ...blend } = slowBlend();
    const server = await startFake(blend);
    const ask = async () => {
      const response = await chat(server, { stream }, withKey('one'));
      return { replayed: response.headers.get('idempotent-replayed'), text: await response.text() };
    };
    const first = ask();
    await eventually(() => expect(calls()).toEqual([1, 0]));
    const [one, two] = await Promise.all([first, ask()]);
    const three = await ask();
    expect([one.text, one.replayed]).toEqual([two.text, null]);
    expect([two.replayed, three.replayed]).toEqual(['true', 'true']);
    expect(three.text).toBe(one.text);
    expect(one.text).toContain('answer of it');
    expect(calls()).toEqual([1, 1]);
    expect(server.running).toBe(0);
  },
);

test('another order of fields is the same request; another body, path or stream is not', async () => {
  const { calls, ...blend } = slowBlend();
  const server = await startFake(blend);
  const body = { messages: [{ content: 'Why?', role: 'user' }], model: 'mine' };
  expect((await chat(server, {}, withKey('k'))).status).toBe(200);
  expect((await post(server, '/v1/chat/completions', body, withKey('k'))).status).toBe(200);
  for (const [path, other] of [
    ['/v1/chat/completions', question({ stream: true })],
    ['/v1/chat/completions', question({ seed: 1 })],
    ['/v1/chat/completions', { ...question(), messages: [{ role: 'user', content: 'Else?' }] }],
    ['/v1/responses', { model: 'mine', input: 'Why?' }],
  ] as const) {
    const response = await post(server, path, other, withKey('k'));
    expect([response.status, await response.json()]).toMatchObject([
      422,
      { error: { code: 'idempotency_key_reused' } },
    ]);
  }
  expect(calls()).toEqual([1, 1]);
  expect((await chat(server, { seed: 1 }, withKey('l'))).status).toBe(200);
  expect(calls()).toEqual([2, 2]);
});

test('responses are joined as well', async () => {
  const { calls, ...blend } = slowBlend();
  const server = await startFake(blend);
  const ask = async () =>
    (await post(server, '/v1/responses', { model: 'mine', input: 'Why?', stream: true }, withKey('r'))).text();
  const texts = await Promise.all([ask(), ask()]);
  expect(texts[0]).toBe(texts[1]);
  expect(texts[0]).toContain('response.completed');
  expect(calls()).toEqual([1, 1]);
});

test.each([false, true])('who leaves does not stop it for another; the last one does. Streamed: %s', async (stream) => {
  const a = saying('a', HANG);
  const server = await startFake({ models: [a] });
  const clients = [1, 2, 3].map(() => {
    const client = new AbortController();
    const read = chat(server, { stream }, withKey('x', { signal: client.signal })).then((response) => response.text());
    read.catch(() => {});
    return client;
  });
  await eventually(() => expect([a.running, server.running]).toEqual([1, 3]));
  clients[0]?.abort();
  await eventually(() => expect(server.running).toBe(2));
  expect(a.running).toBe(1);
  clients[1]?.abort();
  await eventually(() => expect(server.running).toBe(1));
  expect(a.running).toBe(1);
  clients[2]?.abort();
  await eventually(() => expect([a.running, server.running]).toEqual([0, 0]));
  // What was given up is begun anew.
  chat(server, { stream }, withKey('x')).catch(() => {});
  await eventually(() => expect(a.calls).toHaveLength(2));
});

test('who joins late, after the first has left, reads it from its beginning', async () => {
  const writer = saying('writer', { words: ['the ', 'fused ', 'answer'], pauseMs: 120 });
  const server = await startFake({ fuser: writer, stream: 'fused' });
  const first = new AbortController();
  chat(server, { stream: true }, withKey('x', { signal: first.signal }))
    .then(
      (response) => response.text(),
      () => {},
    )
    .catch(() => {});
  await eventually(() => expect(writer.running).toBe(1));
  const second = chat(server, { stream: true }, withKey('x'));
  await eventually(() => expect(server.running).toBe(2));
  first.abort();
  const chunks = await chunksOf(await second);
  expect(chunks[0]?.choices[0]?.delta).toMatchObject({ role: 'assistant', reasoning_content: expect.any(String) });
  expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('the fused answer');
  expect(writer.calls).toHaveLength(1);
});

test('what has failed is told to all who wait, and asked anew', async () => {
  let asked = 0;
  const a = new FakeLanguageModel({
    modelId: 'a',
    answer: () => ({ words: [(asked += 1) === 1 ? '' : 'fine'], pauseMs: 60 }),
  });
  const server = await startFake({ models: [a] });
  const first = chat(server, {}, withKey('f'));
  await eventually(() => expect(a.running).toBe(1));
  const [one, two] = await Promise.all([first, chat(server, {}, withKey('f'))]);
  expect([one.status, two.status]).toEqual([502, 502]);
  expect((await chat(server, {}, withKey('f'))).status).toBe(200);
  expect(asked).toBe(2);
});

test.each(['', ' ', 'é', 'x'.repeat(256)])('the key %j is no key', async (key) => {
  const a = saying('a', 'x');
  const response = await chat(
    await startFake({ models: [a] }),
    {},
    { headers: { 'idempotency-key': Buffer.from(key).toString('latin1') } },
  );
  expect([response.status, await response.json()]).toMatchObject([400, { error: { code: 'invalid_idempotency_key' } }]);
  expect(a.calls).toEqual([]);
});

test('answers are kept for an hour, of each client its own, and the oldest go where all are too much', async () => {
  let now = 0;
  const answers = new IdempotentAnswers(() => now);
  let made = 0;
  const make = (length: number) =>
    async function* (): AnswerPieces {
      made += 1;
      yield 'x'.repeat(length);
      return true;
    };
  const ask = async (key: string, length = 10, client?: string) => {
    const { reader, isJoined } = answers.join({ key, client, digest: 'same' }, make(length));
    while ((await reader.next()) !== undefined);
    reader.leave();
    return isJoined;
  };
  expect([await ask('a'), await ask('a'), await ask('a', 10, 'other')]).toEqual([false, true, false]);
  now += 3_599_999;
  expect(await ask('a')).toBe(true);
  now += 2;
  expect(await ask('a')).toBe(false);
  for (const key of ['b', 'c', 'd', 'e', 'f']) await ask(key, 15e6);
  expect([await ask('f', 15e6), await ask('a')]).toEqual([true, false]);
  await ask('too long', 17e6);
  expect(await ask('too long', 17e6)).toBe(false);
  expect(made).toBe(11);
});
