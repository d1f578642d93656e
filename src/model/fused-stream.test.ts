import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { generateText, Output, streamText } from 'ai';
import { convertReadableStreamToArray } from 'ai/test';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { FakeLanguageModel, FakePairRanker } from '../test/index.ts';
import { grammarProblems } from './__fixtures__/part-grammar.ts';
import { type ScriptedReply, scriptedModel } from './__fixtures__/scripted-model.ts';
import { BlendModel, type BlenderModelOptions } from './blend-model.ts';

const ranker = new FakePairRanker({ judge: ({ left, right }) => left.length - right.length });
const tools: LanguageModelV4CallOptions['tools'] = [
  { type: 'function', name: 'look', inputSchema: { type: 'object' } },
];
const prompt: LanguageModelV4CallOptions['prompt'] = [{ role: 'user', content: [{ type: 'text', text: 'Why?' }] }];

/** A blend whose fuser says less than a draft, so that a check would not keep it. */
function blendModel(fuser: BlenderModelOptions['fuser'], options: BlenderModelOptions = {}): BlendModel {
  const models = ['A draft.', 'A longer draft.'].map((answer) => new FakeLanguageModel({ modelId: answer, answer }));
  return new BlendModel({ models, ranker, fuser, stream: 'fused', maxRetries: 0, ...options });
}

async function partsOf(model: BlendModel, options: Partial<LanguageModelV4CallOptions> = {}) {
  const { stream } = await model.doStream({ prompt, ...options });
  const parts = await convertReadableStreamToArray(stream);
  expect(grammarProblems(parts)).toEqual([]);
  return parts;
}

/** Each block with its text, and every other part by its type. */
function blocksOf(parts: readonly LanguageModelV4StreamPart[]): readonly string[] {
  const texts = new Map<string, string>();
  for (const part of parts) {
    if (part.type === 'text-delta' || part.type === 'reasoning-delta')
      texts.set(part.id, `${texts.get(part.id) ?? ''}${part.delta}|`);
  }
  return parts.flatMap((part) => {
    if (part.type === 'text-start' || (part.type === 'reasoning-start' && part.id !== 'progress'))
      return [`${part.id}: ${texts.get(part.id)}`];
    return part.type === 'tool-call' || part.type === 'error' ? [part.type] : [];
  });
}

test('the fused text is streamed as it is written, and nothing is checked', async () => {
  const parts = await partsOf(blendModel(new FakeLanguageModel({ answer: 'It is so.' })));
  expect(blocksOf(parts)).toEqual(['answer: It |is |so.|']);
  const start = parts.findIndex(({ type }) => type === 'text-start');
  // What is told of progress stands before it.
  expect(parts[start - 1]).toMatchObject({ type: 'reasoning-end', id: 'progress' });
  expect(parts.slice(start).map(({ type }) => type)).toEqual([
    'text-start',
    'text-delta',
    'text-delta',
    'text-delta',
    'text-end',
    'finish',
  ]);
  expect(parts.at(-1)).toMatchObject({
    providerMetadata: { llmBlender: { decision: 'fused', fused: { text: 'It is so.' } } },
  });
});

test('by default it is not, and the better text is the answer', async () => {
  const fuser = new FakeLanguageModel({ answer: 'It is so.' });
  expect(blocksOf(await partsOf(blendModel(fuser, { stream: 'decided' })))).toEqual(['answer: A longer draft.|']);
  expect(blocksOf(await partsOf(blendModel(fuser, { stream: undefined })))).toEqual(['answer: A longer draft.|']);
});

test('where nothing is fused, the best candidate comes whole', async () => {
  const fuser = new FakeLanguageModel({ answer: new Error('on purpose') });
  expect(blocksOf(await partsOf(blendModel(fuser)))).toEqual(['answer: A longer draft.|']);
  expect(blocksOf(await partsOf(blendModel(fuser, { fusion: false })))).toEqual(['answer: A longer draft.|']);
});

test('a fusion that fails in the middle is an error of the stream', async () => {
  const fuser = scriptedModel('fuser', () => 'never');
  fuser.doStream = async () => ({
    stream: ReadableStream.from<LanguageModelV4StreamPart>([
      { type: 'stream-start', warnings: [] },
      { type: 'text-start', id: '1' },
      { type: 'text-delta', id: '1', delta: 'It ' },
      { type: 'error', error: new Error('on purpose') },
    ]),
  });
  const parts = await partsOf(blendModel(fuser));
  expect(blocksOf(parts)).toEqual(['answer: It |', 'error']);
  expect(parts.at(-2)).toMatchObject({
    error: { message: 'The fusion failed after a part of it was streamed: on purpose' },
  });
  // Who waits for the whole gets the best candidate.
  const { text } = await generateText({ model: blendModel(fuser), prompt: 'Why?' });
  expect(text).toBe('A longer draft.');
});

test('a thought in the text stays what was given, and the answer follows in a block of its own', async () => {
  const fuser = new FakeLanguageModel({ answer: 'Hm, I think. </think> It is so.' });
  const texts = blocksOf(await partsOf(blendModel(fuser)));
  expect(texts.at(-1)).toBe('answer-2: It is so.|');
  const { text } = await generateText({ model: blendModel(fuser), prompt: 'Why?' });
  expect(text).toBe('It is so.');
});

test('JSON is streamed where it is written as it is asked for', async () => {
  const model = (answer: string) =>
    blendModel(new FakeLanguageModel({ answer }), {
      models: ['{"a": 1}', '{"a": 12}'].map((draft) => new FakeLanguageModel({ modelId: draft, answer: draft })),
    });
  const output = Output.object({ schema: z.object({ a: z.number() }) });
  const streamed = streamText({ model: model('{"a": 123}'), prompt: 'Which?', output });
  const partial: unknown[] = [];
  for await (const one of streamed.partialOutputStream) partial.push(one);
  expect(partial.length).toBeGreaterThan(1);
  expect(await streamed.output).toEqual({ a: 123 });
  // Any JSON is asked for inside of an object, which is taken off at the end.
  const wrapped = streamText({ model: model('{"answer": [1, 2]}'), prompt: 'Which?', output: Output.json() });
  expect(await wrapped.output).toEqual([1, 2]);
});

test.each<{ name: string; reply: ScriptedReply; blocks: readonly string[] }>([
  { name: 'an answer', reply: 'It is so.', blocks: ['answer: It is so.|'] },
  {
    name: 'an answer after a thought of the model',
    reply: { calls: [], text: 'It is so.', thought: 'Hm.' },
    blocks: ['writer:0: Hm.|', 'answer: It is so.|'],
  },
  { name: 'calls', reply: { calls: [['look', {}]] }, blocks: ['tool-call'] },
  {
    name: 'calls after a thought and a text',
    reply: {
      calls: [
        ['look', {}],
        ['look', { at: 1 }],
      ],
      text: 'I look.',
      thought: 'Hm.',
    },
    blocks: ['writer:0: Hm.|', 'answer: I look.|', 'tool-call', 'tool-call'],
  },
])('with tools, $name comes in the order of the model', async ({ reply, blocks }) => {
  const model = blendModel(scriptedModel('fuser', () => reply));
  expect(blocksOf(await partsOf(model, { tools }))).toEqual(blocks);
});
