import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, Output, streamText, tool } from 'ai';
import OpenAI, { NotFoundError } from 'openai';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { createBlender } from '../../src/index.ts';
import { scriptedModel } from '../../src/model/__fixtures__/scripted-model.ts';
import { startServer, type StartServerOptions } from '../../src/server/index.ts';
import { type FakeAnswer, FakeLanguageModel, FakePairRanker, HANG } from '../../src/test/index.ts';
import type { ModelObject } from '../../src/index.ts';
import { eventually } from '../eventually.ts';

// Official clients against the server on a socket, with fakes in place of the members alone.

const saying = (modelId: string, answer: FakeAnswer) => new FakeLanguageModel({ modelId, answer });
const ranker = new FakePairRanker({ judge: ({ left, right }) => left.length - right.length });

async function start(
  { models, fuser }: { models?: readonly ModelObject[]; fuser?: ModelObject } = {},
  options: Partial<StartServerOptions> = {},
) {
  const config = {
    blends: {
      mine: {
        models: models ?? [saying('a', 'short'), saying('b', 'rather longer')],
        fuser: fuser ?? saying('writer', 'the fused answer of both'),
        ranker,
        maxRetries: 0,
      },
    },
  };
  const blender = createBlender(config);
  const server = await startServer({ blender, config, port: 0, ...options });
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    await blender.dispose();
  });
  const baseURL = `${server.url}/v1`;
  return {
    server,
    openai: new OpenAI({ baseURL, apiKey: 'none' }),
    aiSdk: createOpenAICompatible({ name: 'blend', baseURL, supportsStructuredOutputs: true, includeUsage: true }),
  };
}

const messages = [{ role: 'user' as const, content: 'Why?' }];

test('openai: an answer at once', async () => {
  const { openai } = await start();
  const completion = await openai.chat.completions.create({ model: 'mine', messages });
  expect(completion.choices[0]?.message).toEqual({
    role: 'assistant',
    content: 'the fused answer of both',
    refusal: null,
  });
  expect(completion.usage?.total_tokens).toBeGreaterThan(0);
  expect(completion).toHaveProperty('llm_blender.decision', 'fused');
});

test('openai: a raw stream', async () => {
  const { openai } = await start();
  const stream = await openai.chat.completions.create({
    model: 'mine',
    messages,
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = '';
  const chunks = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
    text += chunk.choices[0]?.delta.content ?? '';
  }
  expect(text).toBe('the fused answer of both');
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: {}, llm_blender: { decision: 'fused' } });
});

test('openai: .stream() comes to a whole completion, of each choice', async () => {
  const { openai } = await start();
  const runner = openai.chat.completions.stream({
    model: 'mine',
    messages,
    n: 2,
    stream_options: { include_usage: true },
  });
  const completion = await runner.finalChatCompletion();
  expect(completion.choices.map(({ message, finish_reason }) => [message.content, finish_reason])).toEqual([
    ['the fused answer of both', 'stop'],
    ['the fused answer of both', 'stop'],
  ]);
  expect(completion).toHaveProperty('llm_blender.choices.length', 2);
  expect((await runner.totalUsage()).total_tokens).toBeGreaterThan(0);
});

test('openai: a long silence, as comments', async () => {
  const { openai } = await start(
    { fuser: saying('writer', { words: ['slowly ', 'written, but long'], pauseMs: 100 }) },
    { keepAliveMs: 20 },
  );
  const runner = openai.chat.completions.stream({ model: 'mine', messages });
  expect(await runner.finalContent()).toBe('slowly written, but long');
});

test('openai: models, and errors as their own classes, asked once', async () => {
  const broken = saying('broken', new Error('it is broken'));
  const { openai } = await start({ models: [broken] });
  const listed = [];
  for await (const { id } of openai.models.list()) listed.push(id);
  expect(listed).toEqual(['mine', 'fake/broken']);
  await expect(openai.chat.completions.create({ model: 'none', messages })).rejects.toBeInstanceOf(NotFoundError);
  await expect(openai.chat.completions.create({ model: 'mine', messages, n: 100 })).rejects.toMatchObject({
    status: 400,
    param: 'n',
  });
  await expect(openai.chat.completions.create({ model: 'mine', messages })).rejects.toMatchObject({
    status: 502,
    code: 'no_candidates',
  });
  expect(broken.calls).toHaveLength(1);
  const stream = openai.chat.completions.stream({ model: 'mine', messages });
  await expect(stream.done()).rejects.toThrow('it is broken');
  expect(broken.calls).toHaveLength(2);
});

test('openai: an error in the middle of a stream', async () => {
  const late = new FakeLanguageModel({ modelId: 'a', answer: () => new Error('too late') });
  const { openai } = await start({ models: [late, saying('b', { words: [''], pauseMs: 100 })] });
  const stream = await openai.chat.completions.create({ model: 'mine', messages, stream: true });
  const read = async () => {
    for await (const chunk of stream) expect(chunk.choices).toHaveLength(1);
  };
  await expect(read()).rejects.toThrow('No model gave an answer');
});

test('openai: leaving a stream stops the members', async () => {
  const slow = saying('a', HANG);
  const { openai, server } = await start({ models: [slow] });
  const stream = await openai.chat.completions.create({ model: 'mine', messages, stream: true });
  for await (const chunk of stream) {
    expect(chunk.choices[0]?.delta).toHaveProperty('reasoning_content');
    break;
  }
  await eventually(() => expect([slow.running, server.running]).toEqual([0, 0]));
});

