import { APICallError } from 'ai';
import { describe, expect, test } from 'vitest';
import { blend } from '../../blend/index.ts';
import { compare, compareConversations } from '../../compare/index.ts';
import { bestOfN, rank, rankWithReference, topK, worstOfN } from '../../rank/index.ts';
import type { RankerCallSettings } from '../../spec/pair-ranker.ts';
import { Resources } from '../../registry/index.ts';
import { FakeLanguageModel, FakePairRanker, HANG } from '../../test/index.ts';
import { cascadeRanker } from '../cascade/index.ts';
import { ListJudge } from './list-judge.ts';
import { LlmJudge } from './llm-judge.ts';

const prompt = 'Name a colour.';
const candidates = ['Blue.', 'Reddish.', 'No.'];
const [a = '', b = ''] = candidates;
const conversation = (answer: string) => [
  { role: 'user', content: prompt } as const,
  { role: 'assistant', content: answer } as const,
];
const byLength = () => new FakePairRanker({ judge: ({ left, right }) => left.length - right.length });
const models = ['Blue.', 'Reddish.'].map((answer) => new FakeLanguageModel({ modelId: answer, answer }));

type Verb = (options: { ranker: FakePairRanker } & RankerCallSettings) => Promise<unknown>;

const VERBS: Readonly<Record<string, Verb>> = {
  compare: (options) => compare({ prompt, a, b, ...options }),
  compareConversations: (options) => compareConversations({ a: conversation(a), b: conversation(b), ...options }),
  rank: (options) => rank({ prompt, candidates, ...options }),
  rankWithReference: (options) => rankWithReference({ prompt, candidates, ...options }),
  bestOfN: (options) => bestOfN({ prompt, candidates, ...options }),
  'bestOfN of models': (options) => bestOfN({ prompt, models, ...options }),
  worstOfN: (options) => worstOfN({ prompt, candidates, ...options }),
  topK: (options) => topK({ prompt, candidates, topK: 1, ...options }),
  blend: (options) => blend({ prompt, models, fusion: false, ...options }),
};

describe.each(Object.entries(VERBS))('%s', (_, verb) => {
  test('passes timeoutMs and maxRetries to the ranker with every call', async () => {
    const ranker = byLength();
    await verb({ ranker, timeoutMs: 5000, maxRetries: 1 });
    expect(ranker.calls.length).toBeGreaterThan(0);
    for (const call of ranker.calls) expect(call).toMatchObject({ timeoutMs: 5000, maxRetries: 1 });
  });

  test.each([{ timeoutMs: 0 }, { timeoutMs: Number.NaN }, { maxRetries: -1 }, { maxRetries: Number.NaN }])(
    'refuses %j',
    async (settings) => {
      const ranker = byLength();
      const [[name = '', value] = []] = Object.entries(settings);
      await expect(verb({ ranker, ...settings })).rejects.toThrow(`${name} ${value}`);
      expect(ranker.calls).toEqual([]);
    },
  );
});

test('the check of a fused answer has them too', async () => {
  const checkRanker = byLength();
  const fuser = new FakeLanguageModel({ modelId: 'fuser', answer: 'Blue and red.' });
  const result = await blend({
    prompt,
    models,
    fuser,
    ranker: byLength(),
    checkRanker,
    timeoutMs: 5000,
    maxRetries: 1,
  });
  expect(result.decision).toBe('fused');
  expect(checkRanker.calls).toMatchObject([{ timeoutMs: 5000, maxRetries: 1 }]);
});

test('both rankers of a cascade have them', async () => {
  const [prefilter, ranker] = [byLength(), byLength()];
  await rank({ prompt, candidates, ranker: cascadeRanker({ prefilter, ranker }), timeoutMs: 5000, maxRetries: 1 });
  for (const { calls } of [prefilter, ranker]) expect(calls[0]).toMatchObject({ timeoutMs: 5000, maxRetries: 1 });
});

const task = { instruction: prompt, input: '' };
const pairs = [
  { task, left: a, right: b },
  { task, left: b, right: a },
  { task: { instruction: 'Name a fruit.', input: '' }, left: a, right: b },
];

function apiError(statusCode: number, message: string): APICallError {
  return new APICallError({
    message,
    url: 'http://127.0.0.1',
    requestBodyValues: {},
    statusCode,
    responseHeaders: { 'retry-after-ms': '1' },
  });
}

