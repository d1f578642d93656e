import { appendFile, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { type FakeWorld, runInProcess } from '../../../test/e2e/__fixtures__/cli-harness.ts';
import { runBatch } from '../../batch/index.ts';
import { FakeLanguageModel, FakePairRanker } from '../../test/index.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-batch-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

/** Likes long texts and fails on `!`, as long as it is not mended. */
function world({ isMended = false } = {}): FakeWorld {
  const ranker = new FakePairRanker({
    judge: ({ left, right }) => {
      if (!isMended && left.includes('!')) throw new Error('it dislikes shouting');
      return left.length - right.length;
    },
  });
  return { models: { 'fake/a': new FakeLanguageModel({ answer: () => 'An answer.' }) }, ranker };
}

const RECORDS = [
  { id: 'a', instruction: 'q', candidates: ['1', '333', '22'] },
  { id: 7, instruction: 'q', candidates: ['!', 'b'] },
  { instruction: 'q', candidates: [{ text: 'only', model: 'm' }] },
];

async function writeInput(records: readonly object[] = RECORDS): Promise<string> {
  const path = join(folder, 'in.jsonl');
  await writeFile(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  return path;
}

function batch(argv: readonly string[], options: { isMended?: boolean } = {}) {
  return runInProcess(['batch', ...argv], { world: world(options) });
}

test('rank: a line for every record, failures with a code, and they can be done once more', async () => {
  const job = join(folder, 'job');
  const output = join(folder, 'out.jsonl');
  const first = await batch(['rank', await writeInput(), '--job', job, '--output', output]);
  expect(first).toMatchObject({ exitCode: 1, stdout: '' });
  expect(first.stderr.replaceAll(folder, 'F')).toMatchInlineSnapshot(`
    "F/in.jsonl, line 2: The ranker fake failed: it dislikes shouting
    2 done, 1 failed
    To do what failed once more: llm-blender batch retry-failed F/job
    "
  `);
  expect(await readFile(output, 'utf8')).toMatchInlineSnapshot(`
    "{"id":"a","ranks":[3,1,2],"scores":[-1.5,1.5,0],"best":1,"comparisons":6,"rankerPasses":0,"modelCalls":6}
    {"id":7,"error":{"code":"ranker_failed","message":"The ranker fake failed: it dislikes shouting"}}
    {"id":3,"ranks":[1],"scores":[0],"best":0,"comparisons":0,"rankerPasses":0,"modelCalls":0,"models":["m"]}
    "
  `);
  expect(await batch(['status', job])).toMatchObject({
    exitCode: 0,
    stdout: 'rank, complete: 2 done, 1 failed, 0 left of 3 records\n',
  });
  const again = await batch(['retry-failed', job], { isMended: true });
  expect(again.exitCode).toBe(0);
  expect(again.stderr).toContain('Resumed: 2 of 3 records were done, 1 failed.');
  const whole = await batch(['rank', await writeInput(), '--job', join(folder, 'whole')], { isMended: true });
  expect(await readFile(output, 'utf8')).toBe(whole.stdout);
  expect(JSON.parse((await batch(['status', job, '--json'])).stdout)).toMatchObject({
    total: 3,
    done: 3,
    failed: 0,
    left: 0,
    isRunning: false,
  });
});

test('what is changed is named, and a change of what has no part in the results is none', async () => {
  const job = join(folder, 'job');
  const input = await writeInput();
  const run = (...more: string[]) => batch(['rank', input, '--job', job, ...more], { isMended: true });
  expect((await run('--strategy', 'bubble', '--top-k', '2')).exitCode).toBe(0);
  expect(await run('--strategy', 'full', '--top-k', '2')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('--strategy was "bubble" and is "full". Resume it as it was begun'),
  });
  expect(await run('--strategy', 'bubble')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('--top-k was 2 and is not given'),
  });
  const free = ['--concurrency', '3', '--no-cache', '--trace', join(folder, 'trace.jsonl')];
  expect((await run('--strategy', 'bubble', '--top-k', '2', ...free)).exitCode).toBe(0);
  expect(await batch(['compare', input, '--job', job])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('command was "rank" and is "compare"'),
  });
  await appendFile(input, '{"id":"new","instruction":"q","candidates":["a","b"]}\n');
  expect(await run('--strategy', 'bubble', '--top-k', '2')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('it was begun with something else: the input had 172 bytes and has 226. Resume'),
  });
  await writeInput(RECORDS.map((record) => ({ ...record, instruction: 'Q' })));
  expect(await run('--strategy', 'bubble', '--top-k', '2')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('the content of the input has changed'),
  });
  await writeInput();
  expect((await run('--strategy', 'bubble', '--top-k', '2')).exitCode).toBe(0);
});

test('a job is moved with its input, whatever the times of the files say', async () => {
  const input = await writeInput();
  const args = (place: string) => ['rank', '--input', join(place, 'in.jsonl'), '--job', join(place, 'job')];
  expect((await batch(['rank', input, '--job', join(folder, 'job')])).exitCode).toBe(1);
  const moved = `${folder}-moved`;
  await rename(folder, moved);
  onTestFinished(() => rm(moved, { recursive: true, force: true }));
  await utimes(join(moved, 'in.jsonl'), 0, 4e9);
  const resumed = await batch(args(moved));
  expect(resumed.stderr).toContain('Resumed: 2 of 3');
  // The paths of the last run are noted.
  expect((await batch(['retry-failed', join(moved, 'job')], { isMended: true })).exitCode).toBe(0);
});

