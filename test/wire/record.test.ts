import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { createBlender } from '../../src/index.ts';
import { runInProcess } from '../e2e/__fixtures__/cli-harness.ts';
import { askOnce, type Outcome } from './ask-once.ts';
import { readRecording, replaying } from './recording.ts';
import { type Answer, ReplayServer } from './replay-server.ts';
import { fixture, inPieces, type Reply, upTo, withHeaders } from './reply.ts';
import { KEY } from './wire-blender.ts';

const QUERY_KEY = 'query-secret-77aa';
const HEADER_KEY = 'header-secret-51c2';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'record-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

/** Runs `doctor --record` against a server that answers so. */
async function record(answer: Reply | Answer, argv: readonly string[] = [], model = 'mine/m') {
  await using server = await ReplayServer.start(answer);
  const path = await folder();
  const config = join(path, 'blender.config.mts');
  const providers = {
    mine: {
      baseURL: `${server.url}/v1?key=${QUERY_KEY}&api-version=2`,
      apiKeyEnv: 'MINE',
      headers: { 'X-Gate-Token': HEADER_KEY, 'X-Team': 'research' },
    },
    openai: { baseURL: `${server.url}/v1` },
    anthropic: { baseURL: `${server.url}/v1` },
    google: { baseURL: `${server.url}/v1beta` },
  };
  // Keys may not stand in the text of a configuration.
  await writeFile(config, `export default JSON.parse(atob('${btoa(JSON.stringify({ providers }))}'));`);
  const file = join(path, 'odd.http');
  const run = await runInProcess(['doctor', '--record', file, '--model', model, '--config', config, ...argv], {
    env: { MINE: KEY, OPENAI_API_KEY: KEY, ANTHROPIC_API_KEY: KEY, GEMINI_API_KEY: KEY },
    createBlender,
  });
  if (run.exitCode !== 0) throw new Error(run.stderr);
  const text = await readFile(file, 'utf8');
  return { ...run, file, text, requests: server.requests };
}

/** What a call comes to, without its times. */
function told({ candidate, failure }: Outcome) {
  return {
    text: candidate?.text,
    finishReason: candidate?.finishReason,
    kind: failure?.kind,
    message: failure?.message,
  };
}

/** The same for a reply as it was, and as the file has it. */
async function compareReplay(reply: Reply) {
  const { file, exitCode } = await record(reply);
  expect(exitCode).toBe(0);
  const recorded = await readRecording(file);
  return {
    recorded,
    live: told(await askOnce('mine/m', reply)),
    replayed: told(await askOnce('mine/m', replaying(recorded))),
  };
}

test.each([1, 7, 64, 100_000])('a stream in pieces of %i bytes is replayed in the same pieces', async (size) => {
  const reply = inPieces(fixture('groq/plain'), size);
  const { recorded, live, replayed } = await compareReplay(reply);
  expect(replayed).toEqual(live);
  expect(live.text).toMatch(/Kaggle/);
  // Pieces that come in one moment are read as one; no border is invented.
  const borders = (chunks: readonly Uint8Array[]) => {
    let at = 0;
    return chunks.map(({ length }) => (at += length));
  };
  const sent = new Set(borders(reply.chunks));
  for (const border of borders(recorded[0]?.reply.chunks ?? [])) expect(sent).toContain(border);
});

test('pieces with time between them keep their borders', async () => {
  const reply: Reply = { ...inPieces(fixture('groq/plain'), 300), pauseMs: 20 };
  const { recorded } = await compareReplay(reply);
  expect(recorded[0]?.reply.chunks.map(({ length }) => length)).toEqual(reply.chunks.map(({ length }) => length));
});

test.each([
  ['ollama/400', fixture('ollama/400')],
  ['ollama/500', fixture('ollama/500')],
  ['a status of its own', fixture('any/529')],
  ['any/429', withHeaders(fixture('any/429'), { 'retry-after-ms': '1' })],
  ['a page', fixture('any/page')],
  ['broken JSON', fixture('any/broken-json')],
  ['a broken event', fixture('any/broken-event')],
  ['an error in the stream', fixture('openai-chat/error-in-stream')],
  ['no finish reason', fixture('openai-chat/no-finish')],
  ['a whole answer for a stream', fixture('openai-chat/generate')],
  ['an empty answer', fixture('ollama/empty')],
  ['a connection that breaks', upTo(fixture('groq/plain'), 0.75, 'cut')],
  ['a refused connection', { ...fixture('groq/plain'), ending: 'refuse' } as const],
])('%s fails or works in replay as it did', async (_, reply) => {
  const { live, replayed } = await compareReplay(reply);
  // The address of the server is another.
  const port = (text: string | undefined) => text?.replaceAll(/127\.0\.0\.1:\d+/g, 'HOST');
  expect({ ...replayed, message: port(replayed.message) }).toEqual({ ...live, message: port(live.message) });
});

