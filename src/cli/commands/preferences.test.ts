import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { type FakeWorld, runInProcess } from '../../../test/e2e/__fixtures__/cli-harness.ts';
import { FakeLanguageModel, FakePairRanker } from '../../test/index.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-preferences-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

/** Likes long texts, by a tenth of their letters, and fails on `!` as long as it is not mended. */
function world({ isMended = false } = {}): FakeWorld & { readonly model: FakeLanguageModel } {
  const ranker = new FakePairRanker({
    judge: ({ left, right }) => {
      if (!isMended && left.includes('!')) throw new Error('it dislikes shouting');
      return (left.length - right.length) / 10;
    },
  });
  const model = new FakeLanguageModel({ answer: (_, index) => 'word '.repeat((index % 4) + 1).trim() });
  return { models: { 'fake/a': model }, model, ranker };
}

const RECORDS = [
  { id: 'a', instruction: 'Why is the sky blue?', candidates: ['Air.', 'Air scatters blue light.', 'It is.'] },
  { id: 7, instruction: 'Name a colour.', input: 'Not red.', candidates: ['Blue', 'blue.', '**Blue**'] },
  { id: 'one', instruction: 'Name a colour.', candidates: ['Blue'] },
  { id: 'bad', instruction: 'Shout.', candidates: ['Hey!', 'Ho'] },
  { id: 'tie', instruction: 'Name a pet.', candidates: ['cat', 'dog'] },
  {
    instruction: '[INST] Hi [/INST]',
    candidates: [
      { text: 'Hello</s>', model: 'm' },
      { text: 'Yo</s>', model: 'n' },
    ],
  },
];

