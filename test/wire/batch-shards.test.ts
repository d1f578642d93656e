import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const MAIN = join(root, 'src/cli/main.ts');
const SHARDS = 4;
/** No multiple of the number of shards. */
const QUESTIONS = 26;

let folder = '';
let expected = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batch-shards-'));
  const questions = Array.from({ length: QUESTIONS }, (_, n) =>
    JSON.stringify({ instruction: `What is ${n} + 1?`, candidates: [`It is ${n + 1}.`, 'I do not know.', `${n}`] }),
  );
  await writeFile(join(folder, 'questions.jsonl'), `${questions.join('\n')}\n`);
  // The program by its name, as on a cluster.
  await writeFile(join(folder, 'llm-blender'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  await chmod(join(folder, 'llm-blender'), 0o755);
  await run('llm-blender', ['batch', 'rank', 'questions.jsonl', '--job', 'whole', '--output', 'whole.jsonl']);
  expected = await readFile(join(folder, 'whole.jsonl'), 'utf8');
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

function run(file: string, argv: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const { PATH = '' } = process.env;
  const env = { PATH: `${folder}${delimiter}${PATH}`, HOME: folder, LLM_BLENDER_CACHE: folder, ...more };
  return new Promise((resolve) => {
    execFile(file, argv, { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? error.signal), stdout, stderr }),
    );
  });
}

/** What Slurm does with a script: runs it once for each index of its array, with the index in the environment. */
async function sbatch(script: string, { array }: { array?: readonly number[] } = {}): Promise<readonly Ended[]> {
  const text = await readFile(script, 'utf8');
  const [, from, to] = /^#SBATCH --array=(\d+)-(\d+)$/m.exec(text) ?? [];
  const all = Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => Number(from) + index);
  const indices = array ?? all;
  return Promise.all(
    indices.map((index) =>
      run('bash', [script], {
        SLURM_ARRAY_JOB_ID: '7',
        SLURM_ARRAY_TASK_ID: String(index),
        SLURM_ARRAY_TASK_COUNT: String(indices.length),
      }),
    ),
  );
}

test('the example for Slurm: an array, a part of it again, and one output', { timeout: 60_000 }, async () => {
  expect(expected.split('\n')).toHaveLength(QUESTIONS + 1);
  const script = join(root, 'examples/batch/slurm.sh');
  const merge = () => run('llm-blender', ['batch', 'merge', 'ranked', '--output', 'ranked.jsonl']);
  const first = await sbatch(script, { array: [0, 1, 3] });
  expect(first.map(({ code }) => code)).toEqual([0, 0, 0]);
  // Nobody reads lines in the log of a job.
  expect(first.map(({ stdout }) => stdout)).toEqual(['', '', '']);
  expect(await merge()).toMatchObject({ code: 1, stderr: expect.stringContaining('shard 2/4 is missing') });
  expect((await run('llm-blender', ['batch', 'status', 'ranked'])).stdout).toBe(
    'rank, stopped: 20 done, 0 left of 20 records, 1 shard not begun, such as 2/4\n',
  );
  expect((await sbatch(script, { array: [2] })).map(({ code }) => code)).toEqual([0]);
  expect(await merge()).toMatchObject({ code: 0 });
  expect(await readFile(join(folder, 'ranked.jsonl'), 'utf8')).toBe(expected);
  expect((await run('bash', [script])).stderr).toContain('is the variable set that it comes from');
});

test('the example for Kubernetes is an indexed job whose command does each part', { timeout: 60_000 }, async () => {
  const job = parse(await readFile(join(root, 'examples/batch/kubernetes.yaml'), 'utf8')) as {
    apiVersion: string;
    kind: string;
    spec: {
      completionMode: string;
      completions: number;
      template: { spec: { restartPolicy: string; containers: [{ command: readonly string[] }] } };
    };
  };
  const { spec } = job;
  expect(job).toMatchObject({ apiVersion: 'batch/v1', kind: 'Job' });
  expect(spec).toMatchObject({ completionMode: 'Indexed', completions: SHARDS });
  const [{ command }] = spec.template.spec.containers;
  const pods = Array.from({ length: spec.completions }, (_, index) => {
    const [file = '', ...argv] = command.map((word) =>
      word
        .replace('$(JOB_COMPLETION_INDEX)', String(index))
        .replace('/data/ranked', `${folder}/pods`)
        .replace('/data', folder),
    );
    return run(file, argv);
  });
  expect((await Promise.all(pods)).map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  // Also by their folders, in any order.
  const folders = (await readdir(join(folder, 'pods'))).toReversed().map((name) => join(folder, 'pods', name));
  expect(await run('llm-blender', ['batch', 'merge', ...folders])).toMatchObject({ code: 0, stdout: expected });
});
