import { copyFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { InvalidArgumentError, ModelLoadError, TimeoutError } from '../../src/error/index.ts';
import { createLocalModel, type CreateLocalModelOptions } from '../../src/local/index.ts';
import type { ModelProgress } from '../../src/spec/model-progress.ts';

const path = process.env['LLM_BLENDER_TEST_MODEL'];
if (path === undefined) throw new Error('Set LLM_BLENDER_TEST_MODEL to the path of the embedded GGUF.');
const folder = await mkdtemp(join(tmpdir(), 'local-load-'));
afterAll(() => rm(folder, { recursive: true }));

const SMALL = { threads: 1, contextTokens: 256, maxParallelCalls: 1 };
const load = (options: Partial<CreateLocalModelOptions> = {}) =>
  createLocalModel({ reference: 'local/smollm2', path, ...SMALL, ...options });

/** What loading fails with. */
async function failure(options: Partial<CreateLocalModelOptions>): Promise<unknown> {
  return load(options).then(
    async (model) => {
      await model[Symbol.asyncDispose]();
      return undefined;
    },
    (error: unknown) => error,
  );
}

/** Tokens of a short answer: 1 where the model works. */
async function answer(model: Awaited<ReturnType<typeof load>>): Promise<number | undefined> {
  const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hi' }] }];
  const { usage } = await model.doGenerate({ prompt, maxOutputTokens: 1 });
  return usage.outputTokens.total;
}

test('progress goes from loading to ready, and an observer that throws breaks nothing', async () => {
  const events: ModelProgress[] = [];
  await using model = await load({
    onProgress: (event) => {
      events.push(event);
      throw new Error('observer');
    },
  });
  const shares = events.map((event) => (event.type === 'model-load' ? event.share : -1)).slice(0, -1);
  expect(shares.length).toBeGreaterThan(1);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(shares.at(-1)).toBe(1);
  expect(events.at(-1)).toEqual({ type: 'model-ready', reference: 'local/smollm2' });
  expect(await answer(model)).toBe(1);
});

test('models come and go, side by side and one after the other', async () => {
  const [first, second] = await Promise.all([load(), load()]);
  expect(await Promise.all([answer(first), answer(second)])).toEqual([1, 1]);
  await first[Symbol.asyncDispose]();
  expect(await answer(second)).toBe(1);
  const [third] = await Promise.all([load(), second[Symbol.asyncDispose]()]);
  expect(await answer(third)).toBe(1);
  await third[Symbol.asyncDispose]();
  await using last = await load();
  expect(await answer(last)).toBe(1);
});

test('files that are no model', async () => {
  const text = join(folder, 'text.gguf');
  await writeFile(text, 'hello');
  const empty = join(folder, 'empty.gguf');
  await writeFile(empty, '');
  for (const [file, sentence] of [
    [join(folder, 'missing.gguf'), 'there is no such file'],
    [folder, 'it is a folder'],
    [text, 'it is not a GGUF file'],
    [empty, 'it is not a GGUF file'],
  ] as const) {
    const error = await failure({ path: file });
    expect(error).toBeInstanceOf(ModelLoadError);
    expect(String(error)).toContain(sentence);
    expect(error).toMatchObject({ reference: 'local/smollm2', path: file });
  }
});

test.each([50_000_000, 3000])('a file cut off after %d bytes', async (bytes) => {
  const cut = join(folder, 'cut.gguf');
  await copyFile(path, cut);
  await truncate(cut, bytes);
  const error = await failure({ path: cut });
  expect(error).toBeInstanceOf(ModelLoadError);
  expect(String(error)).toContain('damaged or incomplete');
});

test('too little memory, for the weights and for the context', async () => {
  for (const freeBytes of [50e6, 130e6]) {
    const error = await failure({
      contextTokens: 8192,
      maxParallelCalls: 4,
      _internal: { freeBytes },
    });
    expect(error).toBeInstanceOf(ModelLoadError);
    expect(String(error)).toMatch(/needs about \d+\.\d GB of memory and 0\.1 GB are free/);
  }
});

test('the context is made smaller where memory is short', async () => {
  const { contextTokens: _tokens, maxParallelCalls: _calls, ...rest } = SMALL;
  await using model = await createLocalModel({
    reference: 'local/x',
    path,
    ...rest,
    _internal: { freeBytes: 600e6 },
  });
  expect(model).toMatchObject({ contextTokens: 4096, maxParallelCalls: 1 });
});

test('loading too slowly', async () => {
  const error = await failure({ loadTimeoutMs: 20 });
  expect(error).toBeInstanceOf(TimeoutError);
  expect(String(error)).toContain('loadTimeoutMs');
  await using model = await load();
  expect(await answer(model)).toBe(1);
});

test('an abort while loading', async () => {
  const reason = new Error('enough');
  expect(await failure({ abortSignal: AbortSignal.abort(reason) })).toBe(reason);
  const early = new AbortController();
  const failed = failure({ abortSignal: early.signal });
  early.abort(reason);
  expect(await failed).toBe(reason);
  // At the beginning of the weights, half-way, and before the context is made.
  for (const share of [0, 0.5, 1]) {
    const controller = new AbortController();
    const onProgress = (event: ModelProgress) => {
      if (event.type === 'model-load' && event.share >= share) controller.abort(reason);
    };
    expect(await failure({ abortSignal: controller.signal, onProgress })).toBe(reason);
  }
  await using model = await load();
  expect(await answer(model)).toBe(1);
});

test('options out of range', async () => {
  for (const options of [{ threads: 0 }, { contextTokens: 1.5 }, { maxParallelCalls: -1 }, { loadTimeoutMs: 0 }]) {
    expect(await failure(options)).toBeInstanceOf(InvalidArgumentError);
  }
  const error = await failure({ contextTokens: 10_000 });
  expect(String(error)).toContain('trained on 8192 tokens');
});