test('a clock that jumps has no part in it', async () => {
  const job = join(folder, 'job');
  const real = Date.now;
  let jumps = 0;
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => real() + (jumps++ % 2 === 0 ? 1 : -1) * 86_400_000);
  onTestFinished(() => clock.mockRestore());
  const input = await writeInput();
  await batch(['rank', input, '--job', job]);
  const resumed = await batch(['retry-failed', job], { isMended: true });
  expect(resumed).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('3 done') });
});

test('while another process works on the job, a second one ends at once', async () => {
  const job = join(folder, 'job');
  const running = runBatch({ job, input: [{ id: 'a' }], work: async () => ({}) });
  await running.next();
  expect(await batch(['rank', await writeInput(), '--job', job])).toMatchObject({
    exitCode: 1,
    stderr: `error: Another process works on the job ${job}. Wait until it ends, or stop it.\n`,
  });
  await running.return();
});

test('what cannot be a job is refused before anything is asked', async () => {
  const input = await writeInput();
  const job = join(folder, 'job');
  const cases: readonly (readonly [readonly string[], string])[] = [
    [['rank', input], "required option '--job <folder>' not specified"],
    [['rank', '--job', job], 'Name the file to read with --input.'],
    [['rank', '-', '--job', job], 'there is no such file'],
    [['rank', folder, '--job', job], 'it is a folder'],
    [['rank', '/dev/null', '--job', job], 'so it must be a file'],
    [['rank', input, '--job', input], 'a file is in its place'],
    [['rank', input, '--job', folder], 'it has other files, such as in.jsonl. Name a folder for this job alone.'],
    [['rank', input, '--job', job, '--output', join(folder, 'no', 'out')], 'its folder does not exist'],
    [['status', folder], 'there is no batch job in this folder'],
    [['export', folder], 'there is no batch job in this folder'],
    [['retry-failed', folder], 'there is no batch job in this folder'],
    [['best-of-n', input, '--job', job], 'Name the models to ask with --model.'],
  ];
  for (const [argv, message] of cases) {
    expect(await batch(argv), argv.join(' ')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(message) });
  }
  await writeInput([...RECORDS, { id: '7', instruction: 'other', candidates: ['x'] }]);
  expect(await batch(['rank', input, '--job', job])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('in.jsonl, line 4 has the id "7" as'),
  });
});

test('ask: the lines have no times, and what is exported so far is what is done', async () => {
  const input = await writeInput([
    { id: 'a', prompt: 'Why?' },
    { id: 'b', messages: [{ role: 'user', content: 'How?' }] },
    { id: 'c', instruction: 'Sum it up.', input: 'A text.' },
    { id: 'd', text: 3 },
  ]);
  const job = join(folder, 'job');
  const { exitCode, stdout } = await batch(['ask', input, '--job', job, '--segment-size', '2'], { isMended: true });
  expect(exitCode).toBe(1);
  expect(stdout).toMatchInlineSnapshot(`
    "{"id":"a","text":"An answer.","decision":"best-candidate","decisionReason":"The best candidate is the answer: there is only one answer.","candidates":[{"model":"fake/model","sample":1,"text":"An answer.","rank":1,"score":0,"finishReason":"stop"}]}
    {"id":"b","text":"An answer.","decision":"best-candidate","decisionReason":"The best candidate is the answer: there is only one answer.","candidates":[{"model":"fake/model","sample":1,"text":"An answer.","rank":1,"score":0,"finishReason":"stop"}]}
    {"id":"c","text":"An answer.","decision":"best-candidate","decisionReason":"The best candidate is the answer: there is only one answer.","candidates":[{"model":"fake/model","sample":1,"text":"An answer.","rank":1,"score":0,"finishReason":"stop"}]}
    {"id":4,"error":{"code":"invalid_data","message":"no question was found. Its fields: id, text."}}
    "
  `);
  expect(await batch(['export', job])).toMatchObject({ exitCode: 1, stdout });
  expect(await readdir(join(job, 'segments'))).toHaveLength(2);
});

test('ask --schema: the answer as an object, and a schema is pinned by its content', async () => {
  const input = await writeInput([{ id: 'a', prompt: 'Where?' }]);
  const schema = join(folder, 'schema.json');
  await writeFile(schema, '{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}');
  const job = join(folder, 'job');
  const run = () =>
    runInProcess(['batch', 'ask', input, '--job', job, '--schema', schema], {
      world: { models: { 'fake/a': new FakeLanguageModel({ answer: () => '{"city": "Paris"}' }) } },
    });
  const { exitCode, stdout } = await run();
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ id: 'a', object: { city: 'Paris' } });
  await writeFile(schema, '{"type":"object"}');
  expect(await run()).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--schema was "sha256 ') });
});
