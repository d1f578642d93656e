import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { extractReasoningMiddleware, generateText, Output, smoothStream, streamText, wrapLanguageModel } from 'ai';
import { convertReadableStreamToArray } from 'ai/test';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { createBlender } from '../api/index.ts';
import { FakeLanguageModel, FakePairRanker, HANG } from '../test/index.ts';
import { grammarProblems } from './__fixtures__/part-grammar.ts';
import { scriptedModel } from './__fixtures__/scripted-model.ts';
import { BlendModel, type BlenderModelOptions } from './blend-model.ts';

const ranker = new FakePairRanker({ judge: ({ left, right }) => left.length - right.length });
const short = () => new FakeLanguageModel({ modelId: 'short', answer: 'Short.' });
const long = () => new FakeLanguageModel({ modelId: 'long', answer: 'A longer answer.' });
const fused = () => new FakeLanguageModel({ modelId: 'fuser', answer: 'A fused answer of two.' });
const call: LanguageModelV4CallOptions = { prompt: [{ role: 'user', content: [{ type: 'text', text: 'Why?' }] }] };

function blendModel(options: BlenderModelOptions = {}): BlendModel {
  return new BlendModel({ models: [short(), long()], ranker, fuser: fused(), maxRetries: 0, ...options });
}

async function partsOf(model: BlendModel, options: Partial<LanguageModelV4CallOptions> = {}) {
  const { stream } = await model.doStream({ ...call, ...options });
  return convertReadableStreamToArray(stream);
}

function textOf(parts: readonly LanguageModelV4StreamPart[], type: 'text-delta' | 'reasoning-delta'): string {
  return parts.map((part) => (part.type === type ? part.delta : '')).join('');
}

