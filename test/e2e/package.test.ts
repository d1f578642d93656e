import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const modelPath = process.env['LLM_BLENDER_TEST_MODEL'] ?? '';
const RANKER_RUNTIME = 'npm install onnxruntime-node --ignore-scripts';
let project = '';
let tarball = '';

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'llm-blender-package-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', project], { cwd: root });
  const packed = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as { filename: string }[];
  tarball = join(project, packed[0]?.filename ?? '');
  const { overrides } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { overrides: object };
  await writeFile(
    join(project, 'package.json'),
    JSON.stringify({ name: 'user', private: true, type: 'module', overrides }),
  );
  await run('npm', ['install', '--no-audit', '--no-fund', tarball], { cwd: project });
});

afterAll(() => rm(project, { recursive: true, force: true }));

test('the tarball holds what is published and nothing else', async () => {
  const { stdout } = await run('tar', ['-tzf', tarball]);
  const files = stdout.trim().split('\n');
  expect(files).toContain('package/dist/index.js');
  expect(files).toContain('package/dist/index.d.ts');
  expect(files).toContain('package/LICENSE');
  expect(files).toContain('package/schema/blender.config.schema.json');
  expect(
    files.filter(
      (file) =>
        !/^package\/(?:dist\/.*\.(?:js|d\.ts)|package\.json|LICENSE|NOTICE|README\.md|CHANGELOG\.md|schema\/blender\.config\.schema\.json)$/.test(
          file,
        ) &&
        !/^package\/models\/small\/(?:model\.onnx|config\.json|tokenizer\.json|phrases\.json|README\.md|[a-z]+\.png)$/.test(
          file,
        ) &&
        !/^package\/training\/(?:(?:README|experiments)\.md|requirements\.txt|train-small\.sh|ranker\/\w+\.py)$/.test(
          file,
        ),
    ),
  ).toEqual([]);
  expect(files.filter((file) => /\.(?:test|contract)\./.test(file))).toEqual([]);
});

test('publint finds nothing wrong with it', async () => {
  const { stdout } = await run(join(root, 'node_modules/.bin/publint'), [tarball, '--strict'], { cwd: root });
  expect(stdout).toContain('All good!');
});

test('it installs without a native runtime and works', async () => {
  const installed = await readdir(join(project, 'node_modules'));
  expect(installed.filter((name) => name === 'node-llama-cpp' || name === 'onnxruntime-node')).toEqual([]);
  await writeFile(
    join(project, 'rank.js'),
    `import { rank } from 'llm-blender';
     import schema from 'llm-blender/blender.config.schema.json' with { type: 'json' };
     if (schema.title !== 'llm-blender') throw new Error('another schema');
     import { FakePairRanker } from 'llm-blender/test';
     const ranker = new FakePairRanker({ judge: ({ left, right }) => left.length - right.length });
     console.log(JSON.stringify((await rank({ prompt: 'Go.', candidates: ['a', 'ccc', 'bb'], ranker })).ranks));`,
  );
  const { stdout } = await run(process.execPath, ['rank.js'], { cwd: project });
  expect(stdout.trim()).toBe('[3,1,2]');
});

test('its typings are whole for a strict project', async () => {
  await writeFile(
    join(project, 'use.ts'),
    `import { blend, createBlender, streamBlend, type BlendResult, NoCandidatesError } from 'llm-blender';
     export async function main(): Promise<string> {
       await using blender = createBlender({ limits: { local: { concurrency: 1 } } });
       const result: BlendResult = await blender.blend({ models: ['local/smollm2-135m-instruct'], prompt: 'Hi', totalTimeoutMs: 1000 });
       for await (const part of streamBlend({ prompt: 'Hi' })) if (part.type === 'fusion-delta') console.log(part.delta);
       const text: string = (await blend({ prompt: 'Hi' }).catch((error: unknown) => { throw NoCandidatesError.isInstance(error) ? error : new Error(); })).text;
       // @ts-expect-error an unknown decision
       if (result.decision === 'coin') return '';
       return text;
     }`,
  );
  await writeFile(
    join(project, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        strict: true,
        noEmit: true,
        module: 'nodenext',
        target: 'es2024',
        lib: ['es2024', 'esnext.disposable'],
        types: ['node'],
        typeRoots: [join(root, 'node_modules/@types')],
      },
      files: ['use.ts'],
    }),
  );
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [tsc, '--project', '.'], { cwd: project }).catch(
    (error: { stdout: string }) => error,
  );
  // The typings of `ai` itself want those of a browser; only ours, and the use of them, are judged here.
  expect(stdout.split('\n').filter((line) => /^(?:use\.ts|node_modules\/llm-blender)/.test(line))).toEqual([]);
});

test('without the runtime, a local model says the command that adds it', async () => {
  const failure = await run(
    process.execPath,
    ['node_modules/llm-blender/dist/cli/main.js', 'ask', 'Hi', '--model', `local/${modelPath}`],
    {
      cwd: project,
    },
  ).catch((error: { code: number; stderr: string }) => error);
  expect(failure).toMatchObject({ code: 1, stderr: expect.stringContaining('npm install node-llama-cpp') });
});

test('the documented line adds the runtime of the ranker, and no more', async () => {
  await writeFile(
    join(project, 'small.js'),
    `import { compare } from 'llm-blender';
     const prompt = 'What is the capital of France?';
     const { probability } = await compare({ prompt, a: 'The capital of France is Paris.', b: 'I like trains.' });
     console.log(probability > 0.5);`,
  );
  const missing = run(process.execPath, ['small.js'], { cwd: project });
  await expect(missing).rejects.toMatchObject({ stderr: expect.stringContaining(RANKER_RUNTIME) });
  expect(await readFile(join(root, 'README.md'), 'utf8')).toContain(RANKER_RUNTIME);
  const [, ...args] = RANKER_RUNTIME.split(' ');
  await run('npm', [...args, '--no-audit', '--no-fund'], { cwd: project });
  const { stdout } = await run(process.execPath, ['small.js'], { cwd: project });
  expect(stdout.trim()).toBe('true');
});

test('with it, the main job runs', async () => {
  await run('npm', ['install', '--no-audit', '--no-fund', 'node-llama-cpp@^3.22.1'], { cwd: project });
  const { stdout } = await run(
    process.execPath,
    [
      'node_modules/llm-blender/dist/cli/main.js',
      'ask',
      'Say hello.',
      '--samples',
      '2',
      '--max-tokens',
      '12',
      '--seed',
      '1',
      '--json',
    ],
    { cwd: project, env: { ...process.env, LLM_BLENDER_MODELS: dirname(modelPath) } },
  );
  expect(JSON.parse(stdout)).toMatchObject({
    candidates: [{ rank: 1 }, {}],
    decision: expect.stringMatching(/^(?:fused|best-candidate)$/),
  });
  expect(basename(modelPath)).toMatch(/\.gguf$/);
});
