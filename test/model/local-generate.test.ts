import { copyFile, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { generateText, Output, streamText } from 'ai';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { ContextExceededError } from '../../src/error/index.ts';
import { createLocalModel } from '../../src/local/index.ts';

const path = process.env['LLM_BLENDER_TEST_MODEL'];
if (path === undefined) throw new Error('Set LLM_BLENDER_TEST_MODEL to the path of the embedded GGUF.');
// One thread, so that a busy machine slows these tests no more than it must.
const model = await createLocalModel({ reference: 'local/smollm2', path, threads: 1, contextTokens: 512 });
afterAll(() => model[Symbol.asyncDispose]());

const ask = (text: string): LanguageModelV4CallOptions['prompt'] => [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: [{ type: 'text', text }] },
];
const QUESTION = ask('What is the capital of France?');

async function answer(options: Partial<LanguageModelV4CallOptions> = {}) {
  const result = await model.doGenerate({ prompt: QUESTION, temperature: 0, ...options });
  const text = result.content.map((part) => (part.type === 'text' ? part.text : '')).join('');
  return { ...result, text };
}

test('what the model says of itself', () => {
  expect(model).toMatchObject({
    specificationVersion: 'v4',
    provider: 'local',
    modelId: 'smollm2',
    contextTokens: 512,
  });
  expect(model.countTokens('')).toBe(0);
  expect(model.countTokens('a b c')).toBe(3);
});

test('an answer, its end, and its tokens counted exactly', async () => {
  const { text, finishReason, usage, warnings, response } = await answer();
  expect(text).toBe('The capital of France is Paris.');
  expect(finishReason).toEqual({ unified: 'stop', raw: 'end-of-turn' });
  expect(usage.inputTokens.total).toBe(24);
  expect(usage.outputTokens.total).toBe(model.countTokens(text));
  expect(warnings).toEqual([]);
  expect(response?.modelId).toBe('smollm2');
});

test('the most tokens', async () => {
  const { text, finishReason, usage } = await answer({ maxOutputTokens: 3 });
  expect(finishReason).toEqual({ unified: 'length', raw: 'max-tokens' });
  expect(usage.outputTokens.total).toBe(3);
  expect(model.countTokens(text)).toBe(3);
});

test('stop sequences are not in the text, also where they lie across tokens', async () => {
  const { text: whole } = await answer();
  const middle = Math.floor(whole.length / 2);
  const stop = whole.slice(middle, middle + 8);
  expect(model.countTokens(stop)).toBeGreaterThan(1);
  const { text, finishReason } = await answer({ stopSequences: ['not in it', stop] });
  expect(text).toBe(whole.slice(0, whole.indexOf(stop)));
  expect(finishReason).toEqual({ unified: 'stop', raw: 'stop-sequence' });
});

test('the same seed gives the same text, another one another', async () => {
  const story = { prompt: ask('Tell me a story.'), temperature: 1, maxOutputTokens: 16 };
  const texts = [];
  for (const seed of [1, 1, 2]) texts.push((await answer({ ...story, seed })).text);
  expect(texts[1]).toBe(texts[0]);
  expect(texts[2]).not.toBe(texts[0]);
  const unseeded = [await answer(story), await answer(story)];
  expect(unseeded[0]?.text).not.toBe(unseeded[1]?.text);
});

test('penalties keep the model from repeating itself', async () => {
  const options = { prompt: ask('Write the word "no" again and again: no no no no no no no'), maxOutputTokens: 40 };
  const distinct = (text: string) => new Set(text.toLowerCase().match(/\w+/g)).size;
  const [plain, penalised] = [
    await answer(options),
    await answer({ ...options, frequencyPenalty: 2, presencePenalty: 2 }),
  ];
  expect(distinct(penalised.text)).toBeGreaterThan(distinct(plain.text));
});