describe('a stream', () => {
  test('has its parts in order, the steps as reasoning, and the answer once it is decided', async () => {
    const parts = await partsOf(blendModel());
    expect(grammarProblems(parts)).toEqual([]);
    expect(textOf(parts, 'text-delta')).toBe('A fused answer of two.');
    expect(textOf(parts, 'reasoning-delta')).toMatchInlineSnapshot(`
      "Asking fake/short and fake/long.
      fake/short has answered (1 of 2).
      fake/long has answered (2 of 2).
      Ranking the answers.
      Best so far: fake/long.
      fake/fuser writes one answer from the best 2.
      Comparing it with the best answer.
      The fused answer beat the best candidate with probability 1.00.
      "
    `);
    expect(parts.slice(0, 2)).toMatchObject([
      { type: 'stream-start', warnings: [] },
      {
        type: 'response-metadata',
        id: expect.stringMatching(/^blend-/),
        modelId: 'blend',
        timestamp: expect.any(Date),
      },
    ]);
    expect(parts.at(-1)).toMatchObject({
      type: 'finish',
      finishReason: { unified: 'stop', raw: 'stop' },
      // Three answers of 7 tokens each to read; the ranker of this test reads none.
      usage: { inputTokens: { total: 21 }, outputTokens: { total: 1 + 3 + 5 }, raw: { calls: 3 + 2 + 2 } },
      providerMetadata: {
        llmBlender: {
          decision: 'fused',
          candidates: [
            { id: '2', model: 'fake/long', rank: 1, text: 'A longer answer.' },
            { id: '1', model: 'fake/short', rank: 2 },
          ],
          fused: { fuser: 'fake/fuser', from: ['2', '1'] },
          failures: [],
          ranker: 'fake',
        },
      },
    });
  });

  test('is without reasoning where it is switched off', async () => {
    const parts = await partsOf(blendModel({ showProgress: false }));
    expect(grammarProblems(parts)).toEqual([]);
    expect(parts.map(({ type }) => type)).toEqual([
      'stream-start',
      'response-metadata',
      'text-start',
      'text-delta',
      'text-end',
      'finish',
    ]);
  });

  test('has the parts of the blend as raw chunks where these are asked for', async () => {
    const parts = await partsOf(blendModel(), { includeRawChunks: true });
    expect(grammarProblems(parts)).toEqual([]);
    const raw = parts.flatMap((part) => (part.type === 'raw' ? [(part.rawValue as { type: string }).type] : []));
    expect([raw[0], raw.at(-1)]).toEqual(['blend-start', 'blend-end']);
  });

  test('begins before any member has answered', async () => {
    const { stream } = await blendModel({ models: [new FakeLanguageModel({ answer: HANG })] }).doStream(call);
    const reader = stream.getReader();
    const types: string[] = [];
    for (let count = 0; count < 4; count++) types.push((await reader.read()).value?.type ?? 'end');
    expect(types).toEqual(['stream-start', 'response-metadata', 'reasoning-start', 'reasoning-delta']);
    await reader.cancel();
  });

  test('goes on without a member that fails, and says so', async () => {
    const broken = new FakeLanguageModel({ modelId: 'broken', answer: new Error('on purpose') });
    const parts = await partsOf(blendModel({ models: [broken, long(), short()] }));
    expect(textOf(parts, 'reasoning-delta')).toContain('fake/broken has failed (error)');
    expect(parts.at(-1)).toMatchObject({
      providerMetadata: { llmBlender: { failures: [{ model: 'fake/broken', message: 'on purpose' }] } },
    });
  });

  test('ends with an error part and its finish where all members fail', async () => {
    const broken = new FakeLanguageModel({ answer: new Error('on purpose') });
    const parts = await partsOf(blendModel({ models: [broken, broken] }));
    expect(grammarProblems(parts)).toEqual([]);
    expect(parts.slice(-2)).toMatchObject([
      { type: 'error', error: { name: 'NoCandidatesError' } },
      { type: 'finish', finishReason: { unified: 'error' } },
    ]);
    await expect(blendModel({ models: [broken] }).doGenerate(call)).rejects.toMatchObject({
      name: 'NoCandidatesError',
    });
    // No retry of the AI SDK pays for the blend again.
    const asked = broken.calls.length;
    await expect(generateText({ model: blendModel({ models: [broken] }), prompt: 'Why?' })).rejects.toThrow(
      'on purpose',
    );
    expect(broken.calls.length).toBe(asked + 1);
  });
});

