import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ScriptedUpstream } from '../clients/scripted-upstream.ts';
import { eventually } from '../eventually.ts';

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');
const KEY = 'sk-abcdefghijklmnopqrstuvwx';

/** What the models of the upstream say; a model that is not here fails. */
const ANSWERS: Readonly<Record<string, string>> = {
  a: 'Canberra.',
  b: 'The capital of Australia is Canberra, which was founded in 1913.',
  writer: 'The capital of Australia is Canberra. It was founded in 1913 as a compromise between Sydney and Melbourne.',
};

let upstream: ScriptedUpstream;
let folder = '';
/** One process for most tests: starting one takes longest. */
let client: Client;

beforeAll(async () => {
  upstream = await ScriptedUpstream.start(({ model }) =>
    model === 'slow'
      ? { text: 'late', silenceMs: 60_000 }
      : { text: ANSWERS[model] ?? '', ...(model in ANSWERS ? {} : { status: 500 }) },
  );
  folder = await mkdtemp(join(tmpdir(), 'mcp-'));
  const blend = (models: readonly string[]) => ({ models, fuser: 'fake/writer', ranker: 'small', maxRetries: 0 });
  const config = {
    providers: { fake: { baseURL: upstream.url, apiKeyEnv: 'FAKE_KEY' } },
    blends: {
      mine: blend(['fake/a', 'fake/b']),
      slow: blend(['fake/slow', 'fake/slow2']),
      broken: blend(['fake/broken']),
    },
    defaults: { blend: 'mine' },
  };
  await writeFile(join(folder, 'blender.config.json'), JSON.stringify(config));
  client = await connect();
});

