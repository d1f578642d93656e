import { describe, expect, test } from 'vitest';
import { blend } from '../../blend/index.ts';
import { compare, compareConversations } from '../../compare/index.ts';
import { bestOfN, rank, rankWithReference, topK, worstOfN } from '../../rank/index.ts';
import type { RankerCallSettings } from '../../spec/pair-ranker.ts';
import { FakeLanguageModel, FakePairRanker } from '../../test/index.ts';
import { cascadeRanker } from '../cascade/index.ts';

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
