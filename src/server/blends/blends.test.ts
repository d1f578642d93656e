import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { eventually } from '../../../test/eventually.ts';
import { type ModelProgress, replayBlend } from '../../index.ts';
import { FakeLanguageModel, HANG } from '../../test/index.ts';
import {
  act,
  type BlendBody,
  body,
  eventsOf,
  openParts,
  type PartEvent,
  partsOf,
  reduceAll,
  retrieve,
  startBlend,
} from '../__fixtures__/blend-client.ts';
import { fakeBlend, post, saying, startFake } from '../__fixtures__/fake-server.ts';

const isEnd = ({ type }: { type: string }) => type === 'blend-end';
import {
  blendAction,
  blendChoices,
  blendList,
  blendSummary,
  blendWithState,
  teamConfiguration,
  workEstimate,
} from './blend-responses.ts';

describe('a start', () => {
  test('runs the whole blend, and each part is an event with its number', async () => {
    const [a, b, writer] = [saying('a', 'short'), saying('b', 'rather longer'), saying('writer', 'the fused answer')];
    const server = await startFake({ models: [a, b], fuser: writer });
    const blend = await startBlend(server);
    expect(blend).toMatchObject({ object: 'blend', status: 'running', question: 'Why?', models: ['fake/a', 'fake/b'] });
    expect(blend.state.turns).toMatchObject([{ question: 'Why?', calls: [{ id: '1' }, { id: '2' }] }]);
    const response = await openParts(server, blend);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const ids: (string | undefined)[] = [];
    for await (const { id, part } of eventsOf(response)) {
      ids.push(id);
      expect(part.seq).toBe(ids.length);
      if (isEnd(part)) break;
    }
    expect(ids).toEqual(ids.map((_, index) => String(index + 1)));
    expect([a.calls.length, b.calls.length, writer.calls.length]).toEqual([1, 1, 1]);
    await eventually(async () => expect((await retrieve(server, blend)).status).toBe('idle'));
    expect(server.running).toBe(0);
    const { state } = await retrieve(server, blend);
    expect(state.turns[0]?.result).toMatchObject({ text: 'the fused answer', decision: 'fused' });
  });

  test('asks alone, or does nothing yet', async () => {
    const [a, writer] = [saying('a', 'short'), saying('writer', 'fused')];
    const server = await startFake({ models: [a], fuser: writer });
    const waiting = await startBlend(server, { start: 'none' });
    expect(waiting).toMatchObject({ status: 'idle', seq: 0, question: null });
    expect(a.calls).toEqual([]);
    const asked = await startBlend(server, { start: 'ask' });
    await eventually(async () => expect((await retrieve(server, asked)).status).toBe('idle'));
    expect([a.calls.length, writer.calls.length]).toEqual([1, 0]);
    await body(await act(server, waiting, { type: 'run' }, { wait: true }));
    expect(a.calls).toHaveLength(2);
  });

  test('can be the stream itself, and closes its session with keepOpen: false', async () => {
    const server = await startFake();
    const response = await post(
      server,
      '/v1/blends',
      { prompt: 'Why?', keepOpen: false },
      { headers: { accept: 'text/event-stream' } },
    );
    expect(response.status).toBe(201);
    const [, id = ''] = /^\/v1\/blends\/(blend_[\w-]{22})$/.exec(response.headers.get('location') ?? '') ?? [];
    const parts = await partsOf(response);
    expect(parts.slice(-2).map(({ type }) => type)).toEqual(['blend-end', 'session-end']);
    await eventually(async () =>
      expect(await retrieve(server, { id })).toMatchObject({ status: 'closed', closedBy: 'client' }),
    );
  });

  test('takes members of its own, with the settings that the server has for them', async () => {
    const [a, b] = [saying('a', 'short'), saying('b', 'longer')];
    const server = await startFake({ models: [{ model: a, temperature: 0.7, topP: 0.5 }, b] });
    await startBlend(server, {
      models: ['fake/b', { model: 'fake/a', samples: 2, temperature: 0.1 }],
      maxOutputTokens: 9,
      system: 'Be brief.',
      stopSequences: ['\n'],
      fusion: false,
    });
    await eventually(() => expect([a.calls.length, b.calls.length]).toEqual([2, 1]));
    expect(a.calls[0]).toMatchObject({ temperature: 0.1, topP: 0.5, maxOutputTokens: 9, stopSequences: ['\n'] });
    expect(b.calls[0]?.prompt[0]).toMatchObject({ role: 'system', content: 'Be brief.' });
  });

  test('takes conversations, and images as data URLs alone', async () => {
    const a = saying('a', 'short');
    const server = await startFake({ models: [a], fusion: false });
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } };
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hello.' },
      { role: 'assistant', content: 'Hello!' },
      { role: 'user', content: [{ type: 'text', text: 'What is this?' }, image] },
    ];
    const blend = await startBlend(server, { messages });
    await eventually(() => expect(a.calls).toHaveLength(1));
    expect(a.calls[0]?.prompt).toMatchObject([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ text: 'Hello.' }] },
      { role: 'assistant', content: [{ text: 'Hello!' }] },
      { role: 'user', content: [{ text: 'What is this?' }, { type: 'file', mediaType: 'image/png' }] },
    ]);
    expect(blend.question).toBe('What is this?[image]');
    const remote = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } };
    const refused = await post(server, '/v1/blends', { messages: [{ role: 'user', content: [remote] }] });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { param: 'messages[0].content[0].image_url.url' } });
    expect(a.calls).toHaveLength(1);
  });

  test('with a schema gives objects', async () => {
    const server = await startFake({ models: [saying('a', '{"colour":"red"}')], fusion: false });
    const schema = { type: 'object', properties: { colour: { type: 'string', enum: ['red', null] } } };
    const blend = await startBlend(server, { schema, start: 'none' });
    const { blend: after } = await body<{ blend: { state: object } }>(
      await act(server, blend, { type: 'run' }, { wait: true }),
    );
    expect(after.state).toMatchObject({ turns: [{ result: { object: { colour: 'red' } } }] });
  });

  test('is estimated without a call', async () => {
    const a = saying('a', 'short');
    const server = await startFake({ models: [a] });
    const estimate = await body<object>(
      await post(server, '/v1/blends/estimate', { prompt: 'Why?', samples: 3, fusion: false }),
    );
    expect(estimate).toMatchObject({ calls: { atLeast: 3 }, unknownPrices: ['fake/a'] });
    expect(a.calls).toEqual([]);
  });
});

