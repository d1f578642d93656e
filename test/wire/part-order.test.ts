import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { convertReadableStreamToArray } from 'ai/test';
import { describe, expect, test } from 'vitest';
import { grammarProblems } from '../../src/model/__fixtures__/part-grammar.ts';
import { FakePairRanker } from '../../src/test/index.ts';
import { ReplayServer } from './replay-server.ts';
import { fixture, inPieces } from './reply.ts';
import { KEY, wireBlender } from './wire-blender.ts';

/** What the streams of the AI SDK's own providers have in common is asked of a blend as well. */
const THEIRS: Readonly<Record<string, (url: string) => LanguageModelV4>> = {
  'openai/plain': (url) => createOpenAI({ baseURL: `${url}/v1`, apiKey: KEY })('gpt-5-mini'),
  'openai/refusal': (url) => createOpenAI({ baseURL: `${url}/v1`, apiKey: KEY })('gpt-5-mini'),
  'openai-chat/plain': (url) => createOpenAI({ baseURL: `${url}/v1`, apiKey: KEY }).chat('gpt-5-mini'),
  'openai-chat/tool-call': (url) =>
    createOpenAICompatible({ name: 'mine', baseURL: `${url}/v1`, apiKey: KEY })('gpt-5-mini'),
  'anthropic/plain': (url) => createAnthropic({ baseURL: `${url}/v1`, apiKey: KEY })('claude-haiku-4-5'),
  'anthropic/tool-call': (url) => createAnthropic({ baseURL: `${url}/v1`, apiKey: KEY })('claude-haiku-4-5'),
  'gemini/plain': (url) => createGoogle({ baseURL: `${url}/v1beta`, apiKey: KEY })('gemini-2.5-flash'),
};

const tools: LanguageModelV4CallOptions['tools'] = [
  { type: 'function', name: 'weather', inputSchema: { type: 'object', properties: { city: { type: 'string' } } } },
];
const call: LanguageModelV4CallOptions = {
  prompt: [{ role: 'user', content: [{ type: 'text', text: 'How warm is Rome?' }] }],
  tools,
};

async function partsOf(model: LanguageModelV4): Promise<LanguageModelV4StreamPart[]> {
  const { stream } = await model.doStream(call);
  return convertReadableStreamToArray(stream);
}

describe.each(Object.entries(THEIRS))('%s', (reply, create) => {
  test('comes in the order that is asked of a blend, from their package and through a blend', async () => {
    // Members of a blend are asked without tools, and reply in words.
    await using server = await ReplayServer.start(({ body }) =>
      inPieces(fixture(Object.hasOwn(body as object, 'tools') ? reply : `${reply.split('/', 1)[0]}/plain`), 61),
    );
    const theirs = await partsOf(create(server.url));
    expect(grammarProblems(theirs)).toEqual([]);
    await using blender = wireBlender(server);
    const ranker = new FakePairRanker({ judge: () => 0 });
    const ours = await partsOf(blender.blenderModel({ models: [create(server.url)], ranker, showProgress: false }));
    expect(grammarProblems(ours)).toEqual([]);
    // The fuser's calls pass through as they are.
    const ofTools = (parts: readonly LanguageModelV4StreamPart[]) =>
      parts.flatMap((part) => {
        if (part.type !== 'tool-call' && !part.type.startsWith('tool-input-')) return [];
        const { providerMetadata: _own, ...rest } = part as Extract<LanguageModelV4StreamPart, { type: 'tool-call' }>;
        return [rest];
      });
    expect(ofTools(ours)).toEqual(ofTools(theirs));
  });
});

describe('what is out of order', () => {
  const usage = {
    inputTokens: { total: 1, noCache: 1, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: 1, text: 1, reasoning: undefined },
  };
  const start: LanguageModelV4StreamPart = { type: 'stream-start', warnings: [] };
  const finish: LanguageModelV4StreamPart = { type: 'finish', usage, finishReason: { unified: 'stop', raw: 'stop' } };
  const open: LanguageModelV4StreamPart = { type: 'text-start', id: '1' };
  const delta: LanguageModelV4StreamPart = { type: 'text-delta', id: '1', delta: 'x' };
  const close: LanguageModelV4StreamPart = { type: 'text-end', id: '1' };
  const input: LanguageModelV4StreamPart = { type: 'tool-input-start', id: 't', toolName: 'weather' };
  const toolCall: LanguageModelV4StreamPart = { type: 'tool-call', toolCallId: 't', toolName: 'weather', input: '{}' };

  test.each<[string, LanguageModelV4StreamPart[]]>([
    ['no start', [open, delta, close, finish]],
    ['two starts', [start, start, finish]],
    ['no finish', [start, open, delta, close]],
    ['something after the finish', [start, finish, { type: 'ping' }]],
    ['a delta before its start', [start, delta, open, close, finish]],
    ['a block that stays open', [start, open, delta, finish]],
    ['a block that is opened twice', [start, open, open, close, finish]],
    ['a thought in a text', [start, open, { type: 'reasoning-delta', id: '1', delta: 'x' }, close, finish]],
    ['a call before the end of its input', [start, input, toolCall, { type: 'tool-input-end', id: 't' }, finish]],
    ['an input without its call', [start, input, { type: 'tool-input-end', id: 't' }, finish]],
    ['a call twice', [start, toolCall, toolCall, finish]],
    ['calls and another reason', [start, toolCall, finish]],
    ['a call that is no JSON', [start, { ...toolCall, input: '{' } as LanguageModelV4StreamPart, finish]],
  ])('%s is seen', (_, parts) => {
    expect(grammarProblems(parts)).not.toEqual([]);
  });
});
