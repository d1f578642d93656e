import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { streamText } from 'ai';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { DisposedError } from '../../src/error/index.ts';
import { createLocalModel } from '../../src/local/index.ts';

const path = process.env['LLM_BLENDER_TEST_MODEL'];
if (path === undefined) throw new Error('Set LLM_BLENDER_TEST_MODEL to the path of the embedded GGUF.');
const batches: (readonly number[])[] = [];
const load = () =>
  createLocalModel({
    reference: 'local/smollm2',
    path,
    threads: 1,
    contextTokens: 1024,
    maxParallelCalls: 1,
    _internal: { onBatch: (tokens) => batches.push(tokens) },
  });
const model = await load();
afterAll(() => model[Symbol.asyncDispose]());
beforeEach(() => void batches.splice(0));

const ask = (text: string): LanguageModelV4CallOptions['prompt'] => [
  { role: 'user', content: [{ type: 'text', text }] },
];
const STORY = ask('Tell me a long story about a fox.');
const LONG = ask('word '.repeat(800));
const reason = new Error('enough');

/** Batches of a call that asks for one token of {@link STORY}: its prompt, in one chunk. */
await model.doGenerate({ prompt: STORY, maxOutputTokens: 1 });
const ONE_TOKEN = batches.splice(0);

/**
 * Expects that what was stopped evaluates no more than it has begun, apart from `atMost` batches: the next call gets
 * the only sequence and, apart from those, has all batches to itself.
 */
async function expectStopped({ begun = batches.length, atMost = 0 } = {}): Promise<void> {
  await model.doGenerate({ prompt: STORY, maxOutputTokens: 1 });
  // Time for what should not happen.
  await sleep(100);
  const later = batches.slice(begun);
  expect(later.slice(-ONE_TOKEN.length)).toEqual(ONE_TOKEN);
  expect(later.length - ONE_TOKEN.length).toBeLessThanOrEqual(atMost);
}

/** Aborts a call and expects that it rejects in the same turn of the event loop, in which no native work can end. */
async function expectAbortAtOnce(controller: AbortController, call: PromiseLike<unknown>): Promise<void> {
  let rejected: unknown;
  call.then(undefined, (error: unknown) => (rejected = error));
  controller.abort(reason);
  await setImmediate();
  expect(rejected).toBe(reason);
}

test('an abort before the call', async () => {
  const abortSignal = AbortSignal.abort(reason);
  await expect(model.doGenerate({ prompt: STORY, abortSignal })).rejects.toBe(reason);
  await expect(model.doStream({ prompt: STORY, abortSignal })).rejects.toBe(reason);
  expect(batches).toEqual([]);
});

test('an abort while the prompt is evaluated rejects at once, and the work ends with the chunk', async () => {
  const controller = new AbortController();
  const call = model.doGenerate({ prompt: LONG, abortSignal: controller.signal });
  while (batches.length < 2) await sleep(1);
  await expectAbortAtOnce(controller, call);
  await expectStopped();
});

test('an abort of a generation stops it within a token', async () => {
  const controller = new AbortController();
  const { stream } = await model.doStream({ prompt: STORY, temperature: 0, abortSignal: controller.signal });
  const reader = stream.getReader();
  const parts: unknown[] = [];
  while (parts.length < 6) parts.push((await reader.read()).value);
  const begun = batches.length;
  controller.abort(reason);
  await expect(readAll(reader)).rejects.toBe(reason);
  await expectStopped({ begun, atMost: 1 });
});

test('an abort of scoring', async () => {
  const controller = new AbortController();
  const call = model.scoreContinuations({ prompt: LONG, continuations: ['A', 'B'], abortSignal: controller.signal });
  while (batches.length < 1) await sleep(1);
  await expectAbortAtOnce(controller, call);
  await expectStopped();
});

test('what was aborted leaves no trace in later answers', async () => {
  const fresh = await model.doGenerate({ prompt: STORY, seed: 3, maxOutputTokens: 8 });
  for (const count of [0, 1, 2, 5]) {
    const begun = batches.length;
    const controller = new AbortController();
    const call = model.doGenerate({ prompt: STORY, seed: 4, maxOutputTokens: 50, abortSignal: controller.signal });
    while (batches.length < begun + count) await sleep(1);
    await expectAbortAtOnce(controller, call);
  }
  const after = await model.doGenerate({ prompt: STORY, seed: 3, maxOutputTokens: 8 });
  expect(after.content).toEqual(fresh.content);
});

test('cancelling the stream stops the generation', async () => {
  const { stream } = await model.doStream({ prompt: STORY, temperature: 0 });
  const reader = stream.getReader();
  for (let part = 0; part < 4; part++) await reader.read();
  const begun = batches.length;
  await reader.cancel();
  await expectStopped({ begun, atMost: 1 });
});

test('leaving streamText by its signal stops the generation', async () => {
  const controller = new AbortController();
  const { textStream } = streamText({
    model,
    prompt: 'Tell me a story.',
    temperature: 0,
    abortSignal: controller.signal,
  });
  let begun = 0;
  for await (const delta of textStream) {
    if (delta === '' || controller.signal.aborted) continue;
    begun = batches.length;
    controller.abort(reason);
  }
  await expectStopped({ begun, atMost: 1 });
});

test('disposing stops calls, waits for the native work, and is final', async () => {
  const other = await load();
  const running = other.doGenerate({ prompt: LONG });
  const waiting = other.doGenerate({ prompt: STORY });
  const { stream } = await other.doStream({ prompt: STORY });
  const outcomes = Promise.allSettled([running, waiting]);
  while (batches.length < 2) await sleep(1);
  await Promise.all([other[Symbol.asyncDispose](), other[Symbol.asyncDispose]()]);
  const begun = batches.length;
  for (const outcome of await outcomes) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(DisposedError) });
  }
  const parts = [];
  for await (const part of stream) parts.push(part);
  expect(parts.at(-1)).toEqual({ type: 'error', error: expect.any(DisposedError) });
  expect(() => other.countTokens('x')).toThrow(DisposedError);
  await expect(other.doGenerate({ prompt: STORY })).rejects.toBeInstanceOf(DisposedError);
  await expect(other.doStream({ prompt: STORY })).rejects.toBeInstanceOf(DisposedError);
  await expect(other.scoreContinuations({ prompt: STORY, continuations: ['a'] })).rejects.toBeInstanceOf(DisposedError);
  await other[Symbol.asyncDispose]();
  expect(batches.length).toBe(begun);
});

async function readAll(reader: ReadableStreamDefaultReader<unknown>): Promise<void> {
  while (!(await reader.read()).done);
}
