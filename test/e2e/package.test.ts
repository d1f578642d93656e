import { execFile } from 'node:child_process';
import { cp, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join, posix, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CountingServer } from '../calls/counting-server.ts';
import { codeBlocks } from './__fixtures__/code-blocks.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const modelPath = process.env['LLM_BLENDER_TEST_MODEL'] ?? '';
/** The Node of these tests is the one that `npx` and the installed command find. */
const env = {
  ...process.env,
  PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`,
  LLM_BLENDER_MODELS: dirname(modelPath),
};
const guide = await readFile(join(root, 'docs/install.md'), 'utf8');
// The lines for Linux x64.
const [, installLines = '', pruneLine = ''] = codeBlocks(guide, 'sh');
const [, rankerLine = '', ...localLines] = installLines.trim().split('\n');
let project = '';
let tarball = '';

/** Size of all files in a folder, in bytes. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => lstat(file)))).reduce((sum, { size }) => sum + size, 0);
}

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'llm-blender-package-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', project], { cwd: root });
  const packed = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as { filename: string }[];
  tarball = join(project, packed[0]?.filename ?? '');
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'user', private: true, type: 'module' }));
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
        !/^package\/(?:dist\/.*\.(?:c?js|d\.c?ts)|package\.json|LICENSE|NOTICE|(?:README|ARCHITECTURE|CHANGELOG|CONTRIBUTING)\.md|schema\/blender\.config\.schema\.json)$/.test(
          file,
        ) &&
        !/^package\/models\/small\/(?:model\.onnx|config\.json|tokenizer\.json|phrases\.json|README\.md|[a-z]+\.png)$/.test(
          file,
        ) &&
        !/^package\/models\/embedded\/(?:adapter\.gguf|config\.json|README\.md)$/.test(file) &&
        !/^package\/dist\/page\/(?:(?:index|reports)\.html|icon\.svg|licenses\.txt|assets\/[\w-]+\.(?:js|css)|report\/report\.(?:js|css))(?:\.(?:br|gz))?$/.test(
          file,
        ) &&
        !/^package\/(?:docs\/.*\.(?:md|svg|webp)|examples\/.*\.(?:m?ts|md|json|jsonl|csv|yaml|sh))$/.test(file) &&
        !/^package\/training\/(?:(?:README|experiments)\.md|(?:reward\/)?requirements\.txt|train-small\.sh|(?:ranker|reward)\/\w+\.py)$/.test(
          file,
        ),
    ),
  ).toEqual([]);
  expect(files.filter((file) => /\.(?:test|contract)\./.test(file))).toEqual([]);
});

test('every link of its documents leads to a file in it', async () => {
  const { stdout } = await run('tar', ['-tzf', tarball]);
  const files = new Set(stdout.trim().split('\n'));
  const documents = [...files].filter((file) => file.endsWith('.md'));
  expect(documents).toContain('package/docs/install.md');
  for (const document of documents) {
    const text = await readFile(join(project, 'node_modules/llm-blender', relative('package', document)), 'utf8');
    for (const [, link = ''] of text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g))
      expect(files, `${document} links to ${link}`).toContain(posix.join(posix.dirname(document), link));
  }
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
    ['node_modules/llm-blender/dist/cli/entry.cjs', 'ask', 'Hi', '--model', `local/${modelPath}`],
    { cwd: project },
  ).catch((error: { code: number; stderr: string }) => error);
  expect(failure).toMatchObject({ code: 1, stderr: expect.stringContaining('npm install node-llama-cpp') });
});

test('from the tarball alone, npx answers with models of a server', async () => {
  await using server = await CountingServer.start(() => ({ text: 'A' }));
  const command = 'llm-blender ask Hi --model lmstudio/m --ranker judge:lmstudio/m';
  // Where npx leaves what it installs. What npm has downloaded before is not downloaded again.
  const cache = join(project, 'npm');
  const { stdout: shared } = await run('npm', ['config', 'get', 'cache']);
  await mkdir(cache);
  await symlink(join(shared.trim(), '_cacache'), join(cache, '_cacache'));
  const { stdout } = await run('npx', ['--yes', '--package', tarball, ...command.split(' ')], {
    cwd: tmpdir(),
    env: {
      ...env,
      LMSTUDIO_BASE_URL: server.baseURL,
      LLM_BLENDER_CACHE: join(project, 'answers'),
      npm_config_cache: cache,
    },
  });
  expect(stdout).toBe('A\n');
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
  await expect(missing).rejects.toMatchObject({ stderr: expect.stringContaining(rankerLine) });
  await run('bash', ['-c', rankerLine], { cwd: project });
  const { stdout } = await run(process.execPath, ['small.js'], { cwd: project });
  expect(stdout.trim()).toBe('true');
});

test('the documented lines add local models, and no GPU builds', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  expect(localLines).toHaveLength(2);
  for (const line of [rankerLine, ...localLines]) expect(readme).toContain(line);
  for (const line of localLines) await run('bash', ['-c', line], { cwd: project });
  const modules = join(project, 'node_modules');
  const names = await readdir(modules, { recursive: true });
  expect(names.filter((name) => /(?:cuda|vulkan).*\.(?:so|node|dll)/i.test(name))).toEqual([]);
  expect(await sizeOf(modules)).toBeLessThan(470e6);
});

test('with them, the installed command does the main job', async () => {
  const { stdout } = await run(
    'npx',
    ['llm-blender', 'ask', 'Say hello.', '--samples', '2', '--max-tokens', '12', '--seed', '1', '--json'],
    { cwd: project, env },
  );
  expect(JSON.parse(stdout)).toMatchObject({
    candidates: [{ rank: 1 }, {}],
    decision: expect.stringMatching(/^(?:fused|best-candidate)$/),
  });
  expect(basename(modelPath)).toMatch(/\.gguf$/);
});

describe('every example runs in the project of a user', async () => {
  const files = (await readdir(join(root, 'examples'), { recursive: true })).filter((name) => name.endsWith('.ts'));

  beforeAll(async () => {
    await cp(join(project, 'node_modules/llm-blender/examples'), join(project, 'examples'), { recursive: true });
    const packages = ['@opentelemetry/context-async-hooks', '@opentelemetry/sdk-trace-base'];
    await run('npm', ['install', '--no-audit', '--no-fund', ...packages], { cwd: project });
  });

  test.each(files)('%s', async (file) => {
    const { stdout } = await run(process.execPath, [`examples/${file}`], { cwd: project, env });
    expect(stdout.trim()).not.toBe('');
    expect(await readFile(join(root, 'examples', file), 'utf8')).toContain(`Run: node examples/${file}`);
    expect(await readFile(join(root, 'examples/README.md'), 'utf8')).toContain(`examples/${file}`);
  });
});

test('the binaries of other platforms can go', async () => {
  await run('sh', ['-c', pruneLine], { cwd: project });
  expect(await sizeOf(join(project, 'node_modules'))).toBeLessThan(250e6);
  const { stdout } = await run(process.execPath, ['small.js'], { cwd: project });
  expect(stdout.trim()).toBe('true');
});

test.each(['12', '16', '20'])('under Node %s, the command says in one sentence what it needs', async (version) => {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const folder = join(project, `node-${version}`);
  const name = `node-${system}-x64`;
  await run('npm', ['install', '--no-audit', '--no-fund', '--force', '--prefix', folder, `${name}@${version}`]);
  const old = run(
    join(folder, 'node_modules', name, 'bin/node'),
    ['node_modules/llm-blender/dist/cli/entry.cjs', 'ask', 'Hi'],
    { cwd: project },
  );
  await expect(old).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^error: llm-blender needs Node\.js 22\.19 or newer, and this is [\d.]+: .*\n$/),
  });
});
