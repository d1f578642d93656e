import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { ReplayServer } from './replay-server.ts';
import { fixture } from './reply.ts';
import { KEY } from './wire-blender.ts';

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');

/** Runs the command line in a process of its own. */
async function cli(argv: readonly string[], env: Readonly<Record<string, string>>) {
  const { PATH = '', HOME = '' } = process.env;
  // A cache of its own, or an answer of an earlier run would do.
  const cache = await mkdtemp(join(tmpdir(), 'wire-cli-'));
  onTestFinished(() => rm(cache, { recursive: true }));
  const done = { env: { PATH, HOME, LLM_BLENDER_CACHE: cache, ...env } };
  return promisify(execFile)(process.execPath, [MAIN, ...argv], done).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  );
}

test('a model of a provider answers on the command line', async () => {
  await using server = await ReplayServer.start(fixture('ollama/plain'));
  const { code, stdout } = await cli(['ask', 'Why Kaggle?', '--model', 'ollama/gemma3:4b', '--no-cache'], {
    OLLAMA_HOST: server.url,
  });
  expect([code, stdout]).toEqual([
    0,
    'The best thing about Kaggle is its community – people share what they learn. 🏆\n',
  ]);
  expect(server.requests.map(({ path }) => path)).toEqual(['/v1/chat/completions']);
});

test('a refused key is reported with the variable, and never shown, also not with all details', async () => {
  const body = JSON.stringify({ error: { message: `Incorrect API key provided: ${KEY}.`, code: 'invalid_api_key' } });
  await using server = await ReplayServer.start({ ...fixture('openai/401'), chunks: [Buffer.from(body)] });
  const env = { OPENAI_BASE_URL: `${server.url}/v1`, OPENAI_API_KEY: KEY };
  const asked = await cli(['ask', 'Why Kaggle?', '--model', 'openai/gpt-4.1-mini', '--no-cache'], {
    ...env,
    LLM_BLENDER_DEBUG: '1',
  });
  expect(asked.code).toBe(1);
  expect(asked.stderr).toContain(
    'openai/gpt-4.1-mini: The provider refused access (401): Incorrect API key provided: [redacted]. Check the key in OPENAI_API_KEY.',
  );
  const listed = await cli(['models', 'list', '--json'], env);
  const checked = await cli(['models', 'list', 'openai'], env);
  for (const { stdout, stderr } of [asked, listed, checked]) expect(stdout + stderr).not.toContain(KEY);
  expect(checked).toMatchObject({
    code: 1,
    stderr: 'error: openai does not say what it serves: it answers 401: Incorrect API key provided: [redacted].\n',
  });
});