describe('a start that is sent twice', () => {
  const headers = { 'idempotency-key': 'press-1' };

  test('is one session with the same Idempotency-Key, also at the same time', async () => {
    const a = saying('a', 'short');
    const server = await startFake({ models: [a], fusion: false });
    const [first, second] = await Promise.all([1, 2].map(() => startBlend(server, { seed: 1 }, { headers })));
    const third = await post(server, '/v1/blends', { seed: 1, prompt: 'Why?' }, { headers });
    expect(third.headers.get('idempotent-replayed')).toBe('true');
    expect([second?.id, (await body(third, 201)).id]).toEqual([first?.id, first?.id]);
    const streamed = await post(
      server,
      '/v1/blends',
      { seed: 1, prompt: 'Why?' },
      { headers: { ...headers, accept: 'text/event-stream' } },
    );
    expect((await partsOf(streamed, isEnd)).length).toBeGreaterThan(2);
    expect(a.calls).toHaveLength(1);
    expect(server.running).toBe(0);
  });

  test('is refused with another body, and is another session with another key or none', async () => {
    const server = await startFake();
    const first = await startBlend(server, { start: 'none' }, { headers });
    const refused = await post(server, '/v1/blends', { prompt: 'Else?', start: 'none' }, { headers });
    expect([refused.status, await refused.json()]).toMatchObject([422, { error: { code: 'idempotency_key_reused' } }]);
    expect((await startBlend(server, { start: 'none' })).id).not.toBe(first.id);
    expect((await post(server, '/v1/blends', { prompt: 'Why?' }, { headers: { 'idempotency-key': ' ' } })).status).toBe(
      400,
    );
    // What has failed is not kept.
    expect((await post(server, '/v1/blends', { prompt: ' ' }, { headers: { 'idempotency-key': 'x' } })).status).toBe(
      400,
    );
    await startBlend(server, { start: 'none' }, { headers: { 'idempotency-key': 'x' } });
  });
});

test('what models write cannot break out of its event', async () => {
  const hostile = 'a\n\ndata: {"type":"session-end"}\r\n\r\nid: 99\u2028\u2029\uD800<script>\u0000{"$":"NaN"}';
  const server = await startFake({ models: [saying('a', hostile)], fusion: false });
  const blend = await startBlend(server, { start: 'none', prompt: hostile });
  const after = await body<{ blend: BlendBody }>(await act(server, blend, { type: 'run' }, { wait: true }));
  expect(after.blend.state.turns[0]?.result?.text).toBe(hostile);
  expect(after.blend.state.turns[0]?.question).toBe(hostile);
  const parts = await partsOf(await openParts(server, blend), isEnd);
  expect(parts.map(({ seq }) => seq)).toEqual(parts.map((_, index) => index + 1));
  expect(parts.at(-1)).toMatchObject({ result: { text: hostile } });
});