test.each([
  ['openai/gpt-4.1-mini', 'openai/plain'],
  ['anthropic/claude-haiku-4-5', 'anthropic/plain'],
  ['google/gemini-2.5-flash', 'gemini/plain'],
])('a model of a package is recorded too: %s', async (model, reply) => {
  const { file, text } = await record(fixture(reply), [], model);
  const recorded = await readRecording(file);
  expect(told(await askOnce(model, replaying(recorded)))).toEqual(told(await askOnce(model, fixture(reply))));
  expect(text).not.toContain(KEY);
});

test('keys, cookies, ids, accounts and addresses of people are not in the file', async () => {
  const body = JSON.stringify({
    id: 'chatcmpl-CfB1x0mKq7Yw2Zr8',
    request_id: '0b9f7a3e-1f9a-4c1e-9d3a-7f0e6f1c2d3b',
    user: 'jane.roe',
    account_id: 471108,
    organization: 'acme-research',
    error: {
      message: `Key ${KEY} of jane.roe@acme.example in org-AbCdEf123456 was seen from 203.0.113.9 with ${HEADER_KEY}; see req_4d1f6a3b9c0e4f7f. Bearer abcdefgh12345678`,
      code: 'no_such_thing',
    },
  });
  const headers = {
    'content-type': 'application/json',
    'set-cookie': 'session=cookie-secret-1',
    'openai-organization': 'acme-research',
    'x-request-id': 'id-secret-2',
    'cf-ray': 'ray-secret-3',
    'x-custom': 'custom-secret-4',
    server: 'uvicorn',
  };
  const { text, stdout, requests } = await record({
    status: 400,
    statusText: 'No',
    headers,
    chunks: [Buffer.from(body)],
  });
  for (const secret of [
    KEY,
    QUERY_KEY,
    HEADER_KEY,
    'CfB1x0mKq7Yw2Zr8',
    '0b9f7a3e',
    'jane.roe',
    'acme',
    '471108',
    'AbCdEf123456',
    '203.0.113.9',
    '4d1f6a3b9c0e4f7f',
    'abcdefgh12345678',
    'secret-',
  ])
    expect(text).not.toContain(secret);
  // They had been sent, and what says how the server answers is still there.
  expect(requests[0]?.path).toContain(QUERY_KEY);
  expect(requests[0]?.headers).toMatchObject({ authorization: `Bearer ${KEY}`, 'x-gate-token': HEADER_KEY });
  expect(text).toMatch(/^### recorded by llm-blender \d/);
  expect(text).toContain('POST /v1/chat/completions?key=xxxxxxxxxxxxxxxxx&api-version=2 HTTP/1.1');
  for (const kept of ['server: uvicorn', '"no_such_thing"', 'primary colours', '"stream":true', 'HTTP/1.1 400 No'])
    expect(text).toContain(kept);
  expect(stdout).toMatch(/^answer {6}failed: The provider cannot do what was asked \(400\)/);
  expect(stdout).not.toContain(KEY);
});

test('a question of one’s own is recorded, or hidden in requests and replies', async () => {
  const question = 'Is my boss "Joe" from Köln kind? 🙂\nHonestly.';
  const echo: Answer = ({ body }) => {
    const { messages } = body as { messages: readonly { content: string }[] };
    const said = `You asked: ${messages.at(-1)?.content}`;
    const event = JSON.stringify({ choices: [{ index: 0, delta: { content: said }, finish_reason: 'stop' }] });
    // As servers in Python write it.
    const escaped = event.replaceAll(/[^\0-~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
    const text = [event, escaped, '[DONE]'].map((data) => `data: ${data}\n\n`).join('');
    return { ...fixture('groq/plain'), chunks: [Buffer.from(text)] };
  };
  const open = await record(echo, ['--question', question]);
  expect(open.text).toContain('Is my boss \\"Joe\\" from Köln kind?');
  const hidden = await record(echo, ['--question', question, '--hide-question']);
  expect(hidden.text).not.toMatch(/boss|Joe|ln kind|Honestly|d83d/);
  expect(hidden.text).toContain('You asked: xxxx');
});

test('a reply that comes compressed is recorded so that it can be read', async () => {
  const plain = fixture('groq/plain');
  const zipped = withHeaders(
    { ...plain, chunks: [gzipSync(Buffer.concat(plain.chunks))] },
    { 'content-encoding': 'gzip' },
  );
  const { text, file } = await record(zipped);
  expect(text).toContain('data: {');
  expect(told(await askOnce('mine/m', replaying(await readRecording(file))))).toEqual(
    told(await askOnce('mine/m', plain)),
  );
});

test('a file that was edited is still replayed', async () => {
  const { file } = await record({ ...inPieces(fixture('groq/plain'), 300), pauseMs: 5 });
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll('Kaggle', 'something else'));
  const { candidate } = await askOnce('mine/m', replaying(await readRecording(file)));
  expect(candidate?.text).toContain('something else');
});

test('a model that is not asked over HTTP, or none, is refused before anything is asked', async () => {
  const run = (...argv: string[]) => runInProcess(['doctor', '--record', 'x.http', ...argv], { createBlender });
  expect(await run('--no-config', '--model', 'local/smollm2-135m-instruct')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining(
      'a model that is asked over HTTP, provider/model, with one of the providers google,',
    ),
  });
  const nowhere = join(await folder(), 'none', 'odd.http');
  const argv = ['doctor', '--no-config', '--record', nowhere, '--model', 'ollama/m'];
  expect(await runInProcess(argv, { createBlender })).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining(`--record "${nowhere}": its folder does not exist.`),
  });
  expect(await run('--no-config')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('name the model to ask'),
  });
});

