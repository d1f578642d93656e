import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { CountingServer } from '../../../test/calls/counting-server.ts';
import { runInProcess } from '../../../test/e2e/__fixtures__/cli-harness.ts';
import { createBlender } from '../../index.ts';

/** A cache folder of its own, and a configuration for the server. */
async function setUp(server: CountingServer, settings: object = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'cli-cache-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const config = join(folder, 'blender.config.json');
  await writeFile(config, JSON.stringify({ providers: { books: { baseURL: server.baseURL } }, ...settings }));
  return { folder, env: { LLM_BLENDER_CACHE: folder, LLM_BLENDER_CONFIG: config } };
}

const ask = ['ask', 'Why?', '--model', 'books/a', '--model', 'books/b', '--max-tokens', '20'];
const prices = {
  'books/a': { inputPerMillion: 100, outputPerMillion: 1000 },
  'books/b': { inputPerMillion: 0, outputPerMillion: 0 },
};

test(
  'a command that is run again asks nobody, costs nothing, and says so; --no-cache asks again',
  { timeout: 120_000 },
  async () => {
    await using server = await CountingServer.start(() => ({ text: 'The same answer.' }));
    const { env } = await setUp(server, { prices });
    const main = join(import.meta.dirname, '../main.ts');
    // Processes of their own: nothing is shared but the file.
    const run = async (...more: readonly string[]) => {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [main, ...ask, ...more], {
        env: { ...process.env, ...env },
      });
      expect(stdout).toBe('The same answer.\n');
      return stderr.trim().split('\n').at(-1);
    };
    expect(await run()).toMatch(/, 2 calls, 200 tokens read, 20 written, \$0\.0200$/);
    expect(await run()).toMatch(/, 0 calls, 2 answers without a call, 0 tokens read, 0 written$/);
    expect(server.requests).toHaveLength(2);
    expect(await run('--no-cache')).toMatch(/, 2 calls, 200 tokens read/);
    expect(server.requests).toHaveLength(4);
  },
);

test('info and clear', async () => {
  await using server = await CountingServer.start();
  const { folder, env } = await setUp(server);
  const path = join(folder, 'calls.sqlite');
  expect(await runInProcess(['cache', 'info'], { env })).toEqual({
    exitCode: 0,
    stdout: `${path}: 0 answers, 0.0 kB\n`,
    stderr: '',
  });
  await runInProcess([...ask, '--no-fusion'], { env, createBlender });
  const { stdout } = await runInProcess(['cache', 'info', '--json'], { env });
  expect(JSON.parse(stdout)).toEqual({ path, entries: 2, bytes: expect.any(Number) });
  expect(await runInProcess(['cache', 'clear'], { env })).toMatchObject({
    exitCode: 0,
    stderr: `The cache of model calls is empty: ${path}\n`,
  });
  expect((await runInProcess(['cache', 'info'], { env })).stdout).toContain('0 answers');
});

test('clear gets rid of a file that is no cache', async () => {
  await using server = await CountingServer.start();
  const { folder, env } = await setUp(server);
  await writeFile(join(folder, 'calls.sqlite'), 'no database '.repeat(1000));
  const asked = await runInProcess([...ask, '--no-fusion'], { env, createBlender });
  expect(asked.exitCode).toBe(0);
  expect(asked.stderr.match(/The cache of model calls cannot be used and is left out/g)).toHaveLength(1);
  expect((await runInProcess(['cache', 'info'], { env })).exitCode).toBe(1);
  expect((await runInProcess(['cache', 'clear'], { env })).exitCode).toBe(0);
  expect((await runInProcess(['cache', 'info'], { env })).exitCode).toBe(0);
});

test('--max-calls and --max-cost end the blend with the best so far', async () => {
  await using server = await CountingServer.start();
  const { env } = await setUp(server, { prices, cache: false });
  const calls = await runInProcess([...ask, '--max-calls', '1', '--json'], { env, createBlender });
  expect(JSON.parse(calls.stdout)).toMatchObject({ stopped: 'budget', candidates: [{}], usage: { calls: 1 } });
  expect(server.requests).toHaveLength(1);
  const cost = await runInProcess([...ask, '--max-cost', '$0.03', '--samples', '3', '--json'], { env, createBlender });
  // Each answer of a costs 2 cents.
  expect(JSON.parse(cost.stdout)).toMatchObject({ stopped: 'budget', cost: expect.closeTo(0.02, 10) });
  const unknown = await runInProcess(['ask', 'Why?', '--model', 'books/c', '--max-cost', '1'], { env, createBlender });
  expect(unknown).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('the price of books/c is not known') });
  expect(await runInProcess([...ask, '--max-cost', 'much'], { env })).toMatchObject({ exitCode: 2 });
});
