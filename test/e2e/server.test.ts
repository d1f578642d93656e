import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { eventually } from '../eventually.ts';
import { codeBlocks } from './__fixtures__/code-blocks.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const documents = await Promise.all(['README.md', 'docs/server.md'].map((name) => readFile(join(root, name), 'utf8')));
const lines = documents.flatMap((text) => codeBlocks(text, 'sh')).flatMap((block) => block.trim().split('\n'));
const commands = [...new Set(lines.filter((line) => line.startsWith('curl ')))];
const EXPECTED: Readonly<Record<string, object>> = {
  '/v1/chat/completions': {
    object: 'chat.completion',
    choices: [{ message: { content: expect.stringMatching(/\w/) } }],
    llm_blender: { candidates: [{ rank: 1 }, {}, {}] },
  },
  '/v1/rerank': { results: [{ index: 1 }, { index: 0 }] },
  '/v1/compare': { winner: 'a' },
  '/v1/models': { data: [{ id: 'local' }, { id: 'local/smollm2-135m-instruct' }] },
};

let folder = '';
let server: ReturnType<typeof spawn>;
let notes = '';
let url = '';
let exited: Promise<number | null>;

// `serve` as the README has it, on a port that is free.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llm-blender-serve-'));
  server = spawn(process.execPath, [join(root, 'src/cli/main.ts'), 'serve', '--port', '0'], {
    cwd: folder,
    env: {
      ...process.env,
      LLM_BLENDER_MODELS: dirname(process.env['LLM_BLENDER_TEST_MODEL'] ?? ''),
      LLM_BLENDER_DATA: folder,
    },
  });
  server.stderr?.on('data', (chunk: Buffer) => (notes += chunk.toString()));
  exited = new Promise((resolve) => server.on('exit', resolve));
  url = await vi.waitUntil(() => /^Listening at (\S+)$/m.exec(notes)?.[1], { timeout: 60_000 });
});

afterAll(async () => {
  server.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

test('the README starts it like this', () => expect(lines).toContain('npm start -- serve'));

test.each(commands)('%s', async (command) => {
  const { stdout } = await run('sh', ['-c', command.replace('http://localhost:8787', url)]);
  const [, path = ''] = /8787(\/[\w/]+)/.exec(command) ?? [];
  expect(JSON.parse(stdout)).toMatchObject(EXPECTED[path] ?? {});
  expect(Object.keys(EXPECTED)).toContain(path);
});

test('a session is watched as docs/sessions-http.md has it, and continued', async () => {
  const text = await readFile(join(root, 'docs/sessions-http.md'), 'utf8');
  const [command = ''] = codeBlocks(text, 'sh').flatMap((block) => /^curl .+$/m.exec(block) ?? []);
  const { stdout } = await run('sh', ['-c', command.replace('http://localhost:8787', url)]);
  const types = [...stdout.matchAll(/^data: \{"type":"([\w-]+)"/gm)].map(([, type]) => type);
  expect([types[0], ...types.slice(-2)]).toEqual(['blend-start', 'blend-end', 'session-end']);
  expect(stdout).toMatch(/"decisionReason":"\w/);
  const post = async (path: string, body: object) => {
    const response = await fetch(`${url}/v1/blends${path}`, { method: 'POST', body: JSON.stringify(body) });
    return (await response.json()) as { id: string; blend: { state: object } };
  };
  const settings = { models: ['local/smollm2-135m-instruct'], maxOutputTokens: 8, start: 'none' };
  const { id } = await post('', { prompt: 'Name a colour.', ...settings });
  await post(`/${id}/actions?wait=true`, { type: 'run' });
  await post(`/${id}/actions`, { type: 'continue', from: '1', question: 'And another.' });
  const { blend } = await post(`/${id}/actions?wait=true`, { type: 'run' });
  const answered = { result: { text: expect.stringMatching(/\S/) } };
  expect(blend.state).toMatchObject({ turns: [answered, { ...answered, from: '1', question: 'And another.' }] });
});

test('a request to end waits for a stream, and a second one does not', async () => {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'local', stream: true, messages: [{ role: 'user', content: 'Tell a long story.' }] }),
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toContain('Asking local/smollm2-135m-instruct × 3.');
  server.kill('SIGTERM');
  await eventually(() => expect(notes).toContain('Answering 1 request before the end.'));
  await expect(fetch(`${url}/health`)).rejects.toThrow('fetch failed');
  expect(server.exitCode).toBe(null);
  server.kill('SIGTERM');
  expect(await exited).toBe(130);
});