test('a schema that is nested without end is refused', async () => {
  const a = saying('a', '{}');
  const server = await startFake({ models: [a], fusion: false });
  const depth = 5000;
  const schema = `${'{"properties":{"a":'.repeat(depth)}{}${'}}'.repeat(depth)}`;
  const response = await fetch(`${server.url}/v1/blends`, {
    method: 'POST',
    body: `{"prompt":"a","schema":${schema}}`,
  });
  expect(response.status).toBe(400);
  expect(a.calls).toEqual([]);
});

test('two actions at the same time are both taken', async () => {
  const [a, b] = [saying('a', 'short'), saying('b', 'longer')];
  const server = await startFake({ models: [a, b], fusion: false });
  const blend = await startBlend(server, { start: 'ask' });
  const added = await Promise.all(
    ['fake/a', 'fake/b', 'fake/a'].map((member) =>
      act(server, blend, { type: 'add', member }).then((one) => body<{ member: string }>(one)),
    ),
  );
  expect(added.map(({ member }) => member).toSorted()).toEqual(['m3', 'm4', 'm5']);
  await body(await act(server, blend, { type: 'run' }, { wait: true }));
  expect([a.calls.length, b.calls.length]).toEqual([3, 2]);
});

describe('readers', () => {
  test('join late, and again where they broke off, and get every part once', async () => {
    const slow = new FakeLanguageModel({
      modelId: 'a',
      answer: { words: 'one two three four'.split(/(?<= )/), pauseMs: 10 },
    });
    const server = await startFake({ models: [slow, saying('b', 'x')] });
    const blend = await startBlend(server);
    const client = new AbortController();
    const first = await partsOf(
      await openParts(server, blend, { signal: client.signal }),
      ({ type }) => type === 'candidate-delta',
    );
    client.abort();
    const rest = await partsOf(
      await openParts(server, blend, { headers: { 'last-event-id': String(first.length) } }),
      isEnd,
    );
    const late = await partsOf(await openParts(server, blend), isEnd);
    expect([...first, ...rest]).toEqual(late);
    // The header says where a browser broke off; the address is still that of its first request.
    const both = await openParts(server, blend, { after: 1, headers: { 'last-event-id': String(late.length - 1) } });
    expect(await partsOf(both, isEnd)).toEqual(late.slice(-1));
    expect(slow.calls).toHaveLength(1);
  });

  test('join at the present state', async () => {
    const server = await startFake({
      models: [saying('a', { words: ['one ', 'two'], pauseMs: 20 }), saying('b', HANG)],
    });
    const blend = await startBlend(server);
    await partsOf(await openParts(server, blend), ({ type }) => type === 'candidate-delta');
    const { state, seq } = await retrieve(server, blend);
    expect(state.seq).toBe(seq);
    const reading = openParts(server, blend, { after: seq }).then((response) => partsOf(response));
    await body(await act(server, blend, { type: 'stop' }));
    await body(await post(server, `/v1/blends/${blend.id}/close`, {}));
    expect(reduceAll(await reading, state)).toEqual((await retrieve(server, blend)).state);
  });

  test('do not hold up each other, and have their own places', async () => {
    const server = await startFake({ models: [saying('a', 'word '.repeat(3000))], fusion: false });
    const blend = await startBlend(server, { start: 'none' });
    const paused = request(`${server.url}/v1/blends/${blend.id}/parts`);
    paused.on('error', () => {});
    paused.on('response', (response) => response.pause());
    paused.end();
    const reading = Promise.all([1, 2].map(async () => partsOf(await openParts(server, blend), isEnd)));
    expect((await act(server, blend, { type: 'run' })).status).toBeLessThan(203);
    const [one, two] = await reading;
    expect(one).toEqual(two);
    expect(one?.length).toBeGreaterThan(3000);
    paused.destroy();
  });

  test('are not too many, and a place is free again when one leaves', async () => {
    const server = await startFake({ models: [saying('a', HANG)] });
    const blend = await startBlend(server);
    const clients = Array.from({ length: 16 }, () => new AbortController());
    for (const { signal } of clients) expect((await openParts(server, blend, { signal })).status).toBe(200);
    const refused = await openParts(server, blend);
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ error: { code: 'too_many_readers' } });
    clients[0]?.abort();
    await eventually(async () => {
      const response = await openParts(server, blend);
      expect(response.status).toBe(200);
      await response.body?.cancel();
    });
    for (const client of clients) client.abort();
  });

  test('are kept waiting with comments alone', async () => {
    const server = await startFake({ models: [saying('a', HANG)] }, { keepAliveMs: 20 });
    const response = await openParts(server, await startBlend(server));
    let text = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      if (text.split(': keep-alive\n').length > 3) break;
    }
    expect(text.replaceAll(/^: keep-alive\n/gm, '')).toMatch(/^(?:id: \d+\ndata: .+\n\n)+$/);
  });

  test('see models being loaded, without places of this machine', async () => {
    let load = (_progress: ModelProgress): void => {};
    const server = await startFake(
      { models: [saying('a', HANG)] },
      {
        onModels: (listener) => {
          load = listener;
        },
      },
    );
    load({ type: 'weights-download', reference: 'local/x', source: 'pypi', receivedBytes: 1, totalBytes: 9 });
    const blend = await startBlend(server);
    const events = eventsOf(await openParts(server, blend));
    const named = async (): Promise<PartEvent> => {
      const { value } = await events.next();
      if (value === undefined) throw new Error('the stream has ended');
      return value.name === 'model' ? value : named();
    };
    expect(await named()).toMatchObject({ id: undefined, part: { type: 'weights-download', receivedBytes: 1 } });
    load({ type: 'weights-ready', reference: 'local/x', path: '/secret/place' });
    expect((await named()).part).toEqual({ type: 'weights-ready', reference: 'local/x' });
    await events.return(undefined);
  });
});

