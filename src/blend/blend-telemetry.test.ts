import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { APICallError } from '@ai-sdk/provider';
import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import type { TraceRecord } from '../telemetry/index.ts';
import { FakeLanguageModel, FakePairRanker } from '../test/index.ts';
import { createBlender } from '../api/index.ts';

const exporter = new InMemorySpanExporter();

beforeAll(() => {
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
beforeEach(() => exporter.reset());
afterAll(() => {
  trace.disable();
  context.disable();
});

/** The spans as a tree, one line each, by name: those that begin together have no order. */
function tree(spans: readonly ReadableSpan[], parent?: string, depth = 0): readonly string[] {
  return spans
    .filter(({ parentSpanContext }) => parentSpanContext?.spanId === parent)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((span) => [`${'  '.repeat(depth)}${span.name}`, ...tree(spans, span.spanContext().spanId, depth + 1)]);
}

const ranker = () => new FakePairRanker({ judge: ({ left, right }) => left.length - right.length });

function blender(records: TraceRecord[] = []) {
  const model = (modelId: string, answer: string | Error) => new FakeLanguageModel({ modelId, answer });
  return createBlender({
    blends: {
      mine: {
        models: [model('one', 'a'), model('two', 'bb'), model('bad', new Error('key sk-abcdefghijklmnop refused'))],
        fuser: model('writer', 'a fused answer'),
        ranker: ranker(),
        maxRetries: 0,
      },
    },
    onTrace: (record) => records.push(record),
  });
}

test('a blend is a tree of spans: candidates, comparisons, fusion, and the calls inside of them', async () => {
  await using own = blender();
  await own.blend({ prompt: 'Why?', blend: 'mine' });
  const spans = exporter.getFinishedSpans();
  expect(tree(spans)).toEqual([
    'invoke_workflow mine',
    '  compare fake',
    '  compare fake',
    '  fuse fake/writer',
    '    chat writer',
    '  generate_candidate fake/bad',
    '    chat bad',
    '  generate_candidate fake/one',
    '    chat one',
    '  generate_candidate fake/two',
    '    chat two',
  ]);
  const find = (name: string) => spans.find((span) => span.name === name);
  expect(find('invoke_workflow mine')?.attributes).toMatchObject({
    'gen_ai.operation.name': 'invoke_workflow',
    'gen_ai.agent.name': 'mine',
    'llm_blender.decision': 'fused',
    'llm_blender.candidates': 2,
    'llm_blender.failures': 1,
    'llm_blender.usage.calls': expect.any(Number),
  });
  expect(find('generate_candidate fake/two')).toMatchObject({
    attributes: { 'llm_blender.candidate.id': '2', 'llm_blender.candidate.sample': 1 },
    status: { code: SpanStatusCode.UNSET },
  });
  expect(find('generate_candidate fake/bad')).toMatchObject({
    status: { code: SpanStatusCode.ERROR, message: 'key [redacted] refused' },
    attributes: { 'error.type': 'error' },
  });
  expect(find('compare fake')?.events).toMatchObject([
    {
      name: 'llm_blender.comparison',
      attributes: { 'llm_blender.left': expect.any(Number), 'llm_blender.logit': expect.any(Number) },
    },
  ]);
  const all = JSON.stringify(spans.map(({ attributes, events, status }) => [attributes, events, status]));
  expect(all).not.toMatch(/Why\?|fused answer|abcdefghijklmnop/);
});

test('two blends at once keep their spans apart, and a stream has them too', async () => {
  await using own = blender();
  const stream = async () => {
    for await (const part of own.streamBlend({ prompt: 'How?', blend: 'mine' })) void part;
  };
  await Promise.all([own.blend({ prompt: 'Why?', blend: 'mine' }), stream()]);
  const [first = [], second = []] = exporter
    .getFinishedSpans()
    .filter(({ name }) => name === 'invoke_workflow mine')
    .map((root) => tree(exporter.getFinishedSpans(), root.spanContext().spanId));
  expect(first).toHaveLength(10);
  expect(second.toSorted()).toEqual(first.toSorted());
});

test('a run of a session is such a tree, too', async () => {
  await using own = blender();
  await using session = own.createBlendSession({ prompt: 'Why?', blend: 'mine' });
  await session.run();
  const lines = tree(exporter.getFinishedSpans());
  expect([lines[0], lines.length]).toEqual(['invoke_workflow mine', 11]);
});

test('a blend that fails ends its span with the error', async () => {
  await using own = blender();
  const models = [new FakeLanguageModel({ answer: new Error('no') })];
  await expect(own.blend({ prompt: 'Why?', models, maxRetries: 0 })).rejects.toThrow('No model gave an answer');
  expect(exporter.getFinishedSpans().find(({ name }) => name === 'invoke_workflow blend')).toMatchObject({
    status: { code: SpanStatusCode.ERROR },
    attributes: { 'error.type': 'no_candidates' },
  });
});

test('the trace has every call and every comparison, and what they were for', async () => {
  const records: TraceRecord[] = [];
  await using own = blender(records);
  const { comparisons } = await own.blend({ prompt: 'Why?', blend: 'mine' });
  const calls = records.filter((record) => record.type === 'call');
  expect(calls.map(({ phase, candidate, model, reply, error }) => [phase, candidate, model, reply, error])).toEqual([
    ['generate', '3', 'fake/bad', undefined, 'key [redacted] refused'],
    ['generate', '1', 'fake/one', 'a', undefined],
    ['generate', '2', 'fake/two', 'bb', undefined],
    ['fuse', undefined, 'fake/writer', 'a fused answer', undefined],
  ]);
  expect(calls[1]?.prompt).toEqual([{ role: 'user', content: [{ type: 'text', text: 'Why?' }] }]);
  const judged = records.filter((record) => record.type === 'comparison');
  expect(judged).toHaveLength(2 * comparisons.length);
  expect(judged).toContainEqual(
    expect.objectContaining({ phase: 'compare', ranker: 'fake', left: 'a fused answer', right: 'bb', logit: 12 }),
  );
  expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
});

test('a cascade reports each comparison once, by the ranker that made it', async () => {
  const records: TraceRecord[] = [];
  await using own = createBlender({ rankers: { expensive: ranker() }, onTrace: (record) => records.push(record) });
  await own.rank({ prompt: 'Why?', candidates: ['a', 'b b', 'c c c'], ranker: 'cascade:expensive', confidence: 1 });
  const rankers = records.map((record) => (record.type === 'comparison' ? record.ranker : record.type));
  expect(new Set(rankers)).toEqual(new Set(['small', 'cascade:expensive']));
  const pairs = records.map((record) =>
    record.type === 'comparison' ? [record.ranker, record.left, record.right] : [],
  );
  expect(new Set(pairs.map(String)).size).toBe(pairs.length);
});

test('an answer that takes no call has a record that says so, and no span', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'telemetry-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const records: TraceRecord[] = [];
  await using own = createBlender({
    cache: { path: join(folder, 'calls.sqlite') },
    onTrace: (record) => records.push(record),
  });
  const model = new FakeLanguageModel({ answer: { words: ['one ', 'two'], pauseMs: 20 } });
  const ask = () => own.generateCandidates({ prompt: 'Why?', models: [model] });
  await Promise.all([ask(), ask()]);
  await ask();
  expect(model.calls).toHaveLength(1);
  const seen = records.map((record) => record.type === 'call' && [record.cached, record.reply, record.phase]);
  expect(seen).toHaveLength(3);
  expect(seen).toEqual(
    expect.arrayContaining([
      [false, 'one two', 'generate'],
      [true, 'one two', 'generate'],
    ]),
  );
  expect(seen.filter((record) => record !== false && record[0] === true)).toHaveLength(2);
  expect(exporter.getFinishedSpans().filter(({ name }) => name === 'chat model')).toHaveLength(1);
});

test('each attempt has a span and a record of its own', async () => {
  const records: TraceRecord[] = [];
  await using own = createBlender({ onTrace: (record) => records.push(record), limits: { fake: { concurrency: 1 } } });
  const busy = new APICallError({
    message: 'busy',
    url: 'http://127.0.0.1',
    requestBodyValues: {},
    statusCode: 503,
    responseHeaders: { 'retry-after-ms': '1' },
  });
  const models = ['one', 'two'].map(
    (modelId) => new FakeLanguageModel({ modelId, answer: (_, index) => (index === 0 ? busy : 'now') }),
  );
  await own.generateCandidates({ prompt: 'Why?', models });
  const told = records.map(
    (record) => record.type === 'call' && [record.candidate, record.model, record.error, record.reply],
  );
  expect(told).toHaveLength(4);
  for (const [candidate, name] of [
    ['1', 'fake/one'],
    ['2', 'fake/two'],
  ]) {
    expect(told).toContainEqual([candidate, name, 'busy', undefined]);
    expect(told).toContainEqual([candidate, name, undefined, 'now']);
  }
  // Also where calls wait in line for one another, each lies in the span of its own candidate.
  const spans = exporter.getFinishedSpans();
  expect(
    ['one', 'two'].flatMap((name) => {
      const candidate = spans.find((span) => span.name === `generate_candidate fake/${name}`);
      return tree(spans, candidate?.spanContext().spanId);
    }),
  ).toEqual(['chat one', 'chat one', 'chat two', 'chat two']);
});