afterAll(async () => {
  await client.close();
  await upstream[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const args = () => [MAIN, 'mcp', '--config', join(folder, 'blender.config.json')];
const env = () => ({ PATH: process.env['PATH'] ?? '', HOME: folder, LLM_BLENDER_DATA: folder, FAKE_KEY: KEY });

/** A client of the SDK, connected to a process. */
async function connect(): Promise<Client> {
  const transport = new StdioClientTransport({ command: process.execPath, args: args(), env: env(), stderr: 'ignore' });
  const connected = new Client({ name: 'a-test', version: '1.0.0' });
  await connected.connect(transport);
  return connected;
}

describe('the tools', () => {
  test('are four, with schemas that name what there is', async () => {
    expect(client.getServerVersion()).toMatchObject({ name: 'llm-blender' });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['ask', 'rank', 'compare', 'fuse']);
    for (const { inputSchema, outputSchema, description } of tools) {
      expect([inputSchema.type, outputSchema?.['type'], typeof description]).toEqual(['object', 'object', 'string']);
    }
    expect(tools[0]?.inputSchema).toMatchObject({
      required: ['prompt'],
      properties: {
        blend: { enum: ['mine', 'slow', 'broken'] },
        models: { items: { enum: expect.arrayContaining(['fake/a', 'fake/b']) } },
      },
    });
    expect(JSON.stringify(tools)).not.toContain(KEY);
  });

  test('answer with texts and data', async () => {
    const before = upstream.requests.length;
    const call = (name: string, given: Record<string, unknown>) => client.callTool({ name, arguments: given });
    const prompt = 'What is the capital of Australia?';

    const asked = await call('ask', { prompt, showCandidates: true });
    expect(asked.isError).not.toBe(true);
    expect(asked.content).toEqual([{ type: 'text', text: expect.stringContaining('Canberra') }]);
    expect(asked.structuredContent).toMatchObject({
      answer: expect.stringContaining('Canberra'),
      decisionReason: expect.any(String),
      candidates: [{ rank: 1, text: expect.any(String) }, { rank: 2 }],
      failures: [],
      spent: { calls: expect.any(Number), costUsd: null },
    });
    expect(
      upstream.requests
        .slice(before)
        .map(({ model }) => model)
        .toSorted(),
    ).toEqual(['a', 'b', 'writer']);

    const ranked = await call('rank', { prompt, candidates: ['I like trains.', ANSWERS['b']] });
    expect(ranked).toMatchObject({
      content: [{ text: '1. candidate 2\n2. candidate 1' }],
      structuredContent: {
        best: 2,
        ranking: [
          { candidate: 2, rank: 1 },
          { candidate: 1, rank: 2 },
        ],
      },
    });

    const compared = await call('compare', { prompt, a: ANSWERS['b'], b: 'I like trains.' });
    expect(compared).toMatchObject({ structuredContent: { winner: 'a', probability: expect.any(Number) } });

    const fused = await call('fuse', { prompt, candidates: [ANSWERS['b'], ANSWERS['a']], fuser: 'fake/a' });
    expect(fused).toMatchObject({ structuredContent: { answer: 'Canberra.', fuser: 'fake/a' } });
    expect(upstream.requests.at(-1)?.model).toBe('a');

    const alone = await call('ask', { prompt, models: ['fake/b'], samples: 1, fusion: false });
    expect(alone).toMatchObject({ structuredContent: { answer: ANSWERS['b'], candidates: [{ model: 'fake/b' }] } });
  });

  test('tell how far they are', async () => {
    const told: { progress: number; message: string | undefined }[] = [];
    await client.callTool(
      { name: 'ask', arguments: { prompt: 'Why is the sky blue?' } },
      { onprogress: ({ progress, message }) => told.push({ progress, message }) },
    );
    expect(told.map(({ progress }) => progress)).toEqual(told.map((_, index) => index + 1));
    const messages = told.map(({ message }) => message);
    expect(messages[0]).toBe('Asking fake/a, fake/b');
    expect(messages).toEqual(
      expect.arrayContaining([
        '2 of 2 answers are there',
        'Ranking 2 answers',
        '1 of 1 pairs are compared',
        'Fusing 2 answers',
      ]),
    );
  });

  test('fail as results that the model reads, without keys', async () => {
    const failed = await client.callTool({ name: 'ask', arguments: { prompt: 'Why?', blend: 'broken' } });
    expect(failed).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('No model gave an answer') }],
    });
    expect(JSON.stringify(failed)).not.toContain(KEY);
    const wrong: readonly (readonly [name: string, given: Record<string, unknown>])[] = [
      ['ask', {}],
      ['ask', { prompt: '' }],
      ['ask', { prompt: '  ' }],
      ['ask', { prompt: 'Why?', blend: 'none' }],
      ['ask', { prompt: 'Why?', models: ['openai/gpt-5'] }],
      ['ask', { prompt: 'Why?', samples: 100 }],
      ['rank', { prompt: 'Why?', candidates: [] }],
      ['rank', { prompt: 'Why?', candidates: ['a', 'b'], ranker: '/etc/passwd' }],
      ['compare', { prompt: 'Why?', a: 'a' }],
      ['fuse', { prompt: 'Why?', candidates: ['a'], fuser: 'fake/broken2' }],
    ];
    const before = upstream.requests.length;
    for (const [name, given] of wrong) {
      const shown = JSON.stringify([name, given]);
      const result = await client
        .callTool({ name, arguments: given })
        .catch((error: Error) => ({ isError: error.message }));
      expect([shown, Boolean(result.isError)]).toEqual([shown, true]);
    }
    expect(upstream.requests).toHaveLength(before);
  });

  test('stop what they ask when they are called off, and when the client leaves', async () => {
    const own = await connect();
    onTestFinished(() => own.close());
    const begun = () => upstream.requests.filter(({ model }) => model === 'slow').length;
    const before = begun();
    const stop = new AbortController();
    const called = own.callTool(
      { name: 'ask', arguments: { prompt: 'Why?', models: ['fake/slow'], samples: 2 } },
      { signal: stop.signal },
    );
    called.catch(() => {});
    await eventually(() => expect([begun() - before, upstream.open]).toEqual([2, 2]));
    stop.abort();
    await expect(called).rejects.toThrow(/abort/i);
    await eventually(() => expect(upstream.open).toBe(0));
    const left = own.callTool({ name: 'ask', arguments: { prompt: 'Why else?', models: ['fake/slow'] } });
    left.catch(() => {});
    await eventually(() => expect(upstream.open).toBe(1));
    await own.close();
    await eventually(() => expect(upstream.open).toBe(0));
    expect(begun() - before).toBe(3);
  });
});

test('nothing but messages is written, and the end of the input ends it', async () => {
  const server = spawn(process.execPath, args(), { env: env() });
  onTestFinished(() => void server.kill('SIGKILL'));
  let [out, notes] = ['', ''];
  server.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  server.stderr.on('data', (chunk: Buffer) => (notes += chunk.toString()));
  const send = (message: object) => server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  send({
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'old', version: '1' } },
  });
  send({ method: 'notifications/initialized' });
  server.stdin.write('this is no message\n');
  send({ id: 2, method: 'tools/call', params: { name: 'ask', arguments: { prompt: 'Why is the sky blue?' } } });
  await eventually(() => expect(out).toContain('"id":2'));
  const exited = new Promise((resolve) => server.on('exit', resolve));
  server.stdin.end();
  expect(await exited).toBe(0);
  const messages = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { jsonrpc: string; id?: number });
  expect(messages.map(({ jsonrpc }) => jsonrpc)).toEqual(messages.map(() => '2.0'));
  expect(messages.find(({ id }) => id === 1)).toMatchObject({ result: { protocolVersion: '2025-06-18' } });
  expect(out + notes).not.toContain(KEY);
});
