import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tinyPairs, trainingPython } from './training-env.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
let python: string;
let folder: string;
let data: string;
/** Pairs of one instruction, to measure with: the made pairs of several would take most of a run. */
let dev: string;

beforeAll(async () => {
  python = await trainingPython();
  folder = await mkdtemp(join(tmpdir(), 'train-'));
  data = join(folder, 'pairs.jsonl');
  await writeFile(data, tinyPairs());
  dev = join(folder, 'dev.jsonl');
  await writeFile(dev, tinyPairs().split('\n', 1)[0] ?? '');
}, 600_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

const cli = (...args: string[]) => run(process.execPath, [join(root, 'src/cli/main.ts'), ...args], { cwd: folder });

test('train makes a folder that --ranker takes, with a report', async () => {
  // A file of that name in the user's folder must not stand in for the module of Python's own.
  await writeFile(join(folder, 'random.py'), 'raise SystemExit("the wrong random")');
  const { stdout, stderr } = await cli(
    'train',
    '--python',
    python,
    '--data',
    data,
    '--output',
    'mine',
    '--steps',
    '12',
  );
  expect(stdout).toBe('mine\n');
  // A tenth of the instructions is kept apart.
  expect(stderr).toContain('11 pairs of 11 instructions; 1 pairs of 1 to measure with.');
  expect(stderr).toContain('step 12/12');
  const report = JSON.parse(await readFile(join(folder, 'mine/run/report.json'), 'utf8')) as { dev: { pairs: number } };
  expect(report.dev.pairs).toBe(1);
  expect(existsSync(join(folder, 'mine/run/curves.png'))).toBe(true);

  await writeFile(join(folder, 'compare.jsonl'), tinyPairs());
  const compared = await cli('compare', '--ranker', 'mine', '--input', 'compare.jsonl');
  const lines = compared.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; logit: number });

  // The other command scores the same folder, with PyTorch and with the runtime: all three agree.
  for (const how of [[], ['--pytorch']]) {
    const args = [
      '-m',
      'ranker.score',
      join(folder, 'mine'),
      '--pairs',
      data,
      '--logits',
      join(folder, 'logits.jsonl'),
    ];
    await run(python, [...args, ...how], { cwd: join(root, 'training') });
    const theirs = (await readFile(join(folder, 'logits.jsonl'), 'utf8')).trim().split('\n');
    expect(theirs).toHaveLength(lines.length);
    for (const [index, line] of theirs.entries()) {
      const { id, logit } = JSON.parse(line) as { id: string; logit: number };
      expect(lines[index]?.id).toBe(id);
      expect(Math.abs((lines[index]?.logit ?? Number.NaN) - logit)).toBeLessThan(1e-3);
    }
  }
}, 600_000);

test('a run that is killed goes on and ends with the same weights as one in a single go', async () => {
  const from = ['-m', 'ranker.train', '--pairs', data, '--dev-pairs', dev, '--base', join(root, 'models/small')];
  const args = (output: string) => from.concat('--output', join(folder, output), '--steps', '4', '--save-every', '0');
  const cwd = join(root, 'training');
  await run(python, args('whole'), { cwd });

  const first = spawn(python, args('resumed'), { cwd, stdio: 'ignore' });
  const checkpoint = join(folder, 'resumed/run/checkpoint.pt');
  while (!existsSync(checkpoint) && first.exitCode === null) await delay(5);
  first.kill('SIGKILL');
  if (first.exitCode === null && first.signalCode === null) await once(first, 'exit');
  expect(first.signalCode).toBe('SIGKILL');

  const { stderr } = await run(python, args('resumed'), { cwd });
  expect(stderr).toMatch(/Resuming at step [1-3] of 4/);
  const [whole, resumed] = await Promise.all(
    ['whole', 'resumed'].map((output) => readFile(join(folder, output, 'model.onnx'))),
  );
  expect(resumed?.equals(whole ?? Buffer.of())).toBe(true);
}, 600_000);

