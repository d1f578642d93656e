import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { expect, test } from 'vitest';
import { callWarnings, finishReason, streamParts } from './call-result.ts';

test.each([
  ['end-of-turn', 'stop'],
  ['stop-sequence', 'stop'],
  ['max-tokens', 'length'],
] as const)('%s is %s', (cause, unified) => {
  expect(finishReason(cause)).toEqual({ unified, raw: cause });
});

const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hi' }] }];

test('settings that a local model uses, or that ask for nothing, give no warning', () => {
  expect(
    callWarnings({ prompt, seed: 1, tools: [], toolChoice: { type: 'auto' }, reasoning: 'provider-default' }),
  ).toEqual([]);
});

test('settings that it ignores are named', () => {
  const tools = [{ type: 'function' as const, name: 'add', inputSchema: {} }];
  const warnings = callWarnings({ prompt, tools, toolChoice: { type: 'required' }, reasoning: 'high' });
  expect(warnings).toMatchObject([
    { type: 'unsupported', feature: 'tools' },
    { type: 'unsupported', feature: 'toolChoice' },
    { type: 'unsupported', feature: 'reasoning' },
  ]);
});

const delta = (text: string): LanguageModelV4StreamPart => ({ type: 'text-delta', id: '1', delta: text });

test('parts arrive in order, and the stream ends', async () => {
  const stream = streamParts(async (push) => {
    push(delta('a'));
    push(delta('b'));
  }, undefined);
  expect(await collect(stream)).toEqual([delta('a'), delta('b')]);
});

test('a failure is a part', async () => {
  const error = new Error('no');
  const stream = streamParts(async (push) => {
    push(delta('a'));
    throw error;
  }, undefined);
  expect(await collect(stream)).toEqual([delta('a'), { type: 'error', error }]);
});

test("an abort errors the stream with the caller's reason", async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const stream = streamParts((_push, signal) => untilAborted(signal), controller.signal);
  const reading = collect(stream);
  controller.abort(reason);
  await expect(reading).rejects.toBe(reason);
});

test('cancelling stops the producer, whatever it pushes after that', async () => {
  let stopped: unknown;
  const stream = streamParts(async (push, signal) => {
    await untilAborted(signal).catch((error: unknown) => (stopped = error));
    push(delta('late'));
  }, undefined);
  const reason = new Error('left');
  await stream.cancel(reason);
  await Promise.resolve();
  expect(stopped).toBe(reason);
});

function untilAborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise;
}

async function collect(stream: ReadableStream<LanguageModelV4StreamPart>): Promise<LanguageModelV4StreamPart[]> {
  const parts: LanguageModelV4StreamPart[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}
