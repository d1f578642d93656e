import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { ReplayServer } from './replay-server.ts';
import { fixture, type Reply } from './reply.ts';
import { KEY } from './wire-blender.ts';

const REPLIES: Readonly<Record<string, string>> = {
  '/mine': 'openai-chat/plain',
  '/openai': 'openai/plain',
  '/anthropic': 'anthropic/plain',
  '/google': 'gemini/plain',
  '/gateway': 'gateway/plain',
};

const REFUSAL: Reply = {
  status: 400,
  statusText: '',
  headers: { 'content-type': 'application/json' },
  chunks: [Buffer.from('{"error":{"message":"Unknown parameter: \'seed\'.","param":"seed"}}')],
};

test('the library writes no warnings: neither its own, nor those of Node or the AI SDK', async () => {
  await using server = await ReplayServer.start(({ path, body }) => {
    const asksForSeed = typeof body === 'object' && body !== null && 'seed' in body;
    if (path.startsWith('/mine') && asksForSeed) return REFUSAL;
    return fixture(REPLIES[/^\/\w+/.exec(path)?.[0] ?? ''] ?? 'any/page');
  });
  const folder = await mkdtemp(join(tmpdir(), 'llm-blender-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const names = Object.keys(REPLIES).map((path) => path.slice(1));
  const script = `
    import { createBlender } from './src/index.ts';
    const names = ${JSON.stringify(names)};
    const url = ${JSON.stringify(server.url)};
    const providers = Object.fromEntries(names.map((name) => [name, { baseURL: url + '/' + name, apiKeyEnv: 'KEY' }]));
    const env = { KEY: ${JSON.stringify(KEY)}, HTTPS_PROXY: 'http://127.0.0.1:9', LLM_BLENDER_CACHE: ${JSON.stringify(folder)} };
    await using blender = createBlender({ env, providers, cache: true });
    const models = names.map((name) => name + '/m');
    // Settings that not every provider takes.
    const settings = { seed: 7, stopSequences: ['END'], temperature: 0.5, topP: 0.9 };
    for (const prompt of ['Why?', 'How?', 'How?']) {
      const { candidates, failures } = await blender.generateCandidates({ prompt, models, samples: 12, ...settings });
      if (failures.length > 0 || candidates.length !== 12 * models.length) throw new Error(JSON.stringify(failures));
    }
    await blender.fuse({ prompt: 'Why?', candidates: ['a', 'b'], fuser: 'mine/m', analysis: true });`;
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--trace-deprecation', '--input-type=module', '-e', script],
    { cwd: join(import.meta.dirname, '../..') },
  );
  expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '' });
});