describe.each([
  ['LlmJudge', LlmJudge, '1. A is better'],
  ['ListJudge', ListJudge, '[1] > [2]'],
])('%s', (_, Judge, reply) => {
  const names = { name: 'judge:fake/model', modelName: 'fake/model' };

  test('ends a call after the timeoutMs of the verb', async () => {
    const judge = new Judge({ ...names, model: new FakeLanguageModel({ answer: HANG }) });
    await expect(compare({ prompt, a, b, ranker: judge, timeoutMs: 20, maxRetries: 0 })).rejects.toThrow(
      'Timed out after 20 ms: the answer of fake/model',
    );
  });

  test('ends a call after its own timeoutMs before that of the verb', async () => {
    const judge = new Judge({ ...names, model: new FakeLanguageModel({ answer: HANG }), timeoutMs: 20, maxRetries: 0 });
    await expect(compare({ prompt, a, b, ranker: judge, timeoutMs: 600_000 })).rejects.toThrow('Timed out after 20 ms');
  });

  test.each([
    { own: undefined, verb: 0, calls: 1 },
    { own: undefined, verb: 1, calls: 2 },
    { own: 0, verb: 1, calls: 1 },
  ])('repeats a call by its own maxRetries, $own, or that of the verb, $verb', async ({ own, verb, calls }) => {
    const model = new FakeLanguageModel({ answer: apiError(503, 'overloaded') });
    const judge = new Judge({ ...names, model, maxRetries: own });
    await expect(compare({ prompt, a, b, ranker: judge, orders: 'forward', maxRetries: verb })).rejects.toThrow(
      'overloaded',
    );
    expect(model.calls).toHaveLength(calls);
  });

  test('sends no temperature to a model that refuses it, also where several calls were refused at once', async () => {
    const model = new FakeLanguageModel({
      answer: ({ temperature }) =>
        temperature === undefined ? reply : apiError(400, "'temperature' is not supported"),
    });
    const judge = new Judge({ ...names, model });
    const { judgements } = await judge.doCompare({ pairs });
    expect(judgements.every(({ logit }) => Number.isFinite(logit))).toBe(true);
    const groups = model.calls.length / 2;
    expect(model.calls.map(({ temperature }) => temperature)).toEqual([
      ...Array.from({ length: groups }, () => 0),
      ...Array.from({ length: groups }, () => undefined),
    ]);
    // The form of the reply was not what was refused.
    expect(new Set(model.calls.map(({ responseFormat }) => responseFormat?.type)).size).toBe(1);
    await judge.doCompare({ pairs: pairs.slice(0, 1) });
    expect(model.calls.at(-1)?.temperature).toBeUndefined();
    expect(model.calls).toHaveLength(2 * groups + 1);
  });

  test('refuses settings that cannot be used', () => {
    const model = new FakeLanguageModel({ answer: reply });
    expect(() => new Judge({ ...names, model, timeoutMs: -1 })).toThrow('Invalid timeoutMs -1');
    expect(() => new Judge({ ...names, model, language: 'xx' as never })).toThrow('Invalid language "xx"');
    expect(() => new Judge({ ...names, model, maxRetries: Number.NaN })).toThrow('Invalid maxRetries NaN');
  });
});

test('a judge entry has settings of its own, which override those of the judge and of the verb', async () => {
  await using resources = new Resources();
  const model = new FakeLanguageModel({ answer: '1' });
  const providerOptions = { fake: { safe: true } };
  const judge = await resources.resolveRanker({ judge: model, temperature: 0.5, maxOutputTokens: 9, providerOptions });
  await compare({ prompt, a, b, ranker: judge, orders: 'forward' });
  expect(model.calls).toMatchObject([{ temperature: 0.5, maxOutputTokens: 9, providerOptions }]);
  const hanging = { judge: new FakeLanguageModel({ answer: HANG }), timeoutMs: 20, maxRetries: 0 };
  await expect(compare({ prompt, a, b, ranker: hanging, resources, timeoutMs: 600_000 })).rejects.toThrow(
    'Timed out after 20 ms',
  );
});

test('options of a provider stand beside those that ask for the probabilities of tokens', async () => {
  const model = new FakeLanguageModel({ provider: 'openai.chat', answer: '1' });
  const providerOptions = { openai: { serviceTier: 'flex' }, other: { x: 1 } };
  const judge = new LlmJudge({ model, name: 'judge:openai/x', modelName: 'openai/x', providerOptions });
  await judge.doCompare({ pairs: pairs.slice(0, 1) });
  expect(model.calls[0]?.providerOptions).toMatchObject({
    openai: { serviceTier: 'flex', logprobs: 20 },
    other: { x: 1 },
  });
});