describe('a session that has ended', () => {
  test('is replayed whole and from any part, and has the same state', async () => {
    const server = await startFake();
    const blend = await startBlend(server, { start: 'none' });
    await body(await act(server, blend, { type: 'run' }, { wait: true }));
    await body(await act(server, blend, { type: 'compare', left: '1', right: 'fused' }, { wait: true }));
    const open = await retrieve(server, blend);
    const live = openParts(server, blend).then((response) => partsOf(response));
    expect(await body(await post(server, `/v1/blends/${blend.id}/close`, {}))).toMatchObject({ status: 'closed' });
    const parts = await live;
    expect(parts.at(-1)?.type).toBe('session-end');
    expect(await partsOf(await openParts(server, blend))).toEqual(parts);
    expect(await partsOf(await openParts(server, blend, { after: 5 }))).toEqual(parts.slice(5));
    const closed = await retrieve(server, blend);
    expect(closed.state).toEqual(reduceAll(parts));
    expect(closed.state).toEqual({ ...open.state, isClosed: true, seq: open.seq + 1 });
    const nothing = await openParts(server, blend, { after: parts.length });
    expect([nothing.status, await nothing.text()]).toEqual([204, '']);
    const refused = await act(server, blend, { type: 'run' });
    expect([refused.status, await refused.json()]).toMatchObject([409, { error: { code: 'blend_closed' } }]);
    // Closing it again changes nothing.
    expect(await body(await post(server, `/v1/blends/${blend.id}/close`, {}))).toMatchObject({ seq: parts.length });
  });

  test('has a recording that is played without models, and holds no keys', async () => {
    const key = 'sk-abcdefghijklmnopqrst';
    const server = await startFake({
      models: [saying('a', `It is ${key}.`), saying('b', 'line\u2028separator')],
      fusion: false,
    });
    const blend = await startBlend(server, { start: 'none', prompt: 'A private question?' });
    await body(await act(server, blend, { type: 'run' }, { wait: true }));
    const recording = (query = '') => fetch(`${server.url}/v1/blends/${blend.id}/recording${query}`);
    const play = async (text: string) => {
      const parts = [];
      for await (const part of replayBlend(text)) parts.push(part);
      return parts;
    };
    const before = await (await recording('?stripKeys=false')).text();
    expect(await play(before)).toEqual(await partsOf(await openParts(server, blend), isEnd));
    await post(server, `/v1/blends/${blend.id}/close`, {});
    const response = await recording();
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${blend.id}.jsonl"`);
    const text = await response.text();
    expect(text).not.toContain(key);
    expect(text).toContain('[redacted]');
    expect(await play(text)).toHaveLength((await play(before)).length + 1);
    expect(await (await recording('?stripKeys=false')).text()).toContain(key);
    expect(await (await recording('?stripPrompts=true')).text()).not.toContain('A private question?');
    expect((await recording('?stripKeys=no')).status).toBe(400);
  });

  test('that was forgotten is not there', async () => {
    const a = saying('a', HANG);
    const server = await startFake({ models: [a] });
    const blend = await startBlend(server);
    await eventually(() => expect(a.running).toBe(1));
    const reading = openParts(server, blend).then((response) => partsOf(response));
    const removed = await fetch(`${server.url}/v1/blends/${blend.id}`, { method: 'DELETE' });
    expect([removed.status, a.running, server.running]).toEqual([204, 0, 0]);
    expect((await reading).at(-1)?.type).toBe('session-end');
    expect((await openParts(server, blend)).status).toBe(404);
    expect((await fetch(`${server.url}/v1/blends/${blend.id}`, { method: 'DELETE' })).status).toBe(404);
  });
});

