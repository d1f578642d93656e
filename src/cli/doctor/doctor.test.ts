import pc from 'picocolors';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { ListedProvider } from '../../index.ts';
import type { ListedWeights } from '../../weights/index.ts';
import {
  checkBetterModel,
  checkKeys,
  checkCache,
  checkConfig,
  checkHub,
  checkCores,
  checkMemory,
  checkNode,
  checkProviders,
  checkPython,
  checkWeights,
  renderChecks,
} from './checks.ts';
import { checkRuntime } from './check-runtime.ts';
import { runChild } from '../io/run-child.ts';

const abortSignal = new AbortController().signal;

test('Node is measured against what the package asks for', () => {
  const status = (version: string) => checkNode({ version, engines: '>=22.18' }).status;
  expect(['22.18.0', '24.1.0', '22.17.9', '20.99.0', '22.9.0'].map(status)).toEqual([
    'ok',
    'ok',
    'fail',
    'fail',
    'fail',
  ]);
});

test.each(['node-llama-cpp', 'onnxruntime-node'] as const)(
  '%s loads here, in a process of its own',
  async (runtime) => {
    expect(await checkRuntime(runtime, { env: process.env, abortSignal })).toMatchObject({ status: 'ok' });
  },
);

test('a runtime that is not installed is distinguished from one whose binding does not load', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'doctor-runtime-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  // Makes the child find its packages from this folder.
  const hook = `import { registerHooks } from 'node:module';
    registerHooks({ resolve: (name, context, next) =>
      next(name, name === 'onnxruntime-node' ? { ...context, parentURL: ${JSON.stringify(pathToFileURL(join(folder, 'main.js')))} } : context) });`;
  const env = { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` };
  const check = () => checkRuntime('onnxruntime-node', { env, abortSignal });
  expect(await check()).toEqual({
    name: 'Ranker runtime',
    status: 'fail',
    detail: 'onnxruntime-node is not installed',
    help: 'The trained ranker needs it: npm install onnxruntime-node --ignore-scripts',
  });
  const home = join(folder, 'node_modules/onnxruntime-node');
  await mkdir(home, { recursive: true });
  for (const [source, problem] of [
    ["throw new Error('libonnxruntime.so.1: cannot open shared object file');", 'libonnxruntime.so.1: cannot open'],
    ["require('onnxruntime-common');", "Cannot find module 'onnxruntime-common'"],
    ["process.kill(process.pid, 'SIGSEGV');", 'ended by SIGSEGV'],
  ] as const) {
    await writeFile(join(home, 'index.js'), source);
    expect(await check()).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining(
        `onnxruntime-node is installed, but its native binding does not load: ${problem}`,
      ),
      help: expect.stringMatching(/^Install it again/),
    });
  }
});

test('a child that hangs is ended, one that fails or cannot be started is reported, an abort ends at once', async () => {
  const run = (script: string, timeoutMs: number, signal = abortSignal) =>
    runChild(process.execPath, ['--eval', script], { env: process.env, timeoutMs, abortSignal: signal });
  expect(await run('setInterval(() => {}, 1000)', 300)).toMatchObject({ problem: 'no answer within 0.3 s' });
  expect(await run('console.error("first\\nlast"); process.exit(3)', 10_000)).toMatchObject({ problem: 'last' });
  expect(await run('process.kill(process.pid, "SIGSEGV")', 10_000)).toMatchObject({ problem: 'ended by SIGSEGV' });
  expect(await run('console.log("out")', 10_000)).toEqual({ problem: undefined, stdout: 'out\n' });
  expect((await runChild('no-such-program', [], { env: {}, timeoutMs: 1000, abortSignal })).problem).toContain(
    'ENOENT',
  );
  const controller = new AbortController();
  const reason = new Error('stop');
  setTimeout(() => controller.abort(reason), 100);
  await expect(run('setInterval(() => {}, 1000)', 60_000, controller.signal)).rejects.toBe(reason);
});

test('a setting about threads that cannot be used is reported', () => {
  const countUsable = () => {
    throw new Error('no number of threads');
  };
  expect(checkCores({ countUsable, present: 8 })).toEqual({
    name: 'Processor',
    status: 'fail',
    detail: 'no number of threads',
  });
});

test('Python is only a warning', async () => {
  expect(await checkPython({ env: { PATH: '/nowhere' }, abortSignal })).toMatchObject({
    status: 'warn',
    detail: 'not found',
  });
});

test('the cache folder is looked at, not made', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cli-doctor-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  expect((await checkCache(join(directory, 'not', 'yet'))).status).toBe('ok');
  expect(await readdir(directory)).toEqual([]);
  await writeFile(join(directory, 'file'), '');
  expect(await checkCache(join(directory, 'file'))).toMatchObject({ status: 'fail' });
  expect(await checkCache(join(directory, 'file', 'below'))).toMatchObject({ status: 'fail' });
});

test('Hugging Face answers with anything, or not at all, and no password is shown', async () => {
  const server = createServer((_, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const check = (endpoint: string) => checkHub({ endpoint, abortSignal });
  expect(await check(`http://user:secret@127.0.0.1:${port}/path`)).toMatchObject({
    status: 'ok',
    detail: `http://127.0.0.1:${port} answers`,
  });
  expect(await check('http://127.0.0.1:1')).toMatchObject({
    status: 'warn',
    detail: 'http://127.0.0.1:1 cannot be reached',
  });
  expect(await check('ftp://x')).toMatchObject({ status: 'warn' });
});

