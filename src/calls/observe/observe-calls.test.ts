import { OpenTelemetry } from '@ai-sdk/otel';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { streamText } from 'ai';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { FakeLanguageModel, HANG } from '../../test/index.ts';
import { doWork, inSpan, type TraceRecord } from '../../telemetry/index.ts';
import { CallPolicies } from '../call-policies.ts';
import type { ObserveOptions } from './observe-calls.ts';

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

beforeAll(() => {
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
beforeEach(() => exporter.reset());
afterAll(() => {
  trace.disable();
  context.disable();
});

const spans = () => exporter.getFinishedSpans();

function observed(model: FakeLanguageModel, { recordContent = false, onTrace }: Partial<ObserveOptions> = {}) {
  const records: TraceRecord[] = [];
  const observing = { recordContent, onTrace: onTrace ?? ((record: TraceRecord) => records.push(record)) };
  const policies = new CallPolicies({ observing });
  return { model: policies.apply(model, { name: 'fake/model' }), records };
}

const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Why?' }] }];

async function read<PART>(stream: ReadableStream<PART>): Promise<readonly PART[]> {
  const parts: PART[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

test('a call has a span by the conventions and a record, both part of the work under way', async () => {
  const { model, records } = observed(
    new FakeLanguageModel({ provider: 'google.generative-ai', modelId: 'gemini', answer: 'one two' }),
  );
  await inSpan('outer', { attributes: {} }, () =>
    doWork({ phase: 'generate', candidate: '2' }, async () => {
      const { stream } = await model.doStream({ prompt, temperature: 0.5, topP: 0.9, maxOutputTokens: 9, seed: 3 });
      await read(stream);
    }),
  );
  const [call, outer] = spans();
  expect(call).toMatchObject({
    name: 'chat gemini',
    kind: SpanKind.CLIENT,
    status: { code: SpanStatusCode.UNSET },
    parentSpanContext: { spanId: outer?.spanContext().spanId },
  });
  expect(call?.attributes).toEqual({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'gcp.gemini',
    'gen_ai.request.model': 'gemini',
    'gen_ai.request.stream': true,
    'gen_ai.request.temperature': 0.5,
    'gen_ai.request.top_p': 0.9,
    'gen_ai.request.max_tokens': 9,
    'gen_ai.request.seed': 3,
    'gen_ai.response.finish_reasons': ['stop'],
    'gen_ai.response.time_to_first_chunk': expect.any(Number),
    'gen_ai.usage.input_tokens': 7,
    'gen_ai.usage.output_tokens': 2,
  });
  expect(records).toEqual([
    {
      type: 'call',
      id: expect.any(String),
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      phase: 'generate',
      candidate: '2',
      model: 'fake/model',
      settings: { temperature: 0.5, topP: 0.9, maxOutputTokens: 9, seed: 3 },
      prompt,
      reply: 'one two',
      reasoning: undefined,
      finishReason: 'stop',
      usage: { inputTokens: 7, outputTokens: 2 },
      timings: { firstMs: expect.any(Number), totalMs: expect.any(Number) },
      error: undefined,
      cached: false,
    },
  ]);
});

test('content is in a span only where that was asked for; a model in this process is no client', async () => {
  const inProcess = Object.assign(new FakeLanguageModel({ answer: 'one' }), {
    contextTokens: 100,
    maxParallelCalls: 1,
    countTokens: () => 1,
    scoreContinuations: () => {},
  });
  const { model } = observed(inProcess, { recordContent: true });
  await read((await model.doStream({ prompt: [{ role: 'system', content: 'Be kind.' }, ...prompt] })).stream);
  const [call] = spans();
  expect(call?.kind).toBe(SpanKind.INTERNAL);
  expect(JSON.parse(String(call?.attributes['gen_ai.input.messages']))).toEqual([
    { role: 'system', parts: [{ type: 'text', content: 'Be kind.' }] },
    { role: 'user', parts: [{ type: 'text', content: 'Why?' }] },
  ]);
  expect(JSON.parse(String(call?.attributes['gen_ai.output.messages']))).toEqual([
    { role: 'assistant', parts: [{ type: 'text', content: 'one' }], finish_reason: 'stop' },
  ]);
});

test('an error ends the span and the record, without its key', async () => {
  const error = Object.assign(new Error('the key sk-abcdefghijklmnop was refused'), { statusCode: 401 });
  const { model, records } = observed(new FakeLanguageModel({ answer: error }));
  await expect(model.doStream({ prompt })).rejects.toBe(error);
  expect(spans()).toMatchObject([
    {
      status: { code: SpanStatusCode.ERROR, message: 'the key [redacted] was refused' },
      attributes: { 'error.type': '401' },
    },
  ]);
  expect(records).toMatchObject([{ reply: undefined, error: 'the key [redacted] was refused' }]);
});

test('a call that is aborted or left ends too, with what it had said', async () => {
  const hanging = new FakeLanguageModel({ answer: HANG });
  const { model, records } = observed(hanging);
  const controller = new AbortController();
  const asked = model.doStream({ prompt, abortSignal: controller.signal });
  await expect.poll(() => hanging.calls.length).toBe(1);
  controller.abort(new Error('enough'));
  await expect(asked).rejects.toThrow('enough');
  const { stream: left } = await observed(new FakeLanguageModel({ answer: 'one two' }), {
    onTrace: (record) => records.push(record),
  }).model.doStream({ prompt });
  for await (const part of left) if (part.type === 'text-delta') break;
  expect(records).toMatchObject([
    { reply: undefined, error: 'enough' },
    { reply: 'one ', error: undefined, finishReason: undefined },
  ]);
  expect(spans().map(({ ended }) => ended)).toEqual([true, true]);
});

test('an observer that throws breaks nothing, and without a provider nothing is done', async () => {
  trace.disable();
  const { model } = observed(new FakeLanguageModel({ answer: 'one' }), {
    onTrace: () => {
      throw new Error('broken observer');
    },
  });
  expect(await read((await model.doStream({ prompt })).stream)).toHaveLength(5);
  expect(spans()).toEqual([]);
  trace.setGlobalTracerProvider(provider);
});

test('a call that the AI SDK has a span for gets no second one, and its span stands inside of ours', async () => {
  const { model, records } = observed(new FakeLanguageModel({ answer: 'one two' }));
  await inSpan('outer', { attributes: {} }, async () => {
    const { text } = streamText({ model, prompt: 'Why?', telemetry: { integrations: [new OpenTelemetry()] } });
    expect(await text).toBe('one two');
  });
  const names = spans().map(({ name }) => name);
  expect(names.filter((name) => name === 'chat model')).toEqual(['chat model']);
  const root = spans().find(({ name }) => name === 'invoke_agent model');
  const outer = spans().find(({ name }) => name === 'outer');
  expect(root?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
  expect(records).toHaveLength(1);
});