const WEATHER = {
  type: 'function' as const,
  function: {
    name: 'weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

test('openai: tools go to the fuser, whose calls come back, and their results are answered by it', async () => {
  const drafts = [scriptedModel('a', () => 'a draft'), scriptedModel('b', () => 'a longer draft')];
  const writer = scriptedModel('writer', ({ prompt }) =>
    prompt.at(-1)?.role === 'tool' ? 'Rome is warmer by far.' : { calls: [['weather', { city: 'Rome' }]] },
  );
  const { openai } = await start({ models: drafts, fuser: writer });
  for (const stream of [false, true]) {
    const asked = { model: 'mine', messages, tools: [WEATHER] };
    const first = stream
      ? await openai.chat.completions.stream(asked).finalChatCompletion()
      : await openai.chat.completions.create(asked);
    const [choice] = first.choices;
    expect(choice).toMatchObject({
      finish_reason: 'tool_calls',
      message: { tool_calls: [{ type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } }] },
    });
    const call = choice?.message.tool_calls?.[0];
    const second = await openai.chat.completions.create({
      ...asked,
      messages: [
        ...messages,
        { role: 'assistant', content: null, tool_calls: choice?.message.tool_calls ?? [] },
        { role: 'tool', tool_call_id: call?.id ?? '', content: '24 degrees' },
      ],
    });
    expect(second.choices[0]?.message.content).toBe('Rome is warmer by far.');
    // What its provider wants back with the results came back.
    expect(JSON.stringify(writer.doStreamCalls.at(-1)?.prompt)).toContain('signature');
  }
  expect(drafts.every(({ doStreamCalls }) => doStreamCalls.every(({ tools }) => tools === undefined))).toBe(true);
});

test('AI SDK: generateText and streamText, with the steps as reasoning', async () => {
  const { aiSdk } = await start();
  const whole = await generateText({ model: aiSdk('mine'), prompt: 'Why?' });
  expect([whole.text, whole.finishReason]).toEqual(['the fused answer of both', 'stop']);
  expect(whole.usage.totalTokens).toBeGreaterThan(0);
  const stream = streamText({ model: aiSdk('mine'), prompt: 'Why?' });
  let [text, reasoning] = ['', ''];
  for await (const part of stream.fullStream) {
    if (part.type === 'text-delta') text += part.text;
    if (part.type === 'reasoning-delta') reasoning += part.text;
    if (part.type === 'error') throw part.error;
  }
  expect(text).toBe('the fused answer of both');
  expect(reasoning).toMatch(/^Asking fake\/a and fake\/b\.\n/);
  expect((await stream.usage).totalTokens).toBeGreaterThan(0);
});

test('AI SDK: a silence, an object, a tool, and an error', async () => {
  const writer = scriptedModel('writer', ({ prompt, tools }) => {
    if (tools !== undefined && prompt.at(-1)?.role !== 'tool') return { calls: [['weather', { city: 'Rome' }]] };
    return tools === undefined ? '{"city":"Rome","more":"so that it is the longest"}' : 'It has 24 degrees in Rome.';
  });
  const { aiSdk } = await start(
    { models: [scriptedModel('a', () => '{"city":"Oslo"}')], fuser: writer },
    { keepAliveMs: 5 },
  );
  const { output } = await generateText({
    model: aiSdk('mine'),
    prompt: 'Where?',
    output: Output.object({ schema: z.object({ city: z.string() }) }),
  });
  expect(output).toHaveProperty('city');
  const { text } = await generateText({
    model: aiSdk('mine'),
    prompt: 'How warm is Rome?',
    tools: { weather: tool({ inputSchema: z.object({ city: z.string() }), execute: async () => '24 degrees' }) },
    stopWhen: ({ steps }) => steps.length === 2,
  });
  expect(text).toBe('It has 24 degrees in Rome.');
  await expect(generateText({ model: aiSdk('none'), prompt: 'x', maxRetries: 2 })).rejects.toThrow(
    'is not served here',
  );
});

test('openai: responses, at once and streamed', async () => {
  const { openai } = await start();
  const whole = await openai.responses.create({ model: 'mine', input: 'Why?' });
  expect([whole.output_text, whole.status]).toEqual(['the fused answer of both', 'completed']);
  const runner = openai.responses.stream({ model: 'mine', input: 'Why?' });
  let text = '';
  runner.on('response.output_text.delta', ({ delta }) => (text += delta));
  const final = await runner.finalResponse();
  expect([text, final.output_text]).toEqual(['the fused answer of both', 'the fused answer of both']);
  expect(final.output.map(({ type }) => type)).toEqual(['reasoning', 'message']);
  await expect(
    openai.responses.create({ model: 'mine', input: 'And?', previous_response_id: whole.id }),
  ).rejects.toMatchObject({ status: 400, param: 'previous_response_id' });
});

test('AI SDK: responses with an agent that calls a tool', async () => {
  const writer = scriptedModel('writer', ({ prompt, tools }) =>
    tools !== undefined && prompt.at(-1)?.role !== 'tool'
      ? { calls: [['weather', { city: 'Rome' }]] }
      : 'It has 24 degrees in Rome.',
  );
  const { server } = await start({ models: [saying('a', 'x'), saying('b', 'yy')], fuser: writer });
  const provider = createOpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none' });
  const asked = {
    model: provider.responses('mine'),
    prompt: 'How warm is Rome?',
    tools: { weather: tool({ inputSchema: z.object({ city: z.string() }), execute: async () => '24 degrees' }) },
    stopWhen: ({ steps }: { steps: readonly object[] }) => steps.length === 2,
    // Nothing is kept, so that all is sent.
    providerOptions: { openai: { store: false } },
  };
  expect((await generateText(asked)).text).toBe('It has 24 degrees in Rome.');
  expect(await streamText(asked).text).toBe('It has 24 degrees in Rome.');
});
