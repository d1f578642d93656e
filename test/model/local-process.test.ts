import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const path = process.env['LLM_BLENDER_TEST_MODEL'];
if (path === undefined) throw new Error('Set LLM_BLENDER_TEST_MODEL to the path of the embedded GGUF.');
const run = promisify(execFile);
const folder = new URL('../../src/local/', import.meta.url).href;

/** Runs a script in a process of its own; `before` are words in front of the command. */
async function script(source: string, { before = [], env = {} }: { before?: string[]; env?: NodeJS.ProcessEnv } = {}) {
  const [command = '', ...words] = [...before, process.execPath, '--input-type=module', '--eval', source];
  return run(command, words, { env: { ...process.env, ...env }, timeout: 60_000 });
}

const LOAD = `
  const { createLocalModel } = await import('${folder}index.ts');
  const model = await createLocalModel({ reference: 'local/x', path: ${JSON.stringify(path)}, contextTokens: 256, maxParallelCalls: 1 });
  const { usage } = await model.doGenerate({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }], maxOutputTokens: 4 });
`;

test.each([
  ['without disposing', ''],
  ['after disposing', 'await model[Symbol.asyncDispose]();'],
  [
    'in the middle of a call',
    "void model.doGenerate({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }] }); setTimeout(() => process.exit(0), 100);",
  ],
])('a process that used a model ends by itself, and prints nothing: %s', async (_name, ending) => {
  const { stdout, stderr } = await script(`${LOAD}${ending}`, { env: { LLM_BLENDER_THREADS: '1' } });
  expect([stdout, stderr]).toEqual(['', '']);
});

test('importing loads no native code', async () => {
  const { stdout } = await script(`
    await import('${folder}index.ts');
    const loaded = process.report.getReport().sharedObjects.filter((name) => name.includes('llama'));
    console.log(JSON.stringify(loaded));
  `);
  expect(JSON.parse(stdout)).toEqual([]);
});

test('loads that are aborted again and again keep no later one waiting', async () => {
  const aborted = `
    const { createLocalModel: create } = await import('${folder}index.ts');
    for (const share of Array.from({ length: 6 }, () => [-1, 0, 0.5, 1]).flat()) {
      const controller = new AbortController();
      const onProgress = (event) => event.share >= share && controller.abort();
      const loading = create({ reference: 'local/x', path: ${JSON.stringify(path)}, contextTokens: 256, maxParallelCalls: 1, abortSignal: controller.signal, onProgress });
      if (share < 0) controller.abort();
      await loading.catch(() => {});
    }
  `;
  const { stdout } = await script(`${aborted}${LOAD}console.log(usage.outputTokens.total > 0);`);
  expect(stdout).toBe('true\n');
});

/** Counts the threads that llama.cpp adds to its own while it evaluates a prompt: it starts them for each batch. */
const ADDED_THREADS = `
  const { readdirSync } = await import('node:fs');
  const count = () => readdirSync('/proc/self/task').length;
  const score = (text) => model.scoreContinuations({ prompt: [{ role: 'user', content: [{ type: 'text', text }] }], continuations: ['A'] });
  await score('word '.repeat(30));
  const [before, counts] = [count(), []];
  const sampling = setInterval(() => counts.push(count()), 1);
  await score('other '.repeat(130));
  clearInterval(sampling);
  console.log(Math.max(...counts) - before);
`;

test.runIf(process.platform === 'linux')('on one core, one thread works', async () => {
  const { stdout } = await script(`${LOAD}${ADDED_THREADS}`, { before: ['taskset', '-c', '0'] });
  expect(Number(stdout)).toBe(0);
});

test('LLM_BLENDER_THREADS that makes no sense is refused before anything is loaded', async () => {
  const failed = script(LOAD, { env: { LLM_BLENDER_THREADS: 'many' } });
  await expect(failed).rejects.toThrow('Invalid LLM_BLENDER_THREADS "many"');
});
