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
  ['in the middle of a call', "void model.doGenerate({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }] }); setTimeout(() => process.exit(0), 100);"],
])('a process that used a model ends by itself, and prints nothing: %s', async (_name, ending) => {
  // A clock that would keep the process alive shows that the end is its own.
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

/** Counts threads that worked much of the time, from the times of all threads of the process. */
const BUSY_THREADS = `
  const { readdirSync, readFileSync } = await import('node:fs');
  const ticks = () => new Map(readdirSync('/proc/self/task').map((id) => {
    const fields = readFileSync('/proc/self/task/' + id + '/stat', 'utf8').split(') ')[1].split(' ');
    return [id, Number(fields[11]) + Number(fields[12])];
  }));
  const before = ticks();
  const prompt = [{ role: 'user', content: [{ type: 'text', text: 'word '.repeat(150) }] }];
  await model.scoreContinuations({ prompt, continuations: ['A'] });
  const workers = [...ticks()].filter(([id, value]) => value - (before.get(id) ?? 0) >= 10);
  console.log(workers.length);
`;

test.runIf(process.platform === 'linux')('on one core, one thread works', async () => {
  const { stdout } = await script(`${LOAD}${BUSY_THREADS}`, { before: ['taskset', '-c', '0'] });
  expect(Number(stdout)).toBe(1);
});

test('LLM_BLENDER_THREADS that makes no sense is refused before anything is loaded', async () => {
  const failed = script(LOAD, { env: { LLM_BLENDER_THREADS: 'many' } });
  await expect(failed).rejects.toThrow('Invalid LLM_BLENDER_THREADS "many"');
});