async function write(name: string, records: readonly object[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  return path;
}

function run(argv: readonly string[], given: FakeWorld = world()) {
  return runInProcess(['preferences', ...argv], { world: given });
}

const read = (name: string) => readFile(join(folder, name), 'utf8');

test('pairs in the order of the input, and what was left out and why', async () => {
  const { exitCode, stdout, stderr } = await run(['--format', 'trl', '--margin', await write('in.jsonl', RECORDS)]);
  expect(stdout).toMatchInlineSnapshot(`
    "{"id":"a","prompt":"Why is the sky blue?","chosen":"Air scatters blue light.","rejected":"Air.","chosen_probability":0.880797,"margin":2}
    {"id":"6","prompt":"Hi","chosen":"Hello","rejected":"Yo","chosen_probability":0.574443,"margin":0.3}
    "
  `);
  expect(stderr.replaceAll(folder, 'F')).toMatchInlineSnapshot(`
    "F/in.jsonl, line 4: The ranker fake failed: it dislikes shouting
    2 of 6 questions make a pair. Left out:
      1  failed          the answers could not be read, generated or ranked
      1  too-few         fewer than two answers that differ and are not blank
      1  tie             the answers have the same rank, or the two are equally good
      1  near-identical  the two say almost the same in the same words
    The longer answer is chosen in 100 % of the pairs: 15 characters on average against 3, 4.83 times. Mean probability of the chosen answers: 0.728.
    Markup of chat templates was taken out of 1 question or their answers.
    Texts go to a model as they are, without a chat template. For a chat model, write messages: --messages.
    "
  `);
  // One record has failed.
  expect(exitCode).toBe(1);
});

test('a folder for datasets: both parts, a card and what the data come from', async () => {
  const output = join(folder, 'pairs/');
  const records = Array.from({ length: 30 }, (_, index) => ({
    id: index,
    prompt: `Question ${index}`,
    candidates: [
      { text: 'one', model: 'local/gemma-2b-it' },
      { text: 'two words', model: 'openai/gpt-5' },
    ],
  }));
  const input = await write('in.jsonl', records);
  const { exitCode, stdout } = await run([input, '--format', 'conversational', '-o', output, '--test-share', '0.3']);
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
  expect((await readdir(output)).toSorted()).toEqual(['README.md', 'provenance.json', 'test.jsonl', 'train.jsonl']);
  const [train, tested] = await Promise.all(['train', 'test'].map((name) => read(`pairs/${name}.jsonl`)));
  const lines = [train, tested].map((text = '') => text.trim().split('\n').length);
  expect(lines.reduce((sum, count) => sum + count)).toBe(30);
  expect(lines[1]).toBeGreaterThan(3);
  const card = await read('pairs/README.md');
  expect(card).toContain('- split: train\n        path: train.jsonl\n      - split: test\n        path: test.jsonl\n');
  expect(card).toContain('Gemma Terms of Use');
  expect(card).not.toContain(folder);
  const provenance = JSON.parse(await read('pairs/provenance.json'));
  expect(provenance).toMatchObject({
    format: 'conversational',
    inputs: [{ name: 'in.jsonl', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    rankers: [{ name: 'fake', licences: ['fake: the licence is not known here.'] }],
    models: { 'openai/gpt-5': expect.stringContaining('provider') },
    settings: { testShare: 0.3 },
    summary: { pairs: 30, splits: { train: lines[0], test: lines[1] } },
  });
  // The same again, without a test part.
  await run([input, '--format', 'trl', '-o', join(folder, 'p.jsonl')]);
  expect((await readdir(folder)).toSorted()).toEqual(['in.jsonl', 'p.jsonl', 'p.provenance.json', 'pairs']);
  await run([input, '--format', 'trl', '-o', join(folder, 'p.jsonl'), '--test-share', '0.5']);
  expect(await readdir(folder)).toContain('p.test.jsonl');
});

test('ranked files: the lines of rank with the file that was ranked', async () => {
  const source = await write('in.jsonl', RECORDS);
  const ranked = join(folder, 'ranked.jsonl');
  await runInProcess(['rank', source, '--output', ranked], { world: world() });
  const alone = await run(['--format', 'trl', ranked]);
  expect(alone).toMatchObject({ exitCode: 1, stdout: '' });
  expect(alone.stderr).toContain('--input RANKED --source FILE');
  const ranker = world();
  const joined = await run(['--format', 'trl', ranked, '--source', source], ranker);
  const whole = await run(['--format', 'trl', source]);
  // What rank could not do has no line there.
  expect(joined).toEqual({ ...whole, exitCode: 0, stderr: expect.stringContaining('2 of 5 questions') });
});

test('ranked files: ranks and scores beside the answers', async () => {
  const [record] = RECORDS;
  const input = await write('in.jsonl', [
    { ...record, ranks: [3, 1, 2], scores: [-1, 2, 0] },
    { ...record, scores: [-1, 2, 0] },
    // By their scores, the short one is the best, which the ranker contradicts.
    { ...record, scores: [9, 2, 0] },
    { ...record, scores: ['a', 'b', 'c'], ranks: [1, 2] },
  ]);
  const { stdout } = await run(['--format', 'snorkel', input]);
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(rows.map(({ prompt_id, all_rm_scores }) => [prompt_id, all_rm_scores])).toEqual([
    ['a', [-1, 2, 0]],
    ['a', [-1, 2, 0]],
    ['a', [-1.1, 1.9, -0.8]],
  ]);
  expect((await run(['--format', 'trl', '--rank-again', input])).stdout.trim().split('\n')).toHaveLength(4);
});

test('ranked files: several at once, with records that are called after their file', async () => {
  const names = ['one.jsonl', 'two.jsonl'];
  const records = RECORDS.filter(({ id }) => id === 'a' || id === undefined).map((record) => ({
    ...record,
    id: undefined,
  }));
  const files = await Promise.all(names.map((name) => write(name, records)));
  const sources = files.flatMap((file) => ['--source', file]);
  const whole = await run(['--format', 'trl', ...files]);
  expect(whole.stdout.trim().split('\n')).toHaveLength(4);
  for (const argv of [['rank'], ['batch', 'rank', '--job', join(folder, 'job')]]) {
    const ranked = join(folder, 'ranked.jsonl');
    await runInProcess([...argv, ...files, '--output', ranked], { world: world() });
    const joined = await run(['--format', 'trl', ranked, ...sources]);
    expect(joined.exitCode).toBe(0);
    const withoutIds = (text: string) => text.replaceAll(/"id":"[^"]*"/g, '');
    expect(withoutIds(joined.stdout)).toBe(withoutIds(whole.stdout));
  }
});

test('ranked files: the lines of batch best-of-n and batch ask have answers of their own', async () => {
  const questions = [1, 2, 3].map((index) => ({ id: `q${index}`, prompt: `Question ${index}` }));
  const source = await write('questions.jsonl', questions);
  for (const verb of ['best-of-n', 'ask']) {
    const output = join(folder, `${verb}.jsonl`);
    const argv = [verb, source, '--model', 'fake/a', '--samples', '4', '--job', join(folder, verb), '-o', output];
    await runInProcess(['batch', ...argv, '--concurrency', '1'], { world: world() });
    const { stdout, exitCode } = await run(['--format', 'trl', output, '--source', source]);
    expect(exitCode).toBe(0);
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
    expect(rows.map(({ prompt }) => prompt)).toEqual(questions.map(({ prompt }) => prompt));
    expect(rows[0]).toMatchObject({ chosen: 'word word word word', rejected: 'word' });
  }
});

test('ranked files: what does not fit together is said', async () => {
  const source = await write('in.jsonl', [{ id: 'a', instruction: 'q', candidates: ['1', '22'] }]);
  const ranked = await write('ranked.jsonl', [
    { id: 'b', ranks: [1, 2] },
    { id: 'a', ranks: [1, 2, 3] },
    { id: 'c', error: { code: 'ranker_failed', message: 'no luck' } },
    { id: 'd' },
  ]);
  const { exitCode, stderr } = await run(['--format', 'trl', ranked, '--source', source]);
  expect(exitCode).toBe(1);
  expect(stderr.replaceAll(folder, 'F')).toMatchInlineSnapshot(`
    "F/ranked.jsonl, line 1: F/in.jsonl has no record with the id "b". Name the file that was ranked.
    F/ranked.jsonl, line 2: it ranks 3 answers, and the record "a" of F/in.jsonl has 2. Name the file that was ranked.
    F/ranked.jsonl, line 3: it was not ranked: no luck
    F/ranked.jsonl, line 4: it has no ranks, as the lines of rank have: {id, ranks, scores}.
    0 of 4 questions make a pair. Left out:
      4  failed  the answers could not be read, generated or ranked
    Texts go to a model as they are, without a chat template. For a chat model, write messages: --messages.
    No question makes a pair.
    "
  `);
});

test('straight from a model, as a job that goes on, whose rankings make other pairs without a call', async () => {
  const input = await write(
    'prompts.jsonl',
    [1, 2, 3].map((index) => ({ id: index, prompt: `Question ${index}` })),
  );
  const job = ['--job', join(folder, 'job'), '--model', 'fake/a', '--concurrency', '1', input];
  const first = world();
  const made = await run(['--format', 'trl', ...job], first);
  expect(made.exitCode).toBe(0);
  expect(made.stdout.trim().split('\n')).toHaveLength(3);
  expect(first.model.calls).toHaveLength(12);
  const second = world();
  const kto = await run(['--format', 'kto', '--min-probability', '0.6', ...job], second);
  expect(kto.stdout.trim().split('\n')).toHaveLength(6);
  expect(second.model.calls).toHaveLength(0);
  // What the rankings depend on is pinned.
  const other = await run(['--format', 'trl', '--temperature', '2', ...job]);
  expect(other).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--temperature was not given and is 2') });
  const retried = await runInProcess(['batch', 'retry-failed', join(folder, 'job')], { world: world() });
  expect(retried).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('with --retry-failed') });
});

test('what has failed in a job is counted, and done once more on request', async () => {
  const input = await write('in.jsonl', RECORDS);
  const argv = ['--format', 'trl', '--job', join(folder, 'job'), input, '-o', join(folder, 'out.jsonl')];
  const failed = await run(argv);
  expect(failed.exitCode).toBe(1);
  expect(failed.stderr).toContain('the same command with --retry-failed');
  const before = await read('out.jsonl');
  const mended = await run([...argv, '--retry-failed'], world({ isMended: true }));
  expect(mended.exitCode).toBe(0);
  expect(await read('out.jsonl')).not.toBe(before);
  expect(JSON.parse(await read('out.provenance.json')).summary.excluded).not.toHaveProperty('failed');
  // Without a job, the pairs are the same.
  const { stdout } = await run(['--format', 'trl', input], world({ isMended: true }));
  expect(stdout).toBe(await read('out.jsonl'));
});

test.each([
  [['x.jsonl'], 'required option'],
  [['--format', 'dpo', 'x.jsonl'], 'Expected one of: trl, trl-implicit, conversational, kto, snorkel.'],
  [['--format', 'trl', '--test-share', '0.1', 'x.jsonl'], '--output'],
  [['--format', 'trl', '--retry-failed', 'x.jsonl'], '--job'],
  [['--format', 'trl', '--min-probability', '0.2', 'x.jsonl'], 'between 0.5'],
  [['--format', 'trl', '--model', 'fake/a', '--source', 'x.jsonl', 'x.jsonl'], 'exclude each other'],
  [['--format', 'trl', '--job', 'job', '--source', 'x.jsonl', 'x.jsonl'], '--source does not go with --job'],
  [['--format', 'trl', '-o', 'x.jsonl', 'x.jsonl'], 'it is the input as well'],
  [['--format', 'trl', '-o', 'pairs.parquet', 'x.jsonl'], 'JSON Lines'],
])('%j is a usage error', async (argv, message) => {
  const path = await write('x.jsonl', RECORDS);
  const { exitCode, stderr } = await run(argv.map((word) => (word === 'x.jsonl' ? path : word)));
  expect(exitCode).toBe(2);
  expect(stderr).toContain(message);
  expect(await readdir(folder)).toEqual(['x.jsonl']);
});

test('compressed, by the name of the file', async () => {
  const input = await write('in.jsonl', RECORDS);
  const { stdout } = await run([input, '--format', 'trl']);
  await run([input, '--format', 'trl', '-o', join(folder, 'pairs.jsonl.gz'), '--test-share', '0.01']);
  expect(gunzipSync(await readFile(join(folder, 'pairs.jsonl.gz'))).toString()).toBe(stdout);
  expect((await readdir(folder)).toSorted()).toEqual([
    'in.jsonl',
    'pairs.jsonl.gz',
    'pairs.provenance.json',
    'pairs.test.jsonl.gz',
  ]);
});

test('a folder with a README of its own is left alone', async () => {
  const input = await write('in.jsonl', RECORDS);
  await write('README.md', []);
  const { exitCode, stderr } = await run([input, '--format', 'trl', '-o', folder]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('it has a README.md');
  expect(await readdir(folder)).toEqual(['README.md', 'in.jsonl']);
});

test('no pair at all is a failure', async () => {
  const input = await write(
    'in.jsonl',
    RECORDS.filter(({ id }) => id === 'tie'),
  );
  const { exitCode, stdout, stderr } = await run(['--format', 'trl', '--quiet', input]);
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 1, stdout: '', stderr: 'No question makes a pair.\n' });
});
