import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ReplayServer } from '../../test/wire/replay-server.ts';
import { type Reply, upTo } from '../../test/wire/reply.ts';

vi.setConfig({ testTimeout: 120_000 }); // each run is a process that loads everything

const MAIN = join(import.meta.dirname, './main.ts');
/** Two keys that nothing but the environment gives away. */
const KEY = 'not/a+real"key-4711';
const HEADER_KEY = 'another-not-real-0815';

/** A streamed answer of an OpenAI-compatible server. */
function answer(text: string): Reply {
  const chunk = (delta: object, rest: object = {}) =>
    `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: null, ...rest }] })}\n\n`;
  const usage = `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [], usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 } })}\n\n`;
  const body = `${chunk({ role: 'assistant', content: text })}${chunk({}, { finish_reason: 'stop' })}${usage}data: [DONE]\n\n`;
  return {
    status: 200,
    statusText: 'OK',
    headers: { 'content-type': 'text/event-stream' },
    chunks: [Buffer.from(body)],
  };
}

/** An error that echoes everything that it was sent, as some servers do. */
function echo(request: unknown, status = 401): Reply {
  return {
    status,
    statusText: 'Unauthorized',
    headers: { 'content-type': 'application/json' },
    chunks: [Buffer.from(JSON.stringify({ error: { message: `refused ${JSON.stringify(request)}`, request } }))],
  };
}

/** A folder with a configuration whose provider `lab` is at the server. */
async function world(server: ReplayServer) {
  const folder = await mkdtemp(join(tmpdir(), 'trace-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(
    join(folder, 'blender.config.ts'),
    `export default {
      providers: { lab: { baseURL: '${server.url}/v1?key=' + process.env.URL_KEY, apiKeyEnv: 'LAB', headers: { 'x-api-key': process.env.URL_KEY } } },
      models: { good: { model: 'lab/good', temperature: 0.5 } },
      blends: { lab: { models: ['good', 'lab/bad', { model: 'good', samples: 1 }], fuser: 'good', maxRetries: 0 } },
      defaults: { blend: 'lab' },
    };`,
  );
  return { folder, trace: join(folder, 'trace.jsonl') };
}

function start(argv: readonly string[], cwd: string): { child: ChildProcess; ended: Promise<Run> } {
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, LAB: KEY, URL_KEY: HEADER_KEY, LLM_BLENDER_DEBUG: '1', LLM_BLENDER_CACHE: cwd };
  const child = spawn(process.execPath, [MAIN, ...argv], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const run = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (run.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (run.stderr += text));
  const { promise, resolve } = Promise.withResolvers<Run>();
  child.on('close', (exitCode) => resolve({ exitCode, ...run }));
  return { child, ended: promise };
}

interface Run {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const linesOf = async (file: string) =>
  (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Every form in which a key could turn up. */
function formsOf(key: string): readonly string[] {
  const json = JSON.stringify(key).slice(1, -1);
  return [
    key,
    key.slice(-8),
    json,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(key),
    Buffer.from(key).toString('base64'),
  ];
}

test('--verbose and --trace show every call; no key is in any output, though errors echo it', async () => {
  await using server = await ReplayServer.start((request) => {
    const { model, messages } = request.body as { model: string; messages: { content: unknown }[] };
    if (model === 'bad') return echo(request);
    return answer(JSON.stringify(messages).includes('fence') ? 'A fused answer.' : `Answer ${messages.length}.`);
  });
  const { folder, trace } = await world(server);
  const { exitCode, stdout, stderr } = await start(
    ['ask', 'Why is the sky blue?', '--system', 'Be brief.', '--verbose', '--trace', trace, '--json'],
    folder,
  ).ended;
  expect([exitCode, stderr]).toEqual([0, expect.any(String)]);

  // The keys did go out, and the bad model did send them back.
  const sent = server.requests.find(({ body }) => (body as { model?: string }).model === 'bad');
  expect(sent?.headers).toMatchObject({ authorization: `Bearer ${KEY}`, 'x-api-key': HEADER_KEY });
  expect(sent?.path).toContain(`key=${HEADER_KEY}`);
  const text = await readFile(trace, 'utf8');
  for (const form of [...formsOf(KEY), ...formsOf(HEADER_KEY)]) {
    for (const output of [stdout, stderr, text]) expect(output).not.toContain(form);
  }

  const records = await linesOf(trace);
  const calls = records.filter(({ type }) => type === 'call');
  expect(calls.filter(({ phase }) => phase === 'generate')).toHaveLength(3);
  expect(calls.find(({ model }) => model === 'lab/bad')).toMatchObject({
    phase: 'generate',
    candidate: '2',
    prompt: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'text', text: 'Why is the sky blue?' }] },
    ],
    error: expect.stringContaining('[redacted]'),
  });
  expect(calls.find(({ candidate }) => candidate === '1')).toMatchObject({
    model: 'lab/good',
    settings: { temperature: 0.5 },
    reply: 'Answer 2.',
    usage: { inputTokens: 5, outputTokens: 2 },
    timings: { totalMs: expect.any(Number) },
  });
  expect(stderr).toMatch(/^--- generate #1 lab\/good: .*5 tokens read, 2 written, stop$/m);
  expect(stderr).toContain('system: Be brief.\nuser: Why is the sky blue?\nreply: Answer 2.');
  expect((await stat(trace)).mode & 0o777).toBe(0o600);
});