test('a list has open and finished sessions, newest first', async () => {
  const server = await startFake();
  const first = await startBlend(server, { prompt: 'First?', start: 'none' });
  await body(await act(server, first, { type: 'run' }, { wait: true }));
  await post(server, `/v1/blends/${first.id}/close`, {});
  const second = await startBlend(server, { prompt: 'Q'.repeat(500), start: 'ask' });
  const list = await body<{ object: string; data: readonly Record<string, unknown>[] }>(
    await fetch(`${server.url}/v1/blends`),
  );
  expect(list.object).toBe('list');
  expect(list.data.map(({ id }) => id)).toEqual([second.id, first.id]);
  expect(list.data[0]).toMatchObject({ closedAt: null, expiresAt: null });
  expect(String(list.data[0]?.['question'])).toHaveLength(200);
  expect(list.data[1]).toMatchObject({ status: 'closed', turns: 1, usage: { calls: 7 } });
  expect(list.data[1]).not.toHaveProperty('state');
  expect(Date.parse(String(list.data[1]?.['expiresAt'])) - Date.parse(String(list.data[1]?.['closedAt']))).toBe(
    3_600_000,
  );
});

test('a run that fails says so in its parts, and the session goes on', async () => {
  const server = await startFake({ models: [saying('a', new Error('broken'))] });
  const blend = await startBlend(server);
  const parts = await partsOf(await openParts(server, blend), ({ type }) => type === 'blend-error');
  expect(parts.at(-1)).toMatchObject({ message: expect.stringContaining('fake/a: broken') });
  const waiting = await act(server, blend, { type: 'run' }, { wait: true });
  expect([waiting.status, waiting.headers.get('x-should-retry')]).toEqual([502, 'false']);
  expect(await waiting.json()).toMatchObject({ error: { code: 'no_candidates' } });
  expect((await retrieve(server, blend)).status).toBe('idle');
});

test('a blend whose price is not known is no session', async () => {
  const server = await startFake({ models: [saying('a', 'x')] });
  const refused = await post(server, '/v1/blends', { prompt: 'Why?', maxCost: 1 });
  expect([refused.status, await refused.json()]).toMatchObject([400, { error: { param: 'maxCost' } }]);
  expect(await body<object>(await fetch(`${server.url}/v1/blends`))).toMatchObject({ data: [] });
  expect(server.running).toBe(0);
});

test('blends with names are served besides', async () => {
  const other = fakeBlend({ models: [saying('c', 'other')], fusion: false });
  const server = await startFake({}, { config: { blends: { other } } });
  const blend = await startBlend(server, { blend: 'other', start: 'none' });
  const after = await body<{ blend: { state: object } }>(await act(server, blend, { type: 'run' }, { wait: true }));
  expect(after.blend.state).toMatchObject({ turns: [{ result: { text: 'other' } }] });
});

test('what is answered is of the form that the document has', async () => {
  const server = await startFake();
  const blend = await startBlend(server, { start: 'none' });
  const at = `${server.url}/v1/blends`;
  const acted = await act(server, blend, { type: 'run' }, { wait: true });
  const answers: readonly (readonly [z.ZodType, Response])[] = [
    [blendAction, acted],
    [blendAction, await act(server, blend, { type: 'fuse' })],
    [blendWithState, await fetch(`${at}/${blend.id}`)],
    [blendList, await fetch(at)],
    [blendChoices, await fetch(`${at}/choices`)],
    [workEstimate, await post(server, '/v1/blends/estimate', { prompt: 'Why?' })],
    [workEstimate, await post(server, `/v1/blends/${blend.id}/estimate`, { type: 'run' })],
    [teamConfiguration, await fetch(`${at}/${blend.id}/configuration`, { headers: { accept: 'application/json' } })],
    [blendSummary, await post(server, `/v1/blends/${blend.id}/close`, {})],
  ];
  for (const [schema, response] of answers) {
    expect([response.url, schema.safeParse(await response.json()).error]).toEqual([response.url, undefined]);
  }
});
