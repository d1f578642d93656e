import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { ModelLoadError } from '../error/index.ts';
import { createLocalModel } from './create-local-model.ts';
import type { Runtime } from './runtime.ts';

const folder = await mkdtemp(join(tmpdir(), 'create-local-model-'));
afterAll(() => rm(folder, { recursive: true }));
const path = join(folder, 'model.gguf');
await writeFile(path, 'GGUF');

const FREED = ['free context', 'free model'];

/** Steps of loading that may fail. */
type Step = 'loadModel' | 'trainContextSize' | 'estimate' | 'createContext' | 'getSequence' | 'tokens';

/** A native runtime that notes what is made and freed, and does `at` before each step. */
function fakeRuntime(at: (step: Step) => unknown, { failFreeing = false }: { failFreeing?: boolean } = {}) {
  const log: string[] = [];
  const free = (what: string) => async () => {
    log.push(`free ${what}`);
    if (failFreeing) throw new Error(`cannot free ${what}`);
  };
  const context = { getSequence: () => at('getSequence'), idealThreads: 1, dispose: free('context') };
  const model = {
    get trainContextSize() {
      at('trainContextSize');
      return 2048;
    },
    get tokens() {
      at('tokens');
      return { bosString: null, eosString: null };
    },
    fileInfo: { metadata: {} },
    iterateAllTokens: () => [],
    fileInsights: {
      estimateContextResourceRequirementsV2: async () => {
        await at('estimate');
        return { cpuRam: 1 };
      },
    },
    createContext: async () => {
      await at('createContext');
      log.push('make context');
      return context;
    },
    dispose: free('model'),
  };
  const llama = {
    loadModel: async () => {
      await at('loadModel');
      log.push('make model');
      return model;
    },
  };
  const runtime = { llama, takeErrors: () => '' } as unknown as Runtime;
  return { log, _internal: { startRuntime: async () => runtime } };
}

function failAt(step: Step, failure = new Error(`no ${step}`)) {
  return (now: Step) => {
    if (now === step) throw failure;
  };
}

test.each<[Step, string[]]>([
  ['loadModel', []],
  ['trainContextSize', ['make model', 'free model']],
  ['estimate', ['make model', 'free model']],
  ['createContext', ['make model', 'free model']],
  ['tokens', ['make model', 'make context', ...FREED]],
  ['getSequence', ['make model', 'make context', ...FREED]],
])('where %s fails, everything made before is freed', async (step, expected) => {
  const { log, _internal } = fakeRuntime(failAt(step));
  const loading = createLocalModel({ reference: 'local/x', path, _internal });
  await expect(loading).rejects.toThrow(`no ${step}`);
  expect(log).toEqual(expected);
});

test('what cannot be freed keeps nothing else from being freed, and hides no error', async () => {
  const { log, _internal } = fakeRuntime(failAt('getSequence'), { failFreeing: true });
  const loading = createLocalModel({ reference: 'local/x', path, _internal });
  await expect(loading).rejects.toThrow('no getSequence');
  expect(log.slice(2)).toEqual(FREED);
});

test('a model that is disposed of frees everything, also where one part fails', async () => {
  const { log, _internal } = fakeRuntime(() => undefined, { failFreeing: true });
  const model = await createLocalModel({ reference: 'local/x', path, _internal });
  await expect(model[Symbol.asyncDispose]()).rejects.toThrow('cannot free');
  expect(log).toEqual(['make model', 'make context', ...FREED]);
});

test.each<Step>(['loadModel', 'estimate', 'createContext'])(
  'an abort during %s rejects at once, and what the step makes all the same is freed',
  async (step) => {
    const reached = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const { log, _internal } = fakeRuntime((now) => {
      if (now !== step) return undefined;
      reached.resolve();
      return go.promise;
    });
    const controller = new AbortController();
    const { signal } = controller;
    const loading = createLocalModel({ reference: 'local/x', path, abortSignal: signal, _internal });
    await reached.promise;
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(loading).rejects.toBe(reason);
    go.resolve();
    while (!log.includes('free model')) await setImmediate();
    const made = log.filter((entry) => entry.startsWith('make')).map((entry) => entry.replace('make', 'free'));
    expect(log.slice(made.length)).toEqual(made.toReversed());
  },
);

test('an error of the runtime is a ModelLoadError with its own words', async () => {
  const { _internal } = fakeRuntime(failAt('loadModel', new Error('unknown architecture')));
  const loading = createLocalModel({ reference: 'local/x', path, _internal });
  await expect(loading).rejects.toBeInstanceOf(ModelLoadError);
  await expect(loading).rejects.toThrow('(unknown architecture)');
});
