import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { createBlender } from '../../src/index.ts';
import { type ReceivedRequest, ReplayServer } from './replay-server.ts';
import type { Reply } from './reply.ts';
import { KEY, wireOptions } from './wire-blender.ts';

const SECRETS = [KEY, 'header-secret-51c2', 'query-secret-77aa'];

/** Answers with everything it was asked, as the error pages of proxies do. */
function echo(status: number, contentType: string) {
  return ({ path, headers }: ReceivedRequest): Reply => {
    const message = `Cannot serve ${path} with ${JSON.stringify(headers)}`;
    const error = JSON.stringify({ type: 'error', error: { message, type: 'no', code: 'no' } });
    const body = /json/.test(contentType) ? error : /stream/.test(contentType) ? `data: ${error}\n\n` : message;
    return { status, statusText: 'No', headers: { 'content-type': contentType }, chunks: [Buffer.from(body)] };
  };
}

test.each([
  [400, 'application/json'],
  [401, 'application/json'],
  [404, 'text/html'],
  [429, 'text/plain'],
  [500, 'application/json'],
  [200, 'application/json'],
  [200, 'text/html'],
  [200, 'text/event-stream'],
])('a key that the server sends back, in a reply with %i and %s, is in no error', async (status, contentType) => {
  await using server = await ReplayServer.start(echo(status, contentType));
  const { providers, ...options } = wireOptions(server);
  const mine = {
    baseURL: `${server.url}/v1?key=query-secret-77aa`,
    apiKeyEnv: 'MINE',
    headers: { 'X-Gate-Token': 'header-secret-51c2' },
  };
  await using blender = createBlender({ ...options, providers: { ...providers, mine } });
  for (const model of ['mine/model', 'google/gemini-2.5-flash', 'anthropic/claude-haiku-4-5', 'openai/gpt-4.1-mini']) {
    const generated = await blender
      .generateCandidates({ prompt: 'Why?', models: [model], maxRetries: 0 })
      .catch((error: unknown) => error);
    const fused = await blender
      .fuse({ prompt: 'Why?', candidates: ['One.', 'Two.'], fuser: model, maxRetries: 0 })
      .catch((error: unknown) => error);
    // Everything that a log of the errors would show, causes and fields.
    for (const error of [generated, fused]) {
      expect(error).toBeInstanceOf(Error);
      const shown = inspect(error, { depth: Infinity, showHidden: true }) + JSON.stringify(error);
      for (const secret of SECRETS) expect(shown).not.toContain(secret);
    }
  }
  // The secrets were sent, so there was something to hide.
  const { path, headers } = server.requests[0] ?? {};
  expect(path).toContain('?key=query-secret-77aa');
  expect(headers).toMatchObject({ authorization: `Bearer ${KEY}`, 'x-gate-token': 'header-secret-51c2' });
});
