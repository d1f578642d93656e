import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runInProcess, StringOutput } from '../../../test/e2e/__fixtures__/cli-harness.ts';
import { eventually } from '../../../test/eventually.ts';
import { createBlender } from '../../index.ts';
import { NOTHING_SPENT } from '../../server/keys/spending.ts';
import { FakeLanguageModel } from '../../test/index.ts';

const NOBODY = 'http://127.0.0.1:1/v1';

async function dataFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'serve-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

test('it says where it listens, answers, logs without texts, and ends once what runs is answered', async () => {
  const model = new FakeLanguageModel({ modelId: 'a', answer: { words: ['slowly'], pauseMs: 100 } });
  const interrupt = new AbortController();
  const stderr = new StringOutput();
  const run = runInProcess(['serve', '--no-config', '--port', '0'], {
    stderr,
    env: { LLM_BLENDER_DATA: await dataFolder() },
    abortSignal: interrupt.signal,
    createBlender: () =>
      createBlender({ blends: { local: { models: [model] } }, providers: { none: { baseURL: NOBODY } } }),
  });
  await eventually(() => expect(stderr.text).toContain('\nModels: local, fake/a\n'));
  const [, url = ''] = /^Listening at (http:\/\/127\.0\.0\.1:\d+)$/m.exec(stderr.text) ?? [];
  const answer = fetch(`${url}/v1/chat/completions?key=secret`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-secret-of-a-client' },
    body: JSON.stringify({ model: 'local', messages: [{ role: 'user', content: 'a private question' }] }),
  });
  await eventually(() => expect(model.running).toBe(1));
  interrupt.abort();
  expect(await (await answer).json()).toMatchObject({ choices: [{ message: { content: 'slowly' } }] });
  expect(await run).toMatchObject({ exitCode: 0, stdout: '' });
  expect(stderr.text).toContain('Answering 1 request before the end. Again to end now.\n');
  expect(stderr.text).toMatch(/^POST \/v1\/chat\/completions 200 \d+ ms req_\w+$/m);
  expect(stderr.text).not.toMatch(/private|secret/);
});

test('folders of reports are served, and have to be there', async () => {
  const folder = await dataFolder();
  const env = { LLM_BLENDER_DATA: folder, BROWSER: 'none' };
  const missing = ['ui', '--no-open', '--no-config', '--port', '0', '--reports', join(folder, 'none')];
  expect(await runInProcess(missing, { env })).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('there is no such folder'),
  });
  await mkdir(join(folder, 'runs', 'mine'), { recursive: true });
  await writeFile(join(folder, 'runs', 'mine', 'results.json'), '{}');
  const interrupt = new AbortController();
  const stderr = new StringOutput();
  const there = ['serve', '--no-config', '--port', '0', '--reports', join(folder, 'runs')];
  const run = runInProcess(there, { env, stderr, abortSignal: interrupt.signal });
  await eventually(() => expect(stderr.text).toContain('Listening at'));
  const [, url = ''] = /^Listening at (\S+)$/m.exec(stderr.text) ?? [];
  expect(await (await fetch(`${url}/v1/reports`)).json()).toMatchObject({ data: [{ name: 'mine' }] });
  interrupt.abort();
  await run;
});

test('others reach it only with a key', async () => {
  const env = { LLM_BLENDER_DATA: await dataFolder() };
  const open = ['serve', '--no-config', '--host', '0.0.0.0', '--port', '0'];
  const refused = await runInProcess(open, { env });
  expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('llm-blender keys create') });
  const { stdout } = await runInProcess(['keys', 'create', 'phone'], { env });
  const interrupt = new AbortController();
  const stderr = new StringOutput();
  const run = runInProcess(open, { env, stderr, abortSignal: interrupt.signal });
  await eventually(() => expect(stderr.text).toContain('Listening at'));
  const [, port = ''] = /:(\d+)$/m.exec(stderr.text) ?? [];
  const models = (headers: Record<string, string>) => fetch(`http://127.0.0.1:${port}/v1/models`, { headers });
  expect((await models({})).status).toBe(401);
  expect((await models({ authorization: `Bearer ${stdout.trim()}` })).status).toBe(200);
  interrupt.abort();
  expect((await run).exitCode).toBe(0);
});

test('a port that is taken is named', async () => {
  const env = { LLM_BLENDER_DATA: await dataFolder() };
  const interrupt = new AbortController();
  const stderr = new StringOutput();
  const first = runInProcess(['serve', '--no-config', '--port', '0'], { env, stderr, abortSignal: interrupt.signal });
  await eventually(() => expect(stderr.text).toContain('Listening at'));
  const [, port = ''] = /:(\d+)$/m.exec(stderr.text) ?? [];
  expect(await runInProcess(['serve', '--no-config', '--port', port], { env })).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('another program listens there'),
  });
  interrupt.abort();
  await first;
});

test('keys are made, listed without themselves, and revoked', async () => {
  const folder = await dataFolder();
  const env = { LLM_BLENDER_DATA: folder };
  const keys = (...argv: readonly string[]) => runInProcess(['keys', ...argv], { env });
  expect(await keys('list')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  const made = await keys('create', 'phone');
  expect(made.stdout).toMatch(/^sk-blend-[\w-]{43}\n$/);
  const [, id = ''] = /The key (\w+)\./.exec(made.stderr) ?? [];
  await keys('create', '--quiet');
  const listed = await keys('list', '--json');
  expect(JSON.parse(listed.stdout)).toEqual([
    { id, name: 'phone', createdAt: expect.any(String), limits: {}, spent: NOTHING_SPENT },
    { id: expect.any(String), name: '', createdAt: expect.any(String), limits: {}, spent: NOTHING_SPENT },
  ]);
  expect((await keys('list')).stdout).toMatch(new RegExp(`^${id}  \\S+  phone$`, 'm'));
  expect(listed.stdout + (await readFile(join(folder, 'keys.json'), 'utf8'))).not.toContain(made.stdout.trim());
  expect(await keys('revoke', id)).toMatchObject({ exitCode: 0, stderr: `Revoked: ${id}\n` });
  expect(await keys('revoke', id)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('There is no key') });
  expect(JSON.parse((await keys('list', '--json')).stdout)).toHaveLength(1);
});

