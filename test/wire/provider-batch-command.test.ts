import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { createBlender } from '../../src/index.ts';
import { runInProcess } from '../e2e/__fixtures__/cli-harness.ts';
import { MODELS, settings } from './batch-job.ts';
import { BatchServer } from './batch-server.ts';

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');
const QUESTIONS = 6;

let folder = '';
let server: BatchServer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'provider-batch-command-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  server = await BatchServer.start();
  onTestFinished(() => server[Symbol.asyncDispose]());
  const lines = Array.from({ length: QUESTIONS }, (_, n) => JSON.stringify({ id: `q${n}`, prompt: `What is ${n}?` }));
  await writeFile(join(folder, 'questions.jsonl'), `${lines.join('\n')}\n`);
  const { prices, providers } = settings(server.url, server.env);
  await writeFile(join(folder, 'config.json'), JSON.stringify({ prices, providers }));
});

const bestOf = (job: string, ...more: readonly string[]) => [
  'batch',
  'best-of-n',
  join(folder, 'questions.jsonl'),
  '--job',
  join(folder, job),
  '--no-cache',
  '--config',
  join(folder, 'config.json'),
  '--ranker',
  'judge:openai/judge',
  ...more,
];

const withModels = (...models: readonly string[]) => models.flatMap((model) => ['-m', model]);

/** A process of the command. */
function start(argv: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<string> } {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [MAIN, ...argv], {
    env: { ...server.env, PATH, HOME },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (text += part.toString()));
  return { child, ended: once(child, 'close').then(([code]) => `${text}exit code ${String(code)}\n`) };
}

test(
  'batches are cancelled by a command: what is answered is kept and paid once, and the job goes on afterwards',
  { timeout: 120_000 },
  async () => {
    const models = withModels(MODELS.openai, MODELS.anthropic);
    const direct = await start(bestOf('direct', ...models, '--output', join(folder, 'direct.jsonl'))).ended;
    expect(direct).toContain('exit code 0');
    server.options = { batchMs: 1e6, isEarly: (id) => Number.parseInt(id, 10) < 2 };
    const argv = bestOf('job', ...models, '--output', join(folder, 'job.jsonl'), '--provider-batch');
    const running = start(argv);
    while (server.batches.length < 2) await delay(20);
    const busy = await start(['batch', 'cancel', join(folder, 'job')]).ended;
    expect(busy).toContain('exit code 1');
    expect(server.batches.map(({ isCancelled }) => isCancelled)).toEqual([false, false]);
    running.child.kill('SIGINT');
    expect(await running.ended).toMatch(/The batches go on at their providers.*batch cancel.*exit code 130/s);
    const cancelled = await start(['batch', 'cancel', join(folder, 'job')]).ended;
    expect(cancelled).toContain('2 batches cancelled\nexit code 0');
    expect(server.batches.map(({ isCancelled }) => isCancelled)).toEqual([true, true]);
    expect(await start(['batch', 'cancel', join(folder, 'job')]).ended).toContain('0 batches cancelled\nexit code 0');
    server.options = { ...server.options, batchMs: 0 };
    const resumed = await start(argv).ended;
    expect(resumed).toContain(`batch 1, ${MODELS.openai}: over, 2 answered, 4 cancelled of 6 requests`);
    expect(resumed).toContain('exit code 0');
    expect(await readFile(join(folder, 'job.jsonl'), 'utf8')).toBe(
      await readFile(join(folder, 'direct.jsonl'), 'utf8'),
    );
    expect([...server.answered.values()].filter((count) => count !== 1)).toEqual([]);
    const { stdout } = await runInProcess(['batch', 'status', join(folder, 'job'), '--json']);
    const { usage } = JSON.parse(stdout) as { usage: { calls: number; cost: number } };
    expect(usage.calls).toBe(server.answered.size);
    expect(usage.cost).toBeCloseTo((usage.calls * (1000 * 1 + 100 * 10)) / 1e6 / 2, 9);
  },
);

test('an estimate is of half the price for models that have batches', async () => {
  const models = withModels(...Object.values(MODELS), 'ollama/x');
  const estimate = async (...more: readonly string[]) => {
    const argv = bestOf('estimated', ...models, '--estimate', '--json', ...more);
    const { stdout } = await runInProcess(argv, { env: server.env, createBlender });
    return JSON.parse(stdout) as {
      cost: { atLeast: number; atMost: number };
      parts: readonly { models: readonly string[]; calls: object; cost: { atLeast: number; atMost: number } }[];
    };
  };
  const usual = await estimate();
  const batched = await estimate('--provider-batch');
  expect(usual.cost.atLeast).toBeGreaterThan(0);
  for (const limit of ['atLeast', 'atMost'] as const) {
    expect(batched.cost[limit]).toBeCloseTo(usual.cost[limit] / 2, 9);
    expect(batched.parts.map(({ cost }) => cost[limit])).toEqual(usual.parts.map(({ cost }) => cost[limit] / 2));
  }
  expect(batched.parts.map(({ calls }) => calls)).toEqual(usual.parts.map(({ calls }) => calls));
  const text = await runInProcess(bestOf('estimated', ...models, '--estimate', '--provider-batch'), {
    env: server.env,
    createBlender,
  });
  expect(text.stdout).toContain('half the usual price');
  expect(server.direct + server.batches.length).toBe(0);
});

test('workers of a queue make no batches, and the refusal says why', async () => {
  const argv = bestOf('queued', ...withModels(MODELS.openai), '--provider-batch', '--queue', 'redis://127.0.0.1:1');
  const { exitCode, stderr } = await runInProcess(argv, { env: server.env, createBlender });
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/one process does the whole job.*--shard/s);
});
