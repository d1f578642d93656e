import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { expect, test } from 'vitest';
import { CountingServer } from '../../../test/calls/counting-server.ts';
import { FakeLanguageModel } from '../../test/index.ts';
import { CallPolicies } from '../call-policies.ts';
import { PriceBook } from './price-book.ts';
import { reportedCost } from './reported-cost.ts';
import { streamAnswer } from '../stream-answer.ts';

function usage(input: number | undefined, output: number | undefined, cached?: number): LanguageModelV4Usage {
  return {
    inputTokens: { total: input, noCache: undefined, cacheRead: cached, cacheWrite: undefined },
    outputTokens: { total: output, text: undefined, reasoning: undefined },
  };
}

const named = (provider: string, modelId: string) => new FakeLanguageModel({ provider, modelId, answer: 'x' });

test('prices come from the list, with cached input for less', async () => {
  const prices = new PriceBook();
  const mini = await prices.find(named('openai.chat', 'gpt-5-mini'), 'openai/gpt-5-mini');
  // $0.25 in, $0.025 cached, $2 out for a million, as the list has it.
  expect(mini?.cost(usage(1_000_000, 0))).toBeCloseTo(0.25, 10);
  expect(mini?.cost(usage(1_000_000, 0, 1_000_000))).toBeCloseTo(0.025, 10);
  expect(mini?.cost(usage(0, 1_000_000))).toBeCloseTo(2, 10);
  const flash = await prices.find(named('google.generative-ai', 'gemini-2.5-flash'), 'google/gemini-2.5-flash');
  expect(flash?.cost(usage(1_000_000, 1_000_000))).toBeCloseTo(2.8, 10);
  const through = await prices.find(named('gateway', 'openai/gpt-5-mini'), 'gateway/openai/gpt-5-mini');
  expect(through?.cost(usage(1_000_000, 0))).toBeCloseTo(0.25, 10);
});

test('unknown is unknown, never 0', async () => {
  const prices = new PriceBook();
  expect(await prices.find(named('openai.chat', 'no-such-model'), 'openai/no-such-model')).toBeUndefined();
  expect(await prices.find(named('nobody', 'gpt-5-mini'), 'nobody/gpt-5-mini')).toBeUndefined();
  expect(await prices.find(named('ollama', 'gpt-oss:120b-cloud'), 'ollama/gpt-oss:120b-cloud')).toBeUndefined();
  const mini = await prices.find(named('openai.chat', 'gpt-5-mini'), 'openai/gpt-5-mini');
  expect(mini?.cost(usage(undefined, 10))).toBeUndefined();
  expect(mini?.cost(usage(10, undefined))).toBeUndefined();
  // More cached tokens than tokens cannot be.
  expect(mini?.cost(usage(10, 10, 20))).toBeUndefined();
});

test('models on the own machine are free', async () => {
  const found = await new PriceBook().find(named('ollama', 'gemma3'), 'ollama/gemma3');
  expect(found?.cost(usage(10, 10))).toBe(0);
});

test("the caller's prices come first, by the name used or that of the provider", async () => {
  const prices = new PriceBook({
    'openai/gpt-5-mini': { inputPerMillion: 1, outputPerMillion: 10, cachedInputPerMillion: 0.5 },
    'mine/m': { inputPerMillion: 0, outputPerMillion: 0 },
  });
  const mini = await prices.find(named('openai.chat', 'gpt-5-mini'), 'openai/gpt-5-mini');
  expect(mini?.cost(usage(1000, 100, 400))).toBeCloseTo((600 * 1 + 400 * 0.5 + 100 * 10) / 1e6, 12);
  const object = await prices.find(named('openai.chat', 'gpt-5-mini'), 'openai.chat/gpt-5-mini');
  expect(object?.cost(usage(1000, 0))).toBeCloseTo(0.001, 12);
  const free = await prices.find(named('mine', 'm'), 'mine/m');
  expect(free?.cost(usage(undefined, undefined))).toBe(0);
  expect(() => new PriceBook({ 'a/b': { inputPerMillion: -1, outputPerMillion: 1 } })).toThrow(
    'Invalid prices["a/b"].inputPerMillion -1',
  );
});

test('what a provider says its answer cost comes before any list', () => {
  expect(reportedCost({ openrouter: { usage: { cost: 0.00042 } } })).toBe(0.00042);
  expect(reportedCost({ gateway: { cost: '0.0015' } })).toBe(0.0015);
  expect(reportedCost({ openrouter: { usage: { cost: null } } })).toBeUndefined();
  expect(reportedCost({ gateway: { cost: 'free' } })).toBeUndefined();
  expect(reportedCost({})).toBeUndefined();
  expect(reportedCost(undefined)).toBeUndefined();
});

test('a call on the wire has its cost, with cached input', async () => {
  await using server = await CountingServer.start(() => ({ inputTokens: 1000, outputTokens: 100, cachedTokens: 400 }));
  const provider = createOpenAICompatible({ name: 'openai', baseURL: server.baseURL, includeUsage: true });
  const { usage: spent } = await streamAnswer({
    model: new CallPolicies().apply(provider.chatModel('gpt-5-mini')),
    name: 'openai/gpt-5-mini',
    prompt: { messages: [{ role: 'user', content: 'Why?' }], system: undefined },
    settings: {},
    maxRetries: 0,
    timeoutMs: undefined,
    abortSignal: undefined,
  });
  expect(spent.cost).toBeCloseTo((600 * 0.25 + 400 * 0.025 + 100 * 2) / 1e6, 12);
});
