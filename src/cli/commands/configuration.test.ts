import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { runInProcess } from '../../../test/e2e/__fixtures__/cli-harness.ts';
import { ReplayServer } from '../../../test/wire/replay-server.ts';
import { fixture } from '../../../test/wire/reply.ts';
import { createBlender } from '../../index.ts';

let server: ReplayServer;
let folder = '';

beforeEach(async () => {
  server = await ReplayServer.start(fixture('openai-chat/plain'));
  folder = await mkdtemp(join(tmpdir(), 'configuration-'));
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });
});

/** Runs a command on the real library, with a configuration in YAML. */
async function run(argv: readonly string[], yaml: string, stdin = '') {
  const file = join(folder, 'own.yaml');
  await writeFile(file, `providers: { lab: { baseURL: "${server.url}/v1" } }\n${yaml}`);
  const env = { LLM_BLENDER_CACHE: folder, LLM_BLENDER_CONFIG: file };
  return runInProcess(argv, { stdin, env, createBlender });
}

const bodies = () => server.requests.map(({ body }) => body as Record<string, unknown>);

test('ask takes its blend from the defaults, with all that the blend says; an option goes before it', async () => {
  const yaml = `
models: { warm: { model: lab/one, temperature: 0.9 } }
blends:
  mine: { models: [warm, lab/two], system: Be brief., fusion: false, topP: 0.5 }
defaults: { blend: mine }`;
  const { exitCode, stdout, stderr } = await run(['ask', 'Why?', '--json'], yaml);
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining('Asking for 2 answers: lab/one, lab/two')]);
  expect(JSON.parse(stdout)).toMatchObject({ decision: 'best-candidate', fused: null });
  expect(bodies()).toMatchObject([
    { model: 'one', temperature: 0.9, top_p: 0.5, messages: [{ role: 'system', content: 'Be brief.' }, {}] },
    { model: 'two', top_p: 0.5 },
  ]);
  await run(['ask', 'How?', '--model', 'warm', '--system', 'Be kind.', '--no-cache'], yaml);
  expect(bodies().slice(2)).toMatchObject([
    { model: 'one', temperature: 0.9, messages: [{ content: 'Be kind.' }, {}] },
  ]);
});

test('rank, compare and fuse take its rankers, models and defaults', async () => {
  const yaml = `
models: { writer: { model: lab/one, seed: 7 } }
rankers: { mine: small }
defaults: { fuser: writer, maxPairs: 2 }`;
  const pair = '{"instruction":"What is 2 + 2?","a":"4","b":"It is five."}\n';
  const ranked = await run(
    ['rank', '--ranker', 'mine', '--explain'],
    yaml,
    '{"instruction":"q","candidates":["a","b b","c"]}\n',
  );
  expect([ranked.exitCode, JSON.parse(ranked.stdout).explanation.stopped]).toEqual([0, 'max-pairs']);
  expect(await run(['compare', '--ranker', 'mine'], yaml, pair)).toMatchObject({ exitCode: 0 });
  expect(await run(['compare', '--ranker', 'mien'], yaml, pair)).toMatchObject({ exitCode: 2 });
  const fused = await run(['fuse'], yaml, '{"instruction":"q","candidates":["a","b b"]}\n');
  expect([fused.exitCode, JSON.parse(fused.stdout).text]).toEqual([0, expect.stringContaining('Kaggle')]);
  expect(bodies()).toMatchObject([{ model: 'one', seed: 7 }]);
});

test('a broken configuration is exit code 2 in every command, before anything is asked or read', async () => {
  for (const command of ['ask', 'rank', 'compare', 'fuse']) {
    const { exitCode, stdout, stderr } = await run(
      [command, ...(command === 'ask' ? ['Why?'] : [])],
      'defaults: { timeoutMs: -1 }',
      '{}\n',
    );
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(
      'own.yaml cannot be used:\n  - line 2: defaults.timeoutMs is -1: expected number to be >0.',
    );
  }
  expect(server.requests).toEqual([]);
});
