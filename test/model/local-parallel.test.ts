import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { afterAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { TimeoutError } from '../../src/error/index.ts';
import { createLocalModel } from '../../src/local/index.ts';

const path = process.env['LLM_BLENDER_TEST_MODEL'];
if (path === undefined) throw new Error('Set LLM_BLENDER_TEST_MODEL to the path of the embedded GGUF.');
/** Tokens of each call in each native batch. */
const batches: (readonly number[])[] = [];
const model = await createLocalModel({
  reference: 'local/smollm2',
  path,
  threads: 1,
  contextTokens: 512,
  maxParallelCalls: 3,
  _internal: { onBatch: (tokens) => batches.push(tokens) },
});
afterAll(() => model[Symbol.asyncDispose]());
beforeEach(() => void batches.splice(0));

const ask = (text: string): LanguageModelV4CallOptions['prompt'] => [
  { role: 'system', content: 'Tell stories.' },
  { role: 'user', content: [{ type: 'text', text }] },
];
const STORY = ask('Tell me a long story about a fox.');

async function write(options: Partial<LanguageModelV4CallOptions> = {}): Promise<string> {
  const { content } = await model.doGenerate({ prompt: STORY, temperature: 1, maxOutputTokens: 12, ...options });
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

/** Writes, and notes the order in which pieces of several answers come. */
async function stream(name: string, order: string[]): Promise<void> {
  const { stream: parts } = await model.doStream({ prompt: STORY, maxOutputTokens: 12 });
  for await (const part of parts) if (part.type === 'text-delta') order.push(name);
}

test('three calls share their batches and stream side by side', async () => {
  const order: string[] = [];
  await Promise.all([stream('a', order), stream('b', order), stream('c', order)]);
  const shared = batches.filter((batch) => batch.length === 3).length;
  const single = batches.filter((batch) => batch.length === 1 && batch[0] === 1).length;
  expect(shared).toBeGreaterThanOrEqual(8);
  expect(single).toBeLessThanOrEqual(4);
  // None is done before all have begun.
  const begun = Math.max(...['a', 'b', 'c'].map((name) => order.indexOf(name)));
  const done = Math.min(...['a', 'b', 'c'].map((name) => order.lastIndexOf(name)));
  expect(begun).toBeLessThan(done);
});

test('a chunk of a prompt has a batch to itself', async () => {
  await Promise.all([write({ prompt: ask('word '.repeat(80)) }), write()]);
  for (const batch of batches) if (batch.some((tokens) => tokens > 1)) expect(batch).toHaveLength(1);
  expect(Math.max(...batches.flat())).toBe(64);
});

test('the same seed gives the same text beside other calls and after them, on any sequence', async () => {
  const alone = await write({ seed: 7 });
  const others = [write(), write({ seed: 8 }), write({ prompt: ask('Count to ten.') })];
  const beside = await Promise.all([write({ seed: 7 }), write({ seed: 7 }), ...others]);
  expect(beside.slice(0, 2)).toEqual([alone, alone]);
  expect(await write({ seed: 7 })).toBe(alone);
  const greedy = await write({ temperature: 0 });
  const [again] = await Promise.all([write({ temperature: 0 }), write(), write()]);
  expect(again).toBe(greedy);
});

test('more calls than sequences wait, first come first served', async () => {
  const done: number[] = [];
  const lengths = [4, 8, 12, 2, 2, 2];
  const calls = lengths.map(async (maxOutputTokens, index) => {
    await write({ maxOutputTokens });
    done.push(index);
  });
  await Promise.all(calls);
  expect(done.indexOf(3)).toBeLessThan(done.indexOf(4));
  expect(done.indexOf(4)).toBeLessThan(done.indexOf(5));
  expect(batches.every((batch) => batch.length <= 3)).toBe(true);
});

test('a call that waits can be aborted, and those behind it move up', async () => {
  const running = [write(), write(), write()];
  const controller = new AbortController();
  const reason = new Error('enough');
  const waiting = write({ abortSignal: controller.signal });
  const behind = write({ maxOutputTokens: 2 });
  setImmediate(() => controller.abort(reason));
  await expect(waiting).rejects.toBe(reason);
  await Promise.all([...running, behind]);
});

test('time spent waiting for a sequence does not count towards the first token', async () => {
  await using narrow = await createLocalModel({
    reference: 'local/narrow',
    path,
    threads: 1,
    contextTokens: 512,
    maxParallelCalls: 1,
    firstTokenTimeoutMs: 1000,
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const controller = new AbortController();
  const { stream: parts } = await narrow.doStream({
    prompt: STORY,
    temperature: 0,
    abortSignal: controller.signal,
  });
  const reader = parts.getReader();
  while ((await reader.read()).value?.type !== 'text-delta');
  const waiting = narrow.doGenerate({ prompt: STORY, maxOutputTokens: 2 });
  await nextTurn();
  // Neither has the first call a limit any more, nor has the second one yet.
  vi.advanceTimersByTime(10_000);
  expect((await reader.read()).value?.type).toBe('text-delta');
  controller.abort();
  expect((await waiting).usage.outputTokens.total).toBe(2);
});

test('a first token that is too slow is a TimeoutError that says what to do', async () => {
  await using slow = await createLocalModel({
    reference: 'local/slow',
    path,
    threads: 1,
    contextTokens: 512,
    maxParallelCalls: 1,
    firstTokenTimeoutMs: 20,
  });
  const error = await slow.doGenerate({ prompt: ask('word '.repeat(300)) }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(TimeoutError);
  expect(String(error)).toContain('LLM_BLENDER_THREADS');
});
