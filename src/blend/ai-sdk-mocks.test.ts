import type { LanguageModelV4GenerateResult, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { convertArrayToReadableStream, MockLanguageModelV4 } from 'ai/test';
import { expect, test } from 'vitest';
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

const ANSWERS = [
  'A short one.',
  'An answer of some length.',
  'Middling, this.',
  'A fused answer, the longest of them all.',
] as const;

test('the mock models of the AI SDK as models, judge and fuser', async () => {
  const streams = new MockLanguageModelV4({
    modelId: 'streams',
    doStream: async () => ({ stream: convertArrayToReadableStream(parts(ANSWERS[0])) }),
  });
  const generates = new MockLanguageModelV4({ modelId: 'generates', doGenerate: whole(ANSWERS[1]) });
  const both = new MockLanguageModelV4({
    modelId: 'both',
    doStream: async () => ({ stream: convertArrayToReadableStream(parts(ANSWERS[2])) }),
    doGenerate: whole('never asked for'),
  });
  const fails = new MockLanguageModelV4({
    modelId: 'fails',
    doGenerate: async () => {
      throw new Error('on purpose');
    },
  });
  // Prefers the longer answer; in the prompt, A stands before B.
  const judge = new MockLanguageModelV4({
    modelId: 'judge',
    doGenerate: async ({ prompt }) => {
      const asked = JSON.stringify(prompt);
      const [a = '', b = ''] = ANSWERS.filter((text) => asked.includes(text)).toSorted(
        (left, right) => asked.indexOf(left) - asked.indexOf(right),
      );
      return whole(a.length > b.length ? '1. A is better' : '2. B is better');
    },
  });
  const fuser = new MockLanguageModelV4({
    modelId: 'fuser',
    doGenerate: whole(ANSWERS[3]),
  });

  const result = await blend({
    prompt: 'Why?',
    models: [streams, generates, both, fails],
    ranker: { judge },
    fuser,
    maxRetries: 0,
  });
  expect(result).toMatchObject({
    text: ANSWERS[3],
    decision: 'fused',
    candidates: [
      { model: 'mock-provider/generates', rank: 1, usage: { inputTokens: 5, outputTokens: 2 } },
      { model: 'mock-provider/both', rank: 2 },
      { model: 'mock-provider/streams', rank: 3 },
    ],
    ranker: 'judge:mock-provider/judge',
    fused: { fuser: 'mock-provider/fuser' },
    failures: [{ model: 'mock-provider/fails', kind: 'error', message: 'on purpose' }],
  });
  expect(judge.doGenerateCalls.length).toBeGreaterThan(0);
  expect(fuser.doGenerateCalls).toHaveLength(1);
});