test('rank writes the logits of the trained ranker; a file is appended to, and made private', async () => {
  await using server = await ReplayServer.start(answer('unused'));
  const { folder, trace } = await world(server);
  await writeFile(trace, '{"earlier":true}\n');
  await chmod(trace, 0o644);
  await writeFile(
    join(folder, 'in.jsonl'),
    '{"instruction":"What is 2 + 2?","candidates":["4","It is five, I think."]}\n',
  );
  const { exitCode, stdout, stderr } = await start(
    ['rank', '--input', 'in.jsonl', '--trace', trace, '--verbose'],
    folder,
  ).ended;
  expect([exitCode, JSON.parse(stdout)]).toMatchObject([0, { ranks: expect.any(Array) }]);
  const [earlier, ...records] = await linesOf(trace);
  expect(earlier).toEqual({ earlier: true });
  expect(records).toMatchObject([
    { type: 'comparison', phase: 'compare', ranker: 'small', logit: expect.any(Number) },
    { type: 'comparison', phase: 'compare', ranker: 'small', logit: expect.any(Number) },
  ]);
  expect(records[0].logit).toBeCloseTo(-records[1].logit, 5);
  expect(stderr).toMatch(/^--- compare small: logit -?\d+\.\d\d$/m);
  expect((await stat(trace)).mode & 0o777).toBe(0o600);
});

test('the calls of a judge are reported as part of the comparison', async () => {
  await using server = await ReplayServer.start(answer('Output (a) is better.'));
  const { folder, trace } = await world(server);
  await writeFile(join(folder, 'in.jsonl'), '{"instruction":"What is 2 + 2?","a":"4","b":"5"}\n');
  const argv = ['compare', '--input', 'in.jsonl', '--ranker', 'judge:good', '--trace', trace, '--verbose'];
  const { exitCode, stderr } = await start(argv, folder).ended;
  expect([exitCode, stderr]).toEqual([0, expect.stringMatching(/^--- compare judge:good: logit /m)]);
  const records = await linesOf(trace);
  const told = records.map(({ type, phase, reply }) => [type, phase, reply]);
  expect(told.filter(([type]) => type === 'call')).toEqual([
    ['call', 'compare', 'Output (a) is better.'],
    ['call', 'compare', 'Output (a) is better.'],
  ]);
  expect(records.filter(({ type }) => type === 'comparison')).toMatchObject([
    { rawText: 'Output (a) is better.', verdict: 'left' },
    { rawText: 'Output (a) is better.', verdict: 'left' },
  ]);
});

test('a run that is killed leaves the calls that were over', async () => {
  await using server = await ReplayServer.start(async (request) => {
    const { model } = request.body as { model: string };
    return model === 'bad' ? upTo(answer('never'), 0.5, 'hang') : answer('done');
  });
  const { folder, trace } = await world(server);
  const { child, ended } = start(['ask', 'Why?', '--trace', trace], folder);
  for (;;) {
    const text = await readFile(trace, 'utf8').catch(() => '');
    if (text.split('\n').length > 2) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  await ended;
  expect((await linesOf(trace)).map(({ reply }) => reply)).toEqual(['done', 'done']);
});

test('a trace that cannot be written and a broken configuration are exit code 2', async () => {
  await using server = await ReplayServer.start(answer('unused'));
  const { folder } = await world(server);
  const run = async (...argv: string[]) => {
    const { exitCode, stdout, stderr } = await start(['ask', 'Why?', ...argv], folder).ended;
    expect([exitCode, stdout]).toEqual([2, '']);
    return stderr;
  };
  expect(await run('--trace', 'no/such/folder')).toContain(
    'Invalid --trace "no/such/folder": its folder does not exist.',
  );
  expect(await run('--trace', '.')).toContain('Invalid --trace ".": it cannot be written (EISDIR).');
  await writeFile(join(folder, 'broken.yaml'), 'blends:\n  lab: { models: [lab/good], samples: many }\n');
  expect(await run('--config', 'broken.yaml')).toContain(
    'broken.yaml cannot be used:\n  - line 2: blends.lab.samples is "many": expected number.',
  );
  expect(await run('--no-config', '--blend', 'lab')).toContain('expected one of: local');
  expect(server.requests).toEqual([]);
});
