import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { CountingServer, type Reply } from '../../../test/calls/counting-server.ts';
import { runInProcess } from '../../../test/e2e/__fixtures__/cli-harness.ts';
import { createBlender } from '../../index.ts';

let folder = '';
let input = '';
let server: CountingServer;
let reply: Reply = {};
const RECORDS = 60;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-batch-stop-'));
  input = join(folder, 'in.jsonl');
  const records = Array.from({ length: RECORDS }, (_, n) => `{"id":${n},"prompt":"What is ${n}?"}\n`);
  await writeFile(input, records.join(''));
  reply = { text: 'It is so.', outputTokens: 100 };
  server = await CountingServer.start(() => reply);
  const config = {
    providers: { mine: { baseURL: server.baseURL } },
    prices: { 'mine/a': { inputPerMillion: 0, outputPerMillion: 100 } },
  };
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
});

const JOB = () => ['--job', join(folder, 'job')];

function ask(...more: string[]) {
  const settings = ['--model', 'mine/a', '--config', join(folder, 'config.json'), '--no-cache', '--max-tokens', '100'];
  const words = ['batch', 'ask', input, ...JOB(), ...settings, '--concurrency', '4', ...more];
  return runInProcess(words, { createBlender });
}

test('a wrong key stops the job, and with the right one everything is done', async () => {
  const whole = await ask('--job', join(folder, 'whole'));
  expect(whole.exitCode).toBe(0);
  server.requests.length = 0;
  reply = { status: 401 };
  const stopped = await ask('--max-failures', '10');
  expect(stopped).toMatchObject({ exitCode: 1, stdout: '' });
  expect(stopped.stderr.replaceAll(folder, 'F')).toContain(
    'To do what failed once more: llm-blender batch retry-failed F/job\nerror: 10 records in a row have failed for the same reason, so the job was stopped.',
  );
  expect(server.requests.length).toBeLessThanOrEqual(10 + 4);
  reply = { text: 'It is so.', outputTokens: 100 };
  const mended = await runInProcess(['batch', 'retry-failed', join(folder, 'job')], { createBlender });
  expect(mended).toMatchObject({ exitCode: 0, stdout: whole.stdout });
});

test('--max-failures 0 lets all of them fail', async () => {
  reply = { status: 401 };
  const { stdout, exitCode } = await ask('--max-failures', '0');
  expect(exitCode).toBe(1);
  expect(stdout.trim().split('\n')).toHaveLength(RECORDS);
  expect(JSON.parse(stdout.split('\n')[0] ?? '')).toMatchObject({
    id: 0,
    error: { code: 'no_candidates', kind: 'refused' },
  });
});

test('--max-cost is that of the whole job, whatever its runs, and changes nothing in the output', async () => {
  const whole = await ask('--job', join(folder, 'whole'));
  server.requests.length = 0;
  const stopped = await ask('--max-cost', '0.2');
  expect(stopped).toMatchObject({ exitCode: 1, stdout: '' });
  expect(stopped.stderr).toContain('20 done');
  expect(stopped.stderr).toContain('$0.2 of $0.2 are spent');
  expect(server.requests).toHaveLength(20);
  expect((await ask('--max-cost', '0.2')).exitCode).toBe(1);
  expect(server.requests).toHaveLength(20);
  expect(await ask('--max-cost', '1')).toMatchObject({ exitCode: 0, stdout: whole.stdout });
  expect(server.requests).toHaveLength(RECORDS);
  // Half of it is half of the budget.
  const shard = await ask('--job', join(folder, 'shards'), '--shard', '0/2', '--max-cost', '0.2');
  expect(shard).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('10 done') });
});

test('--estimate: of the whole input, and of what is left of a job; nothing is asked or made', async () => {
  const first = await ask('--estimate');
  expect(first.exitCode).toBe(0);
  expect(first.stdout).toMatch(/^60 records: 0 done, 0 failed, 60 left to do\.\n/);
  expect(server.requests).toEqual([]);
  const json = async (...more: string[]) => JSON.parse((await ask('--estimate', '--json', ...more)).stdout) as object;
  expect(await json()).toMatchObject({
    calls: { atLeast: 60, atMost: 60 },
    records: { total: 60, done: 0, failed: 0, left: 60, unreadable: 0 },
  });
  expect(await json('--shard', '1/4')).toMatchObject({ calls: { atMost: 15 }, records: { total: 15 } });
  await ask('--max-cost', '0.2');
  expect(await json()).toMatchObject({
    calls: { atLeast: 40, atMost: 40 },
    records: { total: 60, done: 20, failed: 0, left: 40 },
  });
  expect(await ask('--estimate', '--temperature', '1')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('--temperature was not given and is 1'),
  });
});
