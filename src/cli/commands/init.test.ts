import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ReplayServer } from '../../../test/wire/replay-server.ts';
import { fixture } from '../../../test/wire/reply.ts';
import { loadConfig } from '../../index.ts';

vi.setConfig({ testTimeout: 120_000 }); // each run is a process that loads everything

const MAIN = join(import.meta.dirname, '../main.ts');
const NOBODY = 'http://127.0.0.1:1';
const KEY = 'not-a-real-key-8d41';

async function temporaryFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'init-')));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** The real command in a process of its own, with servers that do not run unless given. */
async function run(folder: string, argv: readonly string[], env: Record<string, string> = {}) {
  const { PATH = '' } = process.env;
  const servers = { OLLAMA_HOST: NOBODY, LMSTUDIO_BASE_URL: NOBODY };
  return promisify(execFile)(process.execPath, [MAIN, ...argv], {
    cwd: folder,
    env: { PATH, HOME: folder, ...servers, ...env },
  }).then(
    ({ stdout, stderr }) => ({ exitCode: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      exitCode: code,
      stdout,
      stderr,
    }),
  );
}

test.each([
  ['ts', 'blender.config.ts'],
  ['json', 'blender.config.json'],
  ['yaml', 'blender.config.yaml'],
])('--format %s writes a file that loads, with what was found and no key', async (format, name) => {
  await using ollama = await ReplayServer.start(fixture('ollama/tags'));
  await using openai = await ReplayServer.start(fixture('openai/401'));
  const folder = await temporaryFolder();
  const env = { OLLAMA_HOST: ollama.url, OPENAI_BASE_URL: `${openai.url}/v1`, OPENAI_API_KEY: KEY };
  const { exitCode, stdout, stderr } = await run(folder, ['init', '--format', format], env);
  expect([exitCode, stdout]).toEqual([0, `${join(folder, name)}\n`]);
  expect(stderr.replaceAll(ollama.url, 'http://OLLAMA')).toMatchInlineSnapshot(`
    "Found:
      openai/gpt-5.4-mini  key in OPENAI_API_KEY
      ollama/gemma3:4b     runs at http://OLLAMA/v1
    Try it: llm-blender ask "What is the best thing about Kaggle?"
    "
  `);
  const text = await readFile(join(folder, name), 'utf8');
  expect(stdout + stderr + text).not.toContain(KEY);

  const shown = await run(folder, ['ask', 'Why?', '--model', 'nobody/nothing'], env);
  expect([shown.exitCode, shown.stderr]).toEqual([2, expect.stringContaining('nobody')]);
  if (format !== 'ts') {
    expect(await loadConfig({ cwd: folder, env: {} })).toEqual({
      blends: { main: { models: ['openai/gpt-5.4-mini', 'ollama/gemma3:4b'] } },
      defaults: { blend: 'main' },
    });
  }
});

test('without a key or a server the embedded model answers', async () => {
  const folder = await temporaryFolder();
  const { exitCode, stderr } = await run(folder, ['init']);
  expect([exitCode, stderr]).toMatchInlineSnapshot(`
    [
      0,
      "Found no key in the environment and no server on this machine; the embedded model is used.
    Try it: llm-blender ask "What is the best thing about Kaggle?"
    ",
    ]
  `);
  expect(await loadConfig({ cwd: folder, env: {} })).toEqual({
    blends: { main: { models: ['local/smollm2-135m-instruct'], samples: 3, maxOutputTokens: 256 } },
    defaults: { blend: 'main' },
  });
});

test('one model is asked three times; the blend of the file is the default of ask', async () => {
  await using ollama = await ReplayServer.start((request) =>
    fixture(request.path.startsWith('/api/tags') ? 'ollama/tags' : 'ollama/plain'),
  );
  const folder = await temporaryFolder();
  const env = { OLLAMA_HOST: ollama.url };
  await run(folder, ['init'], env);
  const { exitCode, stdout, stderr } = await run(folder, ['ask', 'Why?', '--no-fusion', '--json'], env);
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining('Asking for 3 answers: ollama/gemma3:4b ×3')]);
  expect(JSON.parse(stdout).candidates).toHaveLength(3);
});

test('a package that does not say that it is made of modules gets a file that does', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'package.json'), '{}');
  expect(await run(folder, ['init'])).toMatchObject({ exitCode: 0, stdout: `${join(folder, 'blender.config.mts')}\n` });
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await rm(join(folder, 'blender.config.mts'));
  expect(await run(folder, ['init'])).toMatchObject({ stdout: `${join(folder, 'blender.config.ts')}\n` });
});

test('a file that is there is replaced only by --force, and one of another kind never', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'blender.config.yaml');
  await writeFile(file, '# mine');
  expect(await run(folder, ['init'])).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: `error: Invalid configuration "${file}": it is there already; --force replaces it.\n`,
  });
  expect(await run(folder, ['init', '--format', 'json', '--force'])).toMatchObject({
    exitCode: 2,
    stderr: `error: Invalid configuration "${file}": it is there already; remove it first.\n`,
  });
  expect(await readFile(file, 'utf8')).toBe('# mine');
  expect(await run(folder, ['init', '--force'])).toMatchObject({ exitCode: 0 });
  expect(await readdir(folder)).toEqual(['blender.config.yaml']);
  expect(await run(folder, ['init', '--format', 'toml'])).toMatchObject({ exitCode: 2 });
});
