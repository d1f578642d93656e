import { expect, onTestFinished, test } from 'vitest';
import { startServer } from '../../src/server/index.ts';
import { createBlender } from '../../src/index.ts';
import { eventually } from '../eventually.ts';
import { ReplayServer } from './replay-server.ts';
import { fixture, type Reply, upTo, withHeaders } from './reply.ts';
import { KEY, wireOptions } from './wire-blender.ts';

/** A server whose only member is a model of a provider that replies like this. */
async function start(reply: () => Reply) {
  const provider = await ReplayServer.start(reply);
  const config = { blends: { mine: { models: ['mine/gpt'], fusion: false, maxRetries: 0 } } };
  const blender = createBlender({ ...wireOptions(provider), ...config });
  const logged: string[] = [];
  const server = await startServer({ blender, config, port: 0, onError: (message) => logged.push(message) });
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    await blender.dispose();
    await provider[Symbol.asyncDispose]();
  });
  const ask = (more: object = {}, init: RequestInit = {}) =>
    fetch(`${server.url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: 'mine/gpt', messages: [{ role: 'user', content: 'Why?' }], ...more }),
      ...init,
    });
  return { provider, server, ask, logged };
}

test('a member of a provider answers, whole and streamed', async () => {
  const { ask } = await start(() => fixture('openai-chat/plain'));
  const whole = (await (await ask()).json()) as { choices: { message: { content: string } }[]; usage: object };
  const text = whole.choices[0]?.message.content ?? '';
  expect(text).toContain('Kaggle');
  expect(whole.usage).toMatchObject({ prompt_tokens: 12 });
  const streamed = await (await ask({ stream: true })).text();
  expect(streamed).toContain('"finish_reason":"stop"');
});

test.each([
  ['openai/401', 502],
  ['openai/400', 400],
  ['openai/429', 429],
  ['openai/500', 503],
])('what the provider says becomes an error of ours: %s', async (name, status) => {
  const { ask, provider } = await start(() => withHeaders(fixture(name), { 'retry-after-ms': '1' }));
  for (const more of [{}, { model: 'mine' }]) {
    const response = await ask(more);
    const text = await response.text();
    expect([more, response.status]).toEqual([more, status]);
    expect(JSON.parse(text)).toMatchObject({ error: { message: expect.any(String) } });
    expect(text).not.toContain(KEY);
  }
  expect(provider.requests.length).toBeGreaterThan(1);
});

test('a client that leaves ends the connection to the provider', async () => {
  const { ask, provider, server } = await start(() => upTo(fixture('openai-chat/plain'), 0.5, 'hang'));
  for (const stream of [true, false]) {
    const client = new AbortController();
    const answer = ask({ stream }, { signal: client.signal }).then((response) => response.text());
    answer.catch(() => {});
    const asked = stream ? 1 : 2;
    await eventually(() => expect(provider.requests).toHaveLength(asked));
    client.abort();
    await eventually(() => expect(server.running).toBe(0));
    await eventually(() => expect(provider.abandoned).toBe(asked));
  }
});
