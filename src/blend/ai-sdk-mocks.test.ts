import type { LanguageModelV4GenerateResult, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { convertArrayToReadableStream, MockLanguageModelV4 } from 'ai/test';
import { generateText } from 'ai';
import { expect, test } from 'vitest';
import { rankerFromComparison } from '../rankers/plain/index.ts';
import { blend } from './blend.ts';

const usage = {
  inputTokens: { total: 5, noCache: 5, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 2, text: 2, reasoning: undefined },
};
const finishReason = { unified: 'stop', raw: 'stop' } as const;

function parts(text: string): LanguageModelV4StreamPart[] {
  return [
    { type: 'stream-start', warnings: [] },
    { type: 'text-start', id: '1' },
    ...text.split(/(?<= )/).map((delta) => ({ type: 'text-delta' as const, id: '1', delta })),
    { type: 'text-end', id: '1' },
    { type: 'finish', finishReason, usage },
  ];
}

function whole(text: string): LanguageModelV4GenerateResult {
  return { content: [{ type: 'text', text }], finishReason, usage, warnings: [] };
}

test('the mock models of the AI SDK as models, judge and fuser', async () => {
  const streams = new MockLanguageModelV4({
    modelId: 'streams',
    doStream: async () => ({ stream: convertArrayToReadableStream(parts('A short one.')) }),
  });
  const generates = new MockLanguageModelV4({ modelId: 'generates', doGenerate: whole('An answer of some length.') });
  const both = new MockLanguageModelV4({
    modelId: 'both',
    doStream: async () => ({ stream: convertArrayToReadableStream(parts('Middling, this.')) }),
    doGenerate: whole('never asked for'),
  });
  const fails = new MockLanguageModelV4({
    modelId: 'fails',
    doGenerate: async () => {
      throw new Error('on purpose');
    },
  });
  // Prefers the longer answer, as it is told by the prompt.
  const judge = new MockLanguageModelV4({
    doGenerate: async ({ prompt }) => {
      const [left = '', right = ''] = (JSON.stringify(prompt).match(/<<.*?>>/g) ?? []).map(String);
      return whole(left.length > right.length ? 'A' : 'B');
    },
  });
  const fuser = new MockLanguageModelV4({
    modelId: 'fuser',
    doGenerate: whole('A fused answer, the longest of them all.'),
  });

  const result = await blend({
    prompt: 'Why?',
    models: [streams, generates, both, fails],
    ranker: rankerFromComparison({
      compare: async ({ left, right }) => {
        const { text } = await generateText({ model: judge, prompt: `<<${left}>> <<${right}>>` });
        return text === 'A' ? 1 : -1;
      },
    }),
    fuser,
    maxRetries: 0,
  });
  expect(result).toMatchObject({
    text: 'A fused answer, the longest of them all.',
    decision: 'fused',
    candidates: [
      { model: 'mock-provider/generates', rank: 1, usage: { inputTokens: 5, outputTokens: 2 } },
      { model: 'mock-provider/both', rank: 2 },
      { model: 'mock-provider/streams', rank: 3 },
    ],
    fused: { fuser: 'mock-provider/fuser' },
    failures: [{ model: 'mock-provider/fails', kind: 'error', message: 'on purpose' }],
  });
  expect(judge.doGenerateCalls.length).toBeGreaterThan(0);
  expect(fuser.doGenerateCalls).toHaveLength(1);
});
