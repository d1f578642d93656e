import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { codeBlocks } from '../../../test/e2e/__fixtures__/code-blocks.ts';
import { runInProcess } from '../../../test/e2e/__fixtures__/cli-harness.ts';

const MAIN = join(import.meta.dirname, '../main.ts');

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cli-evaluate-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

const ROWS = [
  { id: '1', instruction: 'Q1', a: 'longer answer', b: 'short', label: 1 },
  { id: '2', instruction: 'Q2', a: 'no', b: 'a long wrong one', label: 1 },
  { id: '3', instruction: 'Q3', a: 'x', b: 'xyz', label: 7 },
];
const stdin = ROWS.map((row) => JSON.stringify(row)).join('\n');

test('evaluate ranker writes all forms, prints a table, and names the row that it cannot use', async () => {
  const folder = await makeFolder();
  const output = join(folder, 'run');
  const argv = ['evaluate', 'ranker', '-o', output, '--resamples', '100', '--junit', join(folder, 'ci/junit.xml')];
  argv.push('--report', join(folder, 'ci/page.html'));
  const run = await runInProcess(argv, { stdin });
  expect(run.stdout).toContain('2 examples of 2 prompts, 1 row not usable, decided by verdicts in the data.');
  expect(run.stdout).toMatch(/^longest +2 +50\.0 \[/m);
  expect(run.stderr).toContain('stdin, line 3: label is 7, which names no winner');
  expect(run.exitCode).toBe(0);
  const results = JSON.parse(await readFile(join(output, 'results.json'), 'utf8')) as Record<string, unknown>;
  expect(results).toMatchObject({
    schema: 'llm-blender/evaluation',
    version: 1,
    kind: 'ranker',
    method: { resamples: 100 },
  });
  expect((await readFile(join(output, 'examples.jsonl'), 'utf8')).trim().split('\n')).toHaveLength(2);
  expect(await readFile(join(output, 'report.md'), 'utf8')).toContain('| ranker | small | 2 |');
  expect(await readFile(join(output, 'tables/pairs.csv'), 'utf8')).toContain('baseline,longest,2,accuracy,0.5,');
  expect(await readFile(join(folder, 'ci/page.html'), 'utf8')).toBe(
    await readFile(join(output, 'report.html'), 'utf8'),
  );
  expect(await readFile(join(folder, 'ci/junit.xml'), 'utf8')).toContain('<failure message="1 rows cannot be used');
});

test('--fail-under decides the exit code, also of a report', async () => {
  const output = join(await makeFolder(), 'run');
  const argv = ['evaluate', 'ranker', '-o', output, '--resamples', '100', '--fail-under', 'longest:accuracy=0.9'];
  const run = await runInProcess(argv, { stdin });
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain('longest:accuracy is 0.5, and not within longest:accuracy=0.9.');
  const report = (limit: string) =>
    runInProcess(['evaluate', 'report', output, '--resamples', '100', '--fail-under', limit, '--json']);
  await expect(report('longest:accuracy=0.4')).resolves.toMatchObject({ exitCode: 0 });
  await expect(report('nothing=1')).resolves.toMatchObject({ exitCode: 2 });
  const compared = await runInProcess(['evaluate', 'compare', output, output, '--row', 'random=longest']);
  expect(compared.stdout).toMatch(/random \/ longest +accuracy +0\.0000/);
});

test('the metric and the data set of the guide, each one file', async () => {
  const folder = await makeFolder();
  const guide = await readFile(join(import.meta.dirname, '../../../docs/evaluate.md'), 'utf8');
  for (const code of codeBlocks(guide, 'ts')) {
    const name = /^\/\/ (\w+\.ts)\n/.exec(code)?.[1];
    if (name !== undefined) await writeFile(join(folder, name), code);
  }
  const rows = [
    { q: 'Why?', first: 'Why? Why not?', second: 'Because.', votes_for_first: 0.2 },
    { q: 'How?', first: 'So.', second: 'Not?', votes_for_first: 0.9 },
    { q: 'What?', first: 'This.', second: 'That.', votes_for_first: 'many' },
  ];
  const run = await runInProcess(
    [
      ...'evaluate models --resamples 100 --json'.split(' '),
      '-o',
      join(folder, 'run'),
      '--metric',
      join(folder, 'questions.ts'),
      '--data-set',
      join(folder, 'votes.ts'),
    ],
    { stdin: rows.map((row) => JSON.stringify(row)).join('\n') },
  );
  expect(JSON.parse(run.stdout)).toMatchObject({
    data: { examples: 2, skipped: 1 },
    models: [
      { model: 'one', winRate: { value: 0.5 }, questions: { value: 1 } },
      { model: 'two', winRate: { value: 0.5 }, questions: { value: 0.5 } },
    ],
  });
  expect(run.stderr).toContain('the data set votes: votes_for_first is no number');
});

test.each([
  [['evaluate', 'ranker'], "required option '-o, --output <folder>' not specified"],
  [['evaluate', 'blend', '-o', 'x'], "required option '--blend <name>' not specified"],
  [['evaluate', 'ranker', '-o', 'x', '--top-k', '1,x'], 'top-k'],
  [['evaluate', 'ranker', '-o', 'x', '--fail-under', 'accuracy'], 'expected FIGURE=VALUE'],
  [['evaluate', 'report', '/none/such'], 'there is no run of evaluate in it'],
])('%j is refused', async (argv, message) => {
  const run = await runInProcess(argv, { stdin });
  expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(message) });
});

