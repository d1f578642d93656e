import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { type FakeWorld, runInProcess, StringOutput } from '../../../test/e2e/__fixtures__/cli-harness.ts';
import { FakeLanguageModel, FakePairRanker } from '../../test/index.ts';

/** Likes long texts, by an odd fraction. */
const world: FakeWorld = {
  ranker: new FakePairRanker({ judge: ({ left, right }) => (left.length - right.length) / 3 }),
  models: { 'fake/fuser': new FakeLanguageModel({ answer: 'fused' }) },
};

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'cli-files-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

const CSV = 'id;Frage;gpt;llama\r\nx;"Was, wo\r\nund wann?";eins;zwei drei\r\n';
const MAP = ['--map', 'instruction=Frage', '--map', 'candidates=gpt,llama'];

test('a table as a file without an option: ids and models come back, scores have six digits', async () => {
  const path = join(await folder(), 'answers.csv');
  await writeFile(path, CSV);
  const ranked = await runInProcess(['rank', path, ...MAP], { world });
  expect(ranked).toEqual({
    exitCode: 0,
    stdout:
      '{"id":"x","ranks":[2,1],"scores":[-1.66667,1.66667],"best":1,"comparisons":2,"rankerPasses":0,"modelCalls":2,"models":["gpt","llama"]}\n',
    stderr: '1 done\n',
  });
  const compared = await runInProcess(['compare', '--input', path, ...MAP], { world });
  expect(compared.stdout).toBe('{"id":"x","logit":-1.66667,"probability":0.158869,"models":["gpt","llama"]}\n');
  const fused = await runInProcess(['fuse', ...MAP], { stdin: gzipSync(CSV), world });
  expect(fused.stdout).toBe('{"id":"x","text":"fused","models":["gpt","llama"]}\n');
});

test('ranks come from the scores before they are rounded', async () => {
  const strength: Readonly<Record<string, number>> = { a: 1, b: 1 + 1e-9, c: 0 };
  const ranker = new FakePairRanker({
    judge: ({ left, right }) => (strength[left] ?? 0) - (strength[right] ?? 0),
  });
  const { stdout } = await runInProcess(['rank'], {
    stdin: '{"prompt":"q","candidates":["a","b","c"]}',
    world: { ranker },
  });
  expect(JSON.parse(stdout)).toMatchObject({ ranks: [2, 1, 3], scores: [0.5, 0.5, -1] });
});

test('rank --explain names the models', async () => {
  const stdin = '{"id":"x","prompt":"q","responses":{"gpt":"333","llama":"1"}}';
  const stdout = new StringOutput({ isTTY: true, columns: 120 });
  const { stderr } = await runInProcess(['rank', '--explain'], { stdin, stdout, world });
  expect(stderr).toMatch(/^x\n.*model .*\n.* gpt .*333\n.* llama .*1\n/);
});

test('several files: answers of one question are collected, and ids without a name say the file', async () => {
  const directory = await folder();
  const [gpt, llama, more] = ['gpt.json', 'llama.json', 'more.jsonl'].map((name) => join(directory, name));
  await writeFile(
    gpt ?? '',
    JSON.stringify(
      [
        { instruction: 'q', output: '1' },
        { instruction: 'r', output: '4444' },
      ],
      null,
      2,
    ),
  );
  await writeFile(
    llama ?? '',
    JSON.stringify([
      { instruction: 'q', output: '333', generator: 'LLaMA' },
      { instruction: 'r', output: '22' },
    ]),
  );
  await writeFile(more ?? '', '\n{"prompt":"s","responses":["1"]}\n');
  const output = join(directory, 'out.jsonl');
  const { exitCode } = await runInProcess(['rank', gpt ?? '', llama ?? '', '--input', more ?? '', '--output', output], {
    world,
  });
  const lines = (await readFile(output, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect([exitCode, lines.map(({ id, models, best }) => ({ id, models, best }))]).toEqual([
    0,
    [
      { id: `${more}:2`, models: undefined, best: 0 },
      { id: 1, models: ['gpt', 'LLaMA'], best: 1 },
      { id: 2, models: ['gpt', 'llama'], best: 0 },
    ],
  ]);
  const refused = await runInProcess(['rank', gpt ?? '', '--output', gpt ?? ''], { world });
  expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('it is the input as well')]);
});

test('compare: two conversations as a whole', async () => {
  const turns = (first: string, second: string) => [
    { role: 'user', content: 'q' },
    { role: 'assistant', content: first },
    { role: 'user', content: 'r' },
    { role: 'assistant', content: second },
  ];
  const row = {
    id: 'c',
    model_a: 'm',
    model_b: 'n',
    conversation_a: turns('1', '22'),
    conversation_b: turns('333', '1'),
  };
  const seen: string[] = [];
  const ranker = new FakePairRanker({
    judge: ({ left, right }) => {
      seen.push(left);
      return left.length - right.length;
    },
  });
  const { stdout } = await runInProcess(['compare'], { stdin: JSON.stringify(row), world: { ranker } });
  expect(JSON.parse(stdout)).toEqual({ id: 'c', logit: -1, probability: 0.268941, models: ['m', 'n'] });
  expect(seen[0]).toContain('<Response 1>');
});

test('a table without known columns is one message with the way out', async () => {
  const rows = Array.from({ length: 119 }, (_, index) => `${index},Was?,Ja.,Nein.\n`).join('');
  const { exitCode, stdout, stderr } = await runInProcess(['rank'], { stdin: `nr,Frage,gpt,llama\n${rows}`, world });
  expect([exitCode, stdout]).toEqual([1, '']);
  expect(stderr).toMatchInlineSnapshot(`
    "error: stdin: no question with answers to it was found. Its fields: nr, Frage, gpt, llama.
    Name yours with --map, probably: --map instruction=Frage --map candidates=gpt,llama
    Accepted: {"instruction", "candidates": ["…", {"text", "model"}]}; {"prompt", "responses": […]}; {"prompt", "chosen", "rejected"}; {"instruction", "a", "b"}; columns such as prompt, response_a, response_b; rows {"instruction", "output", "generator"} with one answer each.
    "
  `);
});

test('the same mistake in many records is shown a few times and counted', async () => {
  const good = '{"prompt":"q","responses":["1","22"]}\n';
  const bad = '{"prompt":"q","responses":["1",null]}\n';
  const { exitCode, stderr } = await runInProcess(['rank'], { stdin: good + bad.repeat(40) + good, world });
  expect(exitCode).toBe(1);
  expect(stderr).toMatchInlineSnapshot(`
    "stdin, line 2: responses[1] is null: expected a text or { "text": … }.
    stdin, line 3: responses[1] is null: expected a text or { "text": … }.
    stdin, line 4: responses[1] is null: expected a text or { "text": … }.
    stdin, line 5: responses[1] is null: expected a text or { "text": … }.
    stdin, line 6: responses[1] is null: expected a text or { "text": … }.
    35 more: responses[1] is null: expected a text or { "text": … }.
    2 done, 40 failed
    "
  `);
});

test('a terminal as standard input is said, and so is a wrong mapping', async () => {
  const stdin = Object.assign(new (await import('node:stream')).PassThrough(), { isTTY: true });
  expect(await runInProcess(['compare'], { stdin, world })).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: 'error: There is no input. Name a file, or pipe the records in.\n',
  });
  const wrong = await runInProcess(['rank', '--map', 'candidate=x'], { stdin: '{}', world });
  expect([wrong.exitCode, wrong.stderr]).toEqual([
    2,
    'error: Invalid --map "candidate=x": candidate is no field of ours. Did you mean candidates?\n',
  ]);
});