test('what a server that never answers was asked is in the file also after Ctrl-C', async () => {
  const stop = new AbortController();
  await using server = await ReplayServer.start(() => {
    stop.abort(new Error('Ctrl-C'));
    return { ...fixture('ollama/plain'), ending: 'silence' };
  });
  const file = join(await folder(), 'odd.http');
  const { exitCode } = await runInProcess(['doctor', '--no-config', '--record', file, '--model', 'ollama/gemma3'], {
    env: { OLLAMA_HOST: server.url },
    createBlender,
    abortSignal: stop.signal,
  });
  expect(exitCode).toBe(130);
  expect(await readRecording(file)).toMatchObject([
    { method: 'POST', path: '/v1/chat/completions', reply: { ending: 'silence' } },
  ]);
});

test('a failure names the endpoint, not the recorder in front of it', async () => {
  const file = join(await folder(), 'odd.http');
  const argv = ['doctor', '--no-config', '--record', file, '--model', 'ollama/gemma3'];
  const { exitCode, stdout } = await runInProcess(argv, { env: { OLLAMA_HOST: 'http://127.0.0.1:9' }, createBlender });
  expect(exitCode).toBe(0);
  expect(stdout).toContain('Nothing answers at http://127.0.0.1:9/v1.');
  expect((await readRecording(file))[0]?.reply.ending).toBe('refuse');
});

test('the options of a recording are refused without one', async () => {
  const { exitCode, stderr } = await runInProcess(['doctor', '--question', 'Why?']);
  expect([exitCode, stderr]).toEqual([2, 'error: Invalid --question "Why?": it is allowed only with --record.\n']);
});

test('the proxies of the environment are not in the way to the recorder', async () => {
  const proxy = createServer((_, response) => response.writeHead(502).end());
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  const { port } = proxy.address() as { port: number };
  await using server = await ReplayServer.start(fixture('ollama/plain'));
  const file = join(await folder(), 'odd.http');
  const env = { OLLAMA_HOST: server.url, HTTP_PROXY: `http://127.0.0.1:${port}` };
  const argv = ['doctor', '--no-config', '--record', file, '--model', 'ollama/gemma3'];
  const { stdout } = await runInProcess(argv, { env, createBlender });
  expect(stdout).toMatch(/^answer {6}The best thing/);
});
