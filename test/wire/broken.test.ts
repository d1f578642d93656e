import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { askOnce } from './ask-once.ts';
import { ReplayServer } from './replay-server.ts';
import { fixture, upTo } from './reply.ts';
import { APIS, wireBlender } from './wire-blender.ts';

describe.each(APIS)('$folder', ({ folder, model }) => {
  const plain = fixture(`${folder}/plain`);

  test.runIf(folder !== 'openai-chat')('an answer without text is empty', async () => {
    const { failure } = await askOnce(model, fixture(`${folder}/empty`));
    expect(failure).toMatchObject({ kind: 'empty', message: 'the answer was empty (stop)' });
  });

  test.each([0, 0.3, 0.6, 0.9])('a connection cut after %f of the answer', async (share) => {
    const { failure } = await askOnce(model, upTo(plain, share, 'cut'));
    expect(failure).toMatchObject({ kind: 'interrupted', message: expect.stringMatching(/^The answer broke off/) });
  });

  test.each([0, 0.3, 0.6])('an answer that ends properly after %f of itself', async (share) => {
    const { failure } = await askOnce(model, upTo(plain, share, 'end'));
    expect(['interrupted', 'invalid-response']).toContain(failure?.kind);
  });

  test.each(['status', 'first byte', 'middle'])(
    'silence before the %s ends with the time for the answer',
    async (at) => {
      const reply =
        at === 'status' ? { ...plain, ending: 'silence' as const } : upTo(plain, at === 'middle' ? 0.6 : 0, 'hang');
      await using server = await ReplayServer.start(reply);
      await using blender = wireBlender(server);
      await expect(
        blender.generateCandidates({ prompt: 'Why?', models: [model], timeoutMs: 150 }),
      ).rejects.toMatchObject({
        failures: [
          { kind: 'timeout', message: `Timed out after 150 ms: the answer of ${model}. Raise timeoutMs (--timeout).` },
        ],
      });
      // The call does not go on behind our back.
      await expect.poll(() => server.abandoned).toBe(1);
      expect(server.requests).toHaveLength(1);
    },
  );

  test('an abort by the caller reaches the server and is no failure', async () => {
    await using server = await ReplayServer.start(upTo(plain, 0.6, 'hang'));
    await using blender = wireBlender(server);
    const controller = new AbortController();
    const reason = new Error('enough');
    const pending = blender.generateCandidates({ prompt: 'Why?', models: [model], abortSignal: controller.signal });
    await expect.poll(() => server.requests.length).toBe(1);
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
    await expect.poll(() => server.abandoned).toBe(1);
  });

  test('a reset in place of a reply', async () => {
    const { failure, requests } = await askOnce(model, { ...plain, ending: 'refuse' });
    expect(failure).toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(/^The provider cannot be reached: .*Nothing answers at http:/),
    });
    expect(requests).toHaveLength(1);
  });

  test.each(['any/page', 'any/other-json', 'any/broken-json'])(
    '%s is no answer, and the address is doubted',
    async (reply) => {
      const { failure, requests } = await askOnce(model, fixture(reply), { maxRetries: 2 });
      expect(failure).toMatchObject({
        kind: 'invalid-response',
        message: expect.stringMatching(
          /^The reply is no valid answer \(200\): it is \S.*, not a stream\. Check that http:/,
        ),
      });
      expect(requests).toHaveLength(1);
    },
  );

  test('an event that is no JSON', async () => {
    const { failure } = await askOnce(model, fixture('any/broken-event'));
    // The package of Anthropic hides what it could not read.
    expect(failure?.kind).toBe(folder === 'anthropic' ? 'error' : 'invalid-response');
  });
});

test('a model that thinks until its tokens are used up', async () => {
  const { failure } = await askOnce('google/gemini-2.5-flash', fixture('gemini/thought-only'), { maxOutputTokens: 50 });
  expect(failure).toMatchObject({
    kind: 'empty',
    message: 'the answer was empty (length): raise maxOutputTokens (--max-tokens), which thinking uses up as well',
  });
});

test('nobody listens at the address', async () => {
  const gone = createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const url = `http://127.0.0.1:${(gone.address() as AddressInfo).port}`;
  gone.close();
  await using blender = wireBlender({ url });
  const pending = blender.generateCandidates({ prompt: 'Why?', models: ['ollama/gemma3:4b'], maxRetries: 0 });
  await expect(pending).rejects.toMatchObject({
    failures: [
      {
        kind: 'unreachable',
        message: expect.stringMatching(
          /ECONNREFUSED.*\. Nothing answers at http:\S+\/v1\. Start it with: ollama serve\. OLLAMA_HOST names another address\.$/,
        ),
      },
    ],
  });
});

test('an OpenAI-compatible address that serves something else', async () => {
  // As Ollama answers where the version is missing in the address.
  const { failure, requests } = await askOnce('mine/gemma3:4b', fixture('ollama/not-the-api'));
  expect(failure).toMatchObject({ kind: 'not-found' });
  expect(failure?.message).toMatch(
    /^The model was not found \(404\): 404 page not found\. Check that http:\S+\/v1 is the address of the API openai-compatible \(providers\.mine: baseURL, api\)\.$/,
  );
  expect(requests.map(({ method, path }) => [method, path])).toEqual([
    ['POST', '/v1/chat/completions'],
    ['GET', '/v1/models'],
  ]);
});