describe('an abort', () => {
  const reason = new Error('enough');

  test.each([
    { name: 'while members answer', models: [new FakeLanguageModel({ answer: HANG })], fuser: fused() },
    { name: 'while the fuser writes', models: [short(), long()], fuser: new FakeLanguageModel({ answer: HANG }) },
  ])('$name ends the stream and the calls', async ({ models, fuser }) => {
    const controller = new AbortController();
    const { stream } = await blendModel({ models, fuser }).doStream({ ...call, abortSignal: controller.signal });
    const reading = convertReadableStreamToArray(stream);
    const all = [...models, fuser];
    await expect.poll(() => all.some(({ running }) => running > 0)).toBe(true);
    await expect.poll(() => (models.length > 1 ? fuser.running : 1)).toBe(1);
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
    await expect.poll(() => all.every(({ running }) => running === 0)).toBe(true);
  });

  test('rejects doGenerate with its reason, before and during the call', async () => {
    const model = blendModel({ models: [new FakeLanguageModel({ answer: HANG })] });
    await expect(model.doGenerate({ ...call, abortSignal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const generating = model.doGenerate({ ...call, abortSignal: controller.signal });
    controller.abort(reason);
    await expect(generating).rejects.toBe(reason);
  });

  test('a reader that leaves ends the calls', async () => {
    const member = new FakeLanguageModel({ answer: HANG });
    const { stream } = await blendModel({ models: [member] }).doStream(call);
    await expect.poll(() => member.running).toBe(1);
    await stream.cancel();
    await expect.poll(() => member.running).toBe(0);
  });

  test('and so does disposing of the blender that owns it', async () => {
    const member = new FakeLanguageModel({ answer: HANG });
    const blender = createBlender();
    const generating = generateText({ model: blender.blenderModel({ models: [member] }), prompt: 'Why?' });
    generating.catch(() => {});
    await expect.poll(() => member.running).toBe(1);
    await blender.dispose();
    await expect(generating).rejects.toMatchObject({ name: 'DisposedError' });
  });
});

describe('what a call sets', () => {
  test('goes before the options of the model; what no member gets is warned of', async () => {
    const member = long();
    const model = blendModel({
      models: [member],
      temperature: 0.2,
      seed: 1,
      system: 'Be brief.',
      providerOptions: { fake: { a: 1, b: 1 } },
    });
    const { warnings } = await model.doGenerate({
      prompt: [{ role: 'system', content: 'Be kind.' }, ...call.prompt],
      temperature: 0.9,
      maxOutputTokens: 9,
      topP: 0.5,
      stopSequences: ['END'],
      topK: 3,
      presencePenalty: 1,
      frequencyPenalty: 1,
      reasoning: 'high',
      headers: { 'user-agent': 'ai/7', 'x-mine': 'yes' },
      providerOptions: { fake: { b: 2 }, llmBlender: { own: true } },
    });
    expect(member.calls[0]).toMatchObject({
      temperature: 0.9,
      seed: 1,
      maxOutputTokens: 9,
      topP: 0.5,
      stopSequences: ['END'],
      providerOptions: { fake: { a: 1, b: 2 } },
      prompt: [{ role: 'system', content: 'Be brief.\n\nBe kind.' }, call.prompt[0]],
    });
    expect(member.calls[0]?.providerOptions).not.toHaveProperty('llmBlender');
    expect(member.calls[0]?.headers).toBeUndefined();
    expect(warnings.map((warning) => (warning.type === 'unsupported' ? warning.feature : warning))).toEqual([
      'topK',
      'presencePenalty',
      'frequencyPenalty',
      'reasoning',
      'headers',
    ]);
  });

  test('a conversation that no model could answer is a mistake of the caller', async () => {
    const prompt: LanguageModelV4CallOptions['prompt'] = [
      { role: 'assistant', content: [{ type: 'text', text: 'Hm.' }] },
    ];
    await expect(blendModel().doStream({ prompt })).rejects.toThrow('the last message must be from the user');
  });

  test.each<[BlenderModelOptions, string]>([
    [{ models: [] }, 'name at least one model'],
    [{ models: undefined, blend: 'none' }, 'expected one of: local, gemma-gemini, paper'],
    [{ maxDepth: 0 }, 'Invalid maxDepth 0'],
    [{ strategy: 'none' as never }, 'Invalid strategy "none"'],
    [{ topK: 0 }, 'Invalid topK 0'],
    [{ stream: 'whole' as never }, 'Invalid stream "whole"'],
  ])('a mistake in the options is one at once: %j', (options, message) => {
    expect(() => blendModel(options)).toThrow(message);
  });

  test('its name is that of the blend', () => {
    expect(new BlendModel({}).modelId).toBe('local');
    expect(new BlendModel({ blend: 'paper' }).modelId).toBe('paper');
    expect(blendModel().modelId).toBe('blend');
    expect(blendModel({ name: 'mine' })).toMatchObject({ modelId: 'mine', provider: 'llm-blender' });
  });
});

describe('JSON', () => {
  const person = z.object({ name: z.string(), born: z.number() });
  const ada = '{"name": "Ada", "born": 1815}';
  const saying = (modelId: string, answer: string) => new FakeLanguageModel({ modelId, answer });

  test('every member gets the schema, and answers that do not follow it leave before the ranking', async () => {
    const members = [saying('good', ada), saying('bad', '{"name": 7}'), saying('prose', 'Ada, born in 1815, I think.')];
    const model = blendModel({ models: members, fuser: saying('fuser', '{"name": "Ada Lovelace", "born": 1815}') });
    const { output, providerMetadata } = await generateText({
      model,
      prompt: 'Who?',
      output: Output.object({ schema: person }),
    });
    expect(output).toEqual({ name: 'Ada', born: 1815 });
    expect(members.map(({ calls }) => calls[0]?.responseFormat?.type)).toEqual(['json', 'json', 'json']);
    expect(providerMetadata).toMatchObject({
      llmBlender: { candidates: [{ model: 'fake/good' }], failures: [{ kind: 'invalid' }, { kind: 'invalid' }] },
    });
  });

  test('the fused answer is validated, and else the best valid candidate is the answer', async () => {
    const models = [saying('a', ada), saying('b', '{"name": "Ada Lovelace", "born": 1815}')];
    const ask = async (fusion: string) => {
      const model = blendModel({ models, fuser: saying('fuser', fusion) });
      const { output, providerMetadata } = await generateText({
        model,
        prompt: 'Who?',
        output: Output.object({ schema: person }),
      });
      return [output.name, providerMetadata?.['llmBlender']?.['decision']];
    };
    expect(await ask('{"name": "Augusta Ada King", "born": 1815}')).toEqual(['Augusta Ada King', 'fused']);
    expect(await ask('{"name": "Augusta Ada King, Countess", "born": "1815"}')).toEqual([
      'Ada Lovelace',
      'best-candidate',
    ]);
  });

  test.each([
    {
      name: 'array',
      output: Output.array({ element: z.string() }),
      answer: '{"elements": ["a", "b"]}',
      expected: ['a', 'b'],
    },
    { name: 'choice', output: Output.choice({ options: ['yes', 'no'] }), answer: '{"result": "no"}', expected: 'no' },
    { name: 'any JSON', output: Output.json(), answer: '[1, {"a": null}]', expected: [1, { a: null }] },
  ])('Output: $name', async ({ output, answer, expected }) => {
    const model = blendModel({ models: [saying('a', answer)] });
    const result = await generateText({ model, prompt: 'Which?', output });
    expect(result.output).toEqual(expected);
  });

  test('is streamed whole', async () => {
    const model = blendModel({ models: [saying('a', ada)] });
    const result = streamText({ model, prompt: 'Who?', output: Output.object({ schema: person }) });
    const partial: unknown[] = [];
    for await (const one of result.partialOutputStream) partial.push(one);
    expect(partial).toEqual([{ name: 'Ada', born: 1815 }]);
  });
});

describe('blends in blends', () => {
  test('a blend is a member like any other, and its cost and tokens count', async () => {
    const inner = blendModel({ name: 'inner' });
    const { text, usage, providerMetadata } = await generateText({
      model: blendModel({ models: [inner, short()], fusion: false }),
      prompt: 'Why?',
    });
    expect(text).toBe('A fused answer of two.');
    expect(usage.inputTokens).toBe(4 * 7);
    expect(providerMetadata).toMatchObject({
      llmBlender: { candidates: [{ model: 'llm-blender/inner', reasoning: expect.stringContaining('Asking') }, {}] },
    });
  });

  test('deeper than maxDepth is an error that says so', async () => {
    const nest = (depth: number, maxDepth?: number): BlendModel =>
      blendModel({ name: `level-${depth}`, models: depth === 1 ? [long()] : [nest(depth - 1, maxDepth)], maxDepth });
    await expect(nest(2).doGenerate(call)).resolves.toBeDefined();
    await expect(nest(3).doGenerate(call)).rejects.toThrow('blends are nested 3 deep here, and 2 is the most');
    await expect(nest(3, 3).doGenerate(call)).resolves.toBeDefined();
  });

  test('one that is a member of itself ends there, also where others answer', async () => {
    const models: (BlendModel | FakeLanguageModel)[] = [long()];
    const self = blendModel({ name: 'self', models });
    models.push(self);
    const { text, providerMetadata } = await generateText({ model: self, prompt: 'Why?' });
    expect(text).toBe('A longer answer.');
    expect(providerMetadata).toMatchObject({
      llmBlender: { candidates: [{}, { model: 'llm-blender/self', reasoning: expect.stringContaining('has failed') }] },
    });
  });

  test('a cache keeps the answers of members, and not those of blends, which may have the same name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'llm-blender-model-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await using blender = createBlender({ cache: { path: join(folder, 'calls.sqlite') } });
    const ask = async (model: FakeLanguageModel) => {
      const inner = blender.blenderModel({ models: [model] });
      return (await blender.blend({ prompt: 'Why?', models: [inner] })).text;
    };
    const member = long();
    expect([await ask(member), await ask(short()), await ask(member)]).toEqual([
      'A longer answer.',
      'Short.',
      'A longer answer.',
    ]);
    expect(member.calls).toHaveLength(1);
  });

  test('more of them at once than a provider has places do not wait for each other', async () => {
    const nest = (depth: number): BlendModel =>
      blendModel({ models: depth === 0 ? [long()] : [nest(depth - 1)], maxDepth: 4 });
    const model = nest(3);
    const asked = Array.from({ length: 80 }, (_, index) =>
      model.doGenerate({ prompt: [{ role: 'user', content: [{ type: 'text', text: `Why ${index}?` }] }] }),
    );
    await expect(Promise.all(asked)).resolves.toHaveLength(80);
  });

  test('blends beside each other are not in each other', async () => {
    const models = [blendModel({ name: 'one' }), blendModel({ name: 'two' })];
    const outer = blendModel({ models, fusion: false });
    await expect(Promise.all([1, 2, 3].map(() => outer.doGenerate(call)))).resolves.toHaveLength(3);
  });

  test('a blend that fuses gets the tools', async () => {
    const tool = { type: 'function' as const, name: 'add', inputSchema: { type: 'object' as const } };
    const calling = scriptedModel('calls', ({ tools }) =>
      tools === undefined ? 'A draft.' : { calls: [['add', { a: 1 }]] },
    );
    const inner = blendModel({ models: [calling], fuser: calling });
    const { content } = await blendModel({ models: [short()], fuser: inner, showProgress: false }).doGenerate({
      ...call,
      tools: [tool],
    });
    expect(content).toMatchObject([{ type: 'reasoning' }, { type: 'tool-call', toolName: 'add', input: '{"a":1}' }]);
  });
});

describe('around it', () => {
  test('smoothStream and middleware see an ordinary model', async () => {
    const models = [new FakeLanguageModel({ answer: '<think>Hm.</think>Because of the light.' })];
    const model = wrapLanguageModel({
      model: blendModel({ models }),
      middleware: extractReasoningMiddleware({ tagName: 'think' }),
    });
    const result = streamText({ model, prompt: 'Why?', experimental_transform: smoothStream({ delayInMs: null }) });
    const pieces: string[] = [];
    for await (const piece of result.textStream) pieces.push(piece);
    expect(pieces).toEqual(['Because ', 'of ', 'the ', 'light.']);
  });

  test('files reach the members, and a conversation goes on without what was told of progress', async () => {
    const member = long();
    const model = blendModel({ models: [member] });
    const question = {
      role: 'user' as const,
      content: [
        { type: 'text' as const, text: 'What is it?' },
        { type: 'file' as const, mediaType: 'image/png', data: new Uint8Array([137, 80, 78, 71]) },
      ],
    };
    const first = await generateText({ model, messages: [question] });
    await generateText({
      model,
      messages: [question, ...first.response.messages, { role: 'user', content: 'And now?' }],
    });
    expect(member.calls[0]?.prompt[0]?.content).toMatchObject([
      { type: 'text' },
      { type: 'file', mediaType: 'image/png' },
    ]);
    expect(member.calls[1]?.prompt.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(JSON.stringify(member.calls[1]?.prompt)).not.toContain('Asking');
  });
});