test('--estimate asks nothing and writes nothing', async () => {
  const output = join(await makeFolder(), 'run');
  const run = await runInProcess(['evaluate', 'ranker', '-o', output, '--estimate'], { stdin });
  expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('2 examples.') });
  await expect(readFile(join(output, 'run.json'))).rejects.toThrow('ENOENT');
});

/** Runs the command line in a process of its own, and kills it once so many examples are done. */
async function runAndKill(argv: readonly string[], examples: number): Promise<number | null> {
  const child: ChildProcess = spawn(process.execPath, [MAIN, ...argv], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  const folder = argv[argv.indexOf('-o') + 1] ?? '';
  let isKilled = false;
  while (!isKilled && child.exitCode === null) {
    const done = await doneIn(folder);
    if (done >= examples) isKilled = child.kill('SIGKILL');
    else await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5))]);
  }
  await ended;
  return child.exitCode;
}

async function doneIn(folder: string): Promise<number> {
  const logs = globSync('jobs/*/{open,segments}/*', { cwd: folder });
  const texts = await Promise.all(logs.map((log) => readFile(join(folder, log), 'utf8').catch(() => '')));
  return texts.join('').split('"output"').length - 1;
}

test('killed again and again, it ends with the files that it would have had', { timeout: 240_000 }, async () => {
  const folder = await makeFolder();
  const data = join(folder, 'pairs.jsonl');
  const rows = Array.from({ length: 40 }, (_, index) => ({
    id: `p${index}`,
    instruction: `Tell me about number ${index % 20}.`,
    a: `The number ${index} is ${'very '.repeat(index % 7)}good.`,
    b: `I do not know number ${index}, sorry.`,
    label: index % 2,
  }));
  await writeFile(data, rows.map((row) => JSON.stringify(row)).join('\n'));
  const argv = (name: string) => [
    ...'evaluate ranker --ranker small --no-config --no-cache --concurrency 1 --resamples 100 -q'.split(' '),
    data,
    '-o',
    join(folder, name),
  ];
  const kills = [];
  for (const examples of [1, 25]) kills.push(await runAndKill(argv('killed'), examples));
  expect(kills).toContain(null);
  await runAndKill(argv('killed'), Number.POSITIVE_INFINITY);
  await runAndKill(argv('whole'), Number.POSITIVE_INFINITY);
  for (const name of ['results.json', 'examples.jsonl', 'report.md', 'tables/pairs.csv']) {
    const [killed, whole] = await Promise.all(
      ['killed', 'whole'].map((run) => readFile(join(folder, run, name), 'utf8')),
    );
    expect(killed).toBe(whole);
  }
});