test('limits of a key are set, changed and shown', async () => {
  const env = { LLM_BLENDER_DATA: await dataFolder() };
  const keys = (...argv: readonly string[]) => runInProcess(['keys', ...argv], { env });
  const limitsOf = async () => JSON.parse((await keys('list', '--json')).stdout)[0].limits;
  const made = await keys(
    'create',
    'phone',
    '--rate',
    '60/min',
    '--concurrency',
    '4',
    '--max-cost',
    '$5/month',
    '--blends',
    'a,b',
  );
  const [, id = ''] = /The key (\w+)\./.exec(made.stderr) ?? [];
  expect(await limitsOf()).toEqual({
    rate: { requests: 60, seconds: 60 },
    concurrency: 4,
    maxCost: { dollars: 5, per: 'month' },
    blends: ['a', 'b'],
  });
  expect((await keys('list')).stdout).toContain(
    'phone  60 requests in 60 s, 4 at a time, at most $5.0000 a month, only a b\n',
  );
  expect(await keys('update', id, '--rate', 'none', '--max-cost', '0.5')).toMatchObject({
    exitCode: 0,
    stderr: `The key ${id}: 4 at a time, at most $0.5000 in all, only a b\n`,
  });
  await keys('update', id, '--blends', 'c', '--blends', 'd', '--concurrency', 'none', '--rate', '20/s');
  expect(await limitsOf()).toEqual({
    rate: { requests: 20, seconds: 1 },
    maxCost: { dollars: 0.5, per: 'total' },
    blends: ['c', 'd'],
  });
  expect(await keys('update', 'none', '--rate', '1')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('no key "none"'),
  });
  expect(await keys('update', id)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('No limit is given') });
});

test.each([
  ['--rate', '5', { rate: { requests: 5, seconds: 60 } }],
  ['--rate', '5 / MIN', { rate: { requests: 5, seconds: 60 } }],
  ['--rate', '1000/hour', { rate: { requests: 1000, seconds: 3600 } }],
  ['--rate', '1000/d', { rate: { requests: 1000, seconds: 86_400 } }],
  ['--rate', '0/min', undefined],
  ['--rate', '1.5/min', undefined],
  ['--rate', '-5', undefined],
  ['--rate', '5/week', undefined],
  ['--rate', 'fast', undefined],
  ['--max-cost', '0', { maxCost: { dollars: 0, per: 'total' } }],
  ['--max-cost', '1.25/day', { maxCost: { dollars: 1.25, per: 'day' } }],
  ['--max-cost', '$10/Month', { maxCost: { dollars: 10, per: 'month' } }],
  ['--max-cost', '10/total', { maxCost: { dollars: 10, per: 'total' } }],
  ['--max-cost', '-1', undefined],
  ['--max-cost', '1/year', undefined],
  ['--max-cost', '/day', undefined],
  ['--max-cost', 'Infinity', undefined],
  ['--concurrency', '0', undefined],
  ['--blends', 'a, b ,a', { blends: ['a', 'b'] }],
  ['--blends', 'none', {}],
  ['--blends', '', undefined],
  ['--blends', 'a,,b', undefined],
] as const)('keys create %s %s', async (flag, value, limits) => {
  const env = { LLM_BLENDER_DATA: await dataFolder() };
  const made = await runInProcess(['keys', 'create', `${flag}=${value}`], { env });
  const listed = JSON.parse((await runInProcess(['keys', 'list', '--json'], { env })).stdout);
  expect([made.exitCode, listed[0]?.limits]).toEqual(limits === undefined ? [2, undefined] : [0, limits]);
});

test('the log can be JSON', async () => {
  const model = new FakeLanguageModel({ modelId: 'a', answer: new Error('broken') });
  const interrupt = new AbortController();
  const stderr = new StringOutput();
  const run = runInProcess(['serve', '--no-config', '--port', '0', '--log-format', 'json'], {
    stderr,
    env: { LLM_BLENDER_DATA: await dataFolder() },
    abortSignal: interrupt.signal,
    createBlender: () => createBlender({ blends: { local: { models: [model], maxRetries: 0 } } }),
  });
  await eventually(() => expect(stderr.text).toContain('\n'));
  const lines = () =>
    stderr.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  const [listening] = lines();
  const response = await fetch(`${listening.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'local', messages: [{ role: 'user', content: 'a private question' }] }),
  });
  interrupt.abort();
  expect((await run).exitCode).toBe(0);
  const id = response.headers.get('x-request-id');
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
  expect(lines()).toEqual([
    { time, event: 'listening', url: listening.url, models: ['local', 'fake/a'] },
    { time, event: 'error', message: expect.stringContaining(`${id}: No model gave an answer`) },
    { time, event: 'request', id, method: 'POST', path: '/v1/chat/completions', status: 502, ms: expect.any(Number) },
  ]);
  expect(stderr.text).not.toContain('private');
});