test('JSON with a schema, with keywords that a grammar cannot keep, and without a schema', async () => {
  const schema = {
    type: 'object' as const,
    properties: {
      city: { enum: ['Paris', 'Lyon'] },
      million: { type: 'integer' as const, minimum: 1 },
      big: { type: 'boolean' as const },
    },
  };
  const { text, warnings, finishReason } = await answer({
    responseFormat: { type: 'json', schema },
    maxOutputTokens: 100,
  });
  expect(JSON.parse(text)).toEqual({ city: 'Paris', million: expect.any(Number), big: expect.any(Boolean) });
  expect(finishReason.unified).toBe('stop');
  expect(warnings).toEqual([
    expect.objectContaining({ type: 'compatibility', details: expect.stringContaining('minimum') }),
  ]);
  const free = await answer({ responseFormat: { type: 'json' }, maxOutputTokens: 40 });
  expect(free.text).toMatch(/^\{/);
});

test.each([
  '',
  '\u0000\u0000',
  'a\uD800b',
  '👩‍👩‍👧‍👦',
  '漢字かな交じり文',
  'مرحبا',
  '<|im_end|><|im_start|>system',
  'x'.repeat(100),
])('any text is a prompt: %j', async (text) => {
  const { usage } = await answer({ prompt: ask(text), maxOutputTokens: 2 });
  expect(usage.outputTokens.total).toBeLessThanOrEqual(2);
});

test('characters of several tokens arrive whole', async () => {
  const prompt: LanguageModelV4CallOptions['prompt'] = [
    ...ask('Repeat these emoji: 😀😀😀😀😀😀😀😀'),
    { role: 'assistant', content: [{ type: 'text', text: '😀😀😀😀😀' }] },
  ];
  for (const maxOutputTokens of [1, 2, 3]) {
    expect((await answer({ prompt, maxOutputTokens })).text).not.toContain('\uFFFD');
  }
});

test('a prompt that does not fit says how long it is', async () => {
  const error = await answer({ prompt: ask('word '.repeat(2000)) }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ContextExceededError);
  expect(error).toMatchObject({ contextTokens: 512, inputTokens: expect.closeTo(2030, -2) });
});

test('an answer ends with the context, which is never shifted', async () => {
  const prompt = ask(`${'word '.repeat(470)}Write a long story about a fox.`);
  const { usage, finishReason } = await answer({ prompt, maxOutputTokens: 5000 });
  const { inputTokens, outputTokens } = usage;
  if (finishReason.unified === 'length') expect((inputTokens.total ?? 0) + (outputTokens.total ?? 0)).toBe(512);
  expect((inputTokens.total ?? 0) + (outputTokens.total ?? 0)).toBeLessThanOrEqual(512);
});

test('tools are left out with a warning, files are refused', async () => {
  const tools = [{ type: 'function' as const, name: 'add', inputSchema: {} }];
  const { warnings } = await answer({ tools, toolChoice: { type: 'required' }, maxOutputTokens: 1 });
  expect(warnings).toMatchObject([
    { type: 'unsupported', feature: 'tools' },
    { type: 'unsupported', feature: 'toolChoice' },
  ]);
  const file = { type: 'file' as const, mediaType: 'image/png', data: { type: 'data' as const, data: 'AAAA' } };
  await expect(answer({ prompt: [{ role: 'user', content: [file] }] })).rejects.toThrow('read text only');
});

test('the parts of a stream', async () => {
  const { stream } = await model.doStream({ prompt: QUESTION, temperature: 0 });
  const parts: LanguageModelV4StreamPart[] = [];
  for await (const part of stream) parts.push(part);
  const types = parts.map(({ type }) => type);
  expect(types.filter((type, index) => type !== types[index - 1])).toEqual([
    'stream-start',
    'response-metadata',
    'text-start',
    'text-delta',
    'text-end',
    'finish',
  ]);
  const text = parts.map((part) => (part.type === 'text-delta' ? part.delta : '')).join('');
  const whole = await answer();
  expect(text).toBe(whole.text);
  expect(parts.at(-1)).toMatchObject({
    finishReason: whole.finishReason,
    usage: { outputTokens: whole.usage.outputTokens },
  });
});

test('generateText, with a system message and several turns', async () => {
  const { text, usage, finishReason } = await generateText({
    model,
    instructions: 'You answer in one sentence.',
    messages: [
      { role: 'user', content: 'What is the capital of France?' },
      { role: 'assistant', content: 'The capital of France is Paris.' },
      { role: 'user', content: 'And of Italy?' },
    ],
    temperature: 0,
    maxOutputTokens: 30,
  });
  expect(text).toContain('Rome');
  expect(finishReason).toBe('stop');
  expect(usage.inputTokens).toBe(49);
});

test('streamText', async () => {
  const { textStream, finishReason } = streamText({ model, prompt: 'Say hello.', temperature: 0, maxOutputTokens: 8 });
  let text = '';
  for await (const delta of textStream) text += delta;
  expect(text.length).toBeGreaterThan(0);
  expect(await finishReason).toMatch(/^(stop|length)$/);
});

test('structured output of the AI SDK', async () => {
  const { output } = await generateText({
    model,
    prompt: 'Is Paris in France?',
    output: Output.object({ schema: z.object({ verdict: z.enum(['yes', 'no']) }) }),
    temperature: 0,
    maxOutputTokens: 40,
  });
  expect(['yes', 'no']).toContain(output.verdict);
});

test('a model without a chat template works, with a warning', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'base-model-'));
  try {
    const base = join(folder, 'base.gguf');
    await copyFile(path, base);
    await hideChatTemplate(base);
    await using baseModel = await createLocalModel({
      reference: 'local/base',
      path: base,
      threads: 1,
      contextTokens: 512,
      maxParallelCalls: 1,
    });
    const { content, warnings } = await baseModel.doGenerate({ prompt: QUESTION, temperature: 0, maxOutputTokens: 12 });
    expect(content).not.toEqual([]);
    expect(warnings).toEqual([{ type: 'other', message: expect.stringContaining('no chat template') }]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** Renames the entry in the file's header, which leaves its length as it is. */
async function hideChatTemplate(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  const { buffer } = await handle.read({ buffer: Buffer.alloc(4_000_000), position: 0 });
  const key = buffer.indexOf('tokenizer.chat_template');
  expect(key).toBeGreaterThan(0);
  await handle.write(Buffer.from('tokenizer.chat_hidden!!'), 0, 23, key);
  await handle.close();
}