test('keys are named, never shown', () => {
  const { detail } = checkKeys({ OPENAI_API_KEY: 'sk-secret', HF_TOKEN: 'hf_secret', GROQ_API_KEY: ' ', PATH: '/bin' });
  expect(detail).toBe('HF_TOKEN, OPENAI_API_KEY set');
  expect(checkKeys({}).detail).toBe('none set; local models need none');
});

function model(name: string, state: ListedWeights['state']): ListedWeights {
  return {
    name,
    reference: `local/${name}`,
    path: '/x',
    bytes: 98e6,
    state,
    licence: undefined,
    licenceUrl: undefined,
    description: undefined,
    parameters: undefined,
  };
}

test('without the embedded model the job can run where it can be fetched', () => {
  const embedded = 'smollm2-135m-instruct';
  expect(checkWeights([model(embedded, 'cached'), model('b', 'own file')], { canFetch: false })).toEqual({
    name: 'Weights',
    status: 'ok',
    detail: '2 models, 196.0 MB: smollm2-135m-instruct, b',
  });
  expect(checkWeights([model(embedded, 'absent')], { canFetch: true }).status).toBe('warn');
  expect(checkWeights([model(embedded, 'damaged')], { canFetch: false }).status).toBe('fail');
});

test('a better model is offered where there is memory for it', () => {
  const name = 'qwen2.5-1.5b-instruct';
  const check = (state: ListedWeights['state'], availableBytes: number) =>
    checkBetterModel([model(name, state)], { availableBytes });
  expect(check('absent', 4e9)).toEqual({
    name: 'Better model',
    status: 'ok',
    detail: 'local/qwen2.5-1.5b-instruct fits into the memory, and is larger than the embedded model',
    help: 'Fetch it (1.1 GB) with: llm-blender models fetch qwen2.5-1.5b-instruct\nThen ask with --model local/qwen2.5-1.5b-instruct',
  });
  expect(check('damaged', 4e9)).toEqual(check('absent', 4e9));
  for (const state of ['cached', 'own file'] as const)
    expect(check(state, 4e9)).toEqual({
      name: 'Better model',
      status: 'ok',
      detail: 'local/qwen2.5-1.5b-instruct is here: ask with --model local/qwen2.5-1.5b-instruct',
    });
  for (const state of ['absent', 'cached'] as const)
    expect(check(state, 2e9)).toEqual({
      name: 'Better model',
      status: 'ok',
      detail: 'no memory for one: local/qwen2.5-1.5b-instruct needs about 2.5 GB',
    });
});

test('the checks are lines that fit, with what helps below', () => {
  const checks = [
    checkNode({ version: '20.0.0', engines: '>=22.18' }),
    checkCores({ countUsable: () => 2, present: 8 }),
    checkMemory({ availableBytes: 100e6, totalBytes: 8e9 }),
    { name: 'Cache folder', status: 'ok', detail: '/a/b', help: '' } as const,
  ];
  const colors = pc.createColors(false);
  expect(renderChecks(checks, { columns: 60, colors }).join('\n')).toMatchInlineSnapshot(`
    "fail  Node.js       20.0.0 (needs >=22.18)
                        Get a newer version from
                        https://nodejs.org.
    ok    Processor     2 threads usable of 8
    warn  Memory        100.0 MB available of 8.0 GB
                        The embedded model needs about 500.0 MB:
                        close other programs.
    ok    Cache folder  /a/b
                        "
  `);
});

test('providers: those with a key or an answer, and how to get what they lack', async () => {
  const provider = (name: string, more: Partial<ListedProvider>): ListedProvider => ({
    name,
    api: 'openai',
    baseURL: 'http://127.0.0.1:1/v1',
    package: '@ai-sdk/openai',
    isInstalled: true,
    needsKey: true,
    keyVariables: ['KEY'],
    keyVariable: undefined,
    models: undefined,
    problem: undefined,
    ...more,
  });
  const ollama = provider('ollama', { needsKey: false, problem: 'it cannot be reached (ECONNREFUSED)' });
  expect(checkProviders([provider('a', {}), ollama])).toEqual({
    name: 'Providers',
    status: 'ok',
    detail: 'none set up; local models need none',
  });
  expect(checkProviders([{ ...ollama, problem: undefined, models: ['ollama/x'] }])).toMatchObject({
    status: 'ok',
    detail: 'ollama serves 1 model',
  });
  const lacking = [
    provider('a', { keyVariable: 'KEY', isInstalled: false }),
    provider('b', { keyVariable: 'KEY', problem: 'it answers 401' }),
  ];
  expect(checkProviders(lacking)).toEqual({
    name: 'Providers',
    status: 'warn',
    detail: 'a lacks @ai-sdk/openai; b: it answers 401',
    help: 'For a: npm install @ai-sdk/openai',
  });
});

test('the configuration is named, and what is wrong with it is reported', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'doctor-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'own.yaml');
  await writeFile(file, 'providers: { lab: { baseURL: "http://127.0.0.1:1/v1" } }');
  expect(await checkConfig({ LLM_BLENDER_CONFIG: file })).toEqual({
    check: { name: 'Configuration', status: 'ok', detail: file },
    config: { providers: { lab: { baseURL: 'http://127.0.0.1:1/v1' } } },
  });
  await writeFile(file, 'provider: {}');
  expect((await checkConfig({ LLM_BLENDER_CONFIG: file })).check).toEqual({
    name: 'Configuration',
    status: 'warn',
    detail: `${file} cannot be used:`,
    help: '  - line 1: provider is {}: there is no such option. Did you mean providers?',
  });
});
