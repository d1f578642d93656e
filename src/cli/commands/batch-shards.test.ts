import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { FakeBlender, runInProcess } from '../../../test/e2e/__fixtures__/cli-harness.ts';
import type { CreateBlenderOptions } from '../../index.ts';
import { FakePairRanker } from '../../test/index.ts';

let folder = '';
let input = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-batch-shards-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  input = join(folder, 'in.jsonl');
  await writeInput(10);
});

async function writeInput(count: number): Promise<void> {
  const records = Array.from({ length: count }, (_, n) => ({
    instruction: `Question ${n}`,
    candidates: n === 4 ? ['!', 'b'] : ['a', 'bb'],
  }));
  await writeFile(input, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
}

const at = (name: string) => join(folder, name);

/** Fails on `!`, as long as it is not mended. */
function batch(argv: readonly string[], { isMended = false } = {}) {
  const ranker = new FakePairRanker({
    judge: ({ left, right }) => {
      if (!isMended && (left.includes('!') || right.includes('!'))) throw new Error('it dislikes shouting');
      return left.length - right.length;
    },
  });
  return runInProcess(['batch', ...argv], { world: { ranker } });
}

const rank = (...more: string[]) => batch(['rank', input, '--job', at('job'), ...more]);

test('shards are named from 0, and what names none is refused before anything is read', async () => {
  const emptyIndex = 'there is no index: is the variable set that it comes from, such as SLURM_ARRAY_TASK_ID';
  const cases: readonly (readonly [string, string])[] = [
    ['', emptyIndex],
    [' ', emptyIndex],
    ['/4', emptyIndex],
    [' /4', emptyIndex],
    ['4/4', 'Shards are numbered from 0: the last of 4 is 3/4. Let the array begin at 0, such as with --array=0-3.'],
    ['7/4', 'Shards are numbered from 0'],
    ['0/0', 'such as 0/16 to 15/16'],
    ['1/', 'such as 0/16 to 15/16'],
    ['2', 'such as 0/16 to 15/16'],
    ['1/4/2', 'such as 0/16 to 15/16'],
    ['-1/4', 'such as 0/16 to 15/16'],
    ['1.5/4', 'such as 0/16 to 15/16'],
    ['$(JOB_COMPLETION_INDEX)/4', emptyIndex],
    ['a/b', 'such as 0/16 to 15/16'],
    ['1 of 4', 'such as 0/16 to 15/16'],
  ];
  for (const [shard, message] of cases) {
    const { exitCode, stderr } = await rank(`--shard=${shard}`);
    expect(exitCode, shard).toBe(2);
    expect(stderr.replaceAll(/\s+/g, ' '), shard).toContain(message);
  }
  expect(await readdir(folder)).toEqual(['in.jsonl']);
});

test('shards in one folder: done, told of and merged, also with failures', async () => {
  const whole = await batch(['rank', input, '--job', at('whole')]);
  const first = await rank('--shard', '0/3');
  expect(first).toMatchObject({ exitCode: 0, stdout: '' });
  expect(first.stderr).toContain(`When all shards are done: llm-blender batch merge ${at('job')} --output FILE`);
  expect((await batch(['status', at('job')])).stdout).toBe(
    'rank, stopped: 3 done, 0 left of 3 records, 2 shards not begun, such as 1/3\n',
  );
  expect(await batch(['merge', at('job'), '--output', at('out.jsonl')])).toMatchObject({
    exitCode: 1,
    stdout: '',
    stderr:
      'error: Not all of the shards are finished: shard 1/3 is missing; shard 2/3 is missing. Run these once more, then merge again.\n',
  });
  expect(await readdir(folder)).not.toContain('out.jsonl');
  expect(await rank('--shard', '02/3')).toMatchObject({ exitCode: 0 });
  // One of its records fails, as in the job without shards.
  expect(await rank('--shard', '1/3')).toMatchObject({ exitCode: 1 });
  expect(JSON.parse((await batch(['status', at('job'), '--json'])).stdout)).toMatchObject({
    total: 10,
    done: 9,
    failed: 1,
    left: 0,
    shards: 3,
    missingShards: [],
  });
  expect(await batch(['merge', at('job')])).toMatchObject({ exitCode: 1, stdout: whole.stdout });
  expect(await batch(['export', at('job')])).toMatchObject({ exitCode: 1, stdout: whole.stdout });
  expect(await batch(['retry-failed', at('job')])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining(`Name one of them, such as ${at('job/shard-0-of-3')}`),
  });
  expect(await batch(['retry-failed', at('job/shard-1-of-3')], { isMended: true })).toMatchObject({ exitCode: 0 });
  const mended = await batch(['rank', input, '--job', at('mended')], { isMended: true });
  expect(await batch(['merge', at('job')])).toMatchObject({ exitCode: 0, stdout: mended.stdout });
});

test('one folder holds shards of one division, and each writes a file of its own', async () => {
  await rank('--shard', '0/3', '--output', at('part-0.jsonl'));
  expect((await readFile(at('part-0.jsonl'), 'utf8')).split('\n')).toHaveLength(4);
  const refused: readonly (readonly [readonly string[], string])[] = [
    [['--shard', '1/4'], 'it has shards of 3, and this is one of 4'],
    [[], 'it has other files, such as shard-0-of-3'],
    [['--shard', '1/3', '--output', at('part-0.jsonl')], 'shard 0/3 writes it as well. Leave it out, and merge'],
  ];
  for (const [more, message] of refused) {
    expect(await rank(...more)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(message) });
  }
  // Who was refused does not keep the first from going on.
  expect((await rank('--shard', '0/3', '--output', at('part-0.jsonl'))).exitCode).toBe(0);
  await batch(['rank', input, '--job', at('whole')]);
  expect(await batch(['rank', input, '--job', at('whole'), '--shard', '0/2'])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('it has a job without shards'),
  });
});

test('more shards than records: some have nothing to do', async () => {
  await writeInput(2);
  for (const index of [0, 1, 2, 3, 4]) expect((await rank('--shard', `${index}/5`)).exitCode).toBe(0);
  expect((await batch(['merge', at('job')])).stdout.split('\n')).toHaveLength(3);
});

test('limits, concurrency and budget are those of all shards together', async () => {
  const config = at('config.json');
  const limits = { openai: { concurrency: 64, requestsPerMinute: 500 }, ollama: { concurrency: 2 } };
  await writeFile(config, JSON.stringify({ limits }));
  const created: CreateBlenderOptions[] = [];
  let running = 0;
  let mostRunning = 0;
  const ranker = new FakePairRanker({
    judge: async () => {
      running += 1;
      mostRunning = Math.max(mostRunning, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return 1;
    },
  });
  const createBlender = (options: CreateBlenderOptions) => {
    created.push(options);
    return new FakeBlender({ ranker });
  };
  const words = ['batch', 'rank', input, '--job', at('job'), '--config', config, '--concurrency', '4'];
  const { stderr } = await runInProcess([...words, '--shard', '0/4', '--max-cost', '1'], { createBlender });
  expect(created[0]?.limits).toEqual({
    openai: { concurrency: 16, requestsPerMinute: 125 },
    ollama: { concurrency: 1 },
  });
  expect(stderr).toContain('Warning: limits.ollama.concurrency is 2, fewer than the 4 shards: each takes 1.');
  expect(mostRunning).toBeLessThanOrEqual(2);
});