test('the head alone is refined: the encoder stays, and states that are kept are not made again', async () => {
  const small = join(root, 'models/small');
  const output = join(folder, 'refined');
  const files = ['--pairs', data, '--dev-pairs', data];
  const args = ['-m', 'ranker.train', ...files, '--base', small, '--steps', '0', '--refine', '2', '--output', output];
  const cwd = join(root, 'training');
  const { stderr } = await run(python, args, { cwd });
  expect(stderr).toContain('encoded 2/2 batches');
  const model = await readFile(join(output, 'model.onnx'));
  const again = await run(python, args, { cwd });
  expect(again.stderr).not.toContain('encoded');
  expect((await readFile(join(output, 'model.onnx'))).equals(model)).toBe(true);

  const program = `
import json, sys
import numpy as np, onnx
from ranker.graph import read_weights
old, new = (read_weights(onnx.load(f"{path}/model.onnx")) for path in sys.argv[1:])
print(json.dumps(sorted(name for name in old if not np.allclose(old[name], new[name], rtol=1e-5, atol=1e-7))))`;
  const { stdout } = await run(python, ['-c', program, small, output], { cwd });
  const changed = JSON.parse(stdout) as string[];
  expect(changed).toContain('dense.weight');
  expect(changed.filter((name) => !/^(?:surface|dense|score|direct)\./.test(name))).toEqual([]);
}, 600_000);

test('without the packages, train says how to get them', async () => {
  const bare = join(folder, 'bare');
  await run('python3', ['-m', 'venv', '--without-pip', bare]);
  const failed = cli('train', '--python', join(bare, 'bin/python'), '--data', data, '--output', 'never');
  await expect(failed).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/lacks these packages: matplotlib, .*torch[^]*-m venv[^]*pip install -r/),
  });
});

test.each([
  ['{"instruction":"x","a":"1","b":"2","label":7}', "pairs.jsonl:1: 'label' is 7; use 1"],
  ['{"instruction":"x","a":"1","b":"2","label":1,"margin":-2}', 'contradict each other'],
  ['not json', 'is not JSON'],
  ['{"instruction":"x","a":"1","b":"2","label":1}', 'too few; at least 10 are needed'],
])('bad data is named: %s', async (line, message) => {
  const bad = join(folder, 'bad', 'pairs.jsonl');
  await rm(join(folder, 'bad'), { recursive: true, force: true });
  await mkdir(join(folder, 'bad'));
  await writeFile(bad, line);
  const failed = cli('train', '--python', python, '--data', bad, '--output', 'never');
  await expect(failed).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
});

test('scores are the least-squares fit: margins that add up are met, a circle of labels comes out even', async () => {
  const program = `
import json
from ranker.data import fit_scores
chain = fit_scores([("a", "b", 2.0), ("b", "c", 1.0), ("x", "y", 3.0)])
circle = fit_scores([("a", "b", 2.0), ("b", "c", 2.0), ("c", "a", 2.0), ("c", "d", 1.0)])
print(json.dumps([
    chain["a"][0] - chain["c"][0], chain["x"][0] - chain["y"][0], chain["a"][1] == chain["c"][1], chain["a"][1] == chain["x"][1],
    circle["a"][0] - circle["b"][0], circle["c"][0] - circle["d"][0],
]))`;
  const { stdout } = await run(python, ['-c', program], { cwd: join(root, 'training') });
  const [chain, other, together, apart, even, leaf] = JSON.parse(stdout) as [
    number,
    number,
    boolean,
    boolean,
    number,
    number,
  ];
  expect([together, apart]).toEqual([true, false]);
  for (const [found, expected] of [
    [chain, 3],
    [other, 3],
    [even, 0],
    [leaf, 1],
  ] as const)
    expect(found).toBeCloseTo(expected, 9);
});

test('ties are left out of what is measured', async () => {
  const file = join(folder, 'ties.jsonl');
  const tie = { instruction: 'Name a colour.', a: 'Blue.', b: 'Red.', label: 0.5 };
  await writeFile(file, `${JSON.stringify({ ...tie, b: 'A cat.', label: 1 })}\n${JSON.stringify(tie)}\n`);
  const args = ['-m', 'ranker.score', join(root, 'models/small'), '--pairs', file];
  const { stdout } = await run(python, args, { cwd: join(root, 'training') });
  expect((JSON.parse(stdout) as Record<string, { pairs: number }>)[file]?.pairs).toBe(1);
});
