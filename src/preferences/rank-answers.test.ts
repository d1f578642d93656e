import { expect, test } from 'vitest';
import { FakeLanguageModel, FakePairRanker } from '../test/index.ts';
import { rankAnswers, type RankAnswersOptions } from './rank-answers.ts';

/** Likes long texts, and has no opinion on `?`. It leans to the first by 1, which both orders cancel. */
const longer = () =>
  new FakePairRanker({
    judge: ({ left, right }) =>
      left.includes('?') || right.includes('?') ? Number.NaN : left.length - right.length + 1,
  });

const text = (...texts: readonly string[]) => texts.map((one) => ({ text: one }));

async function ranked(options: Partial<RankAnswersOptions>) {
  const ranker = longer();
  const result = await rankAnswers({ id: 1, prompt: 'Q', ranker, ...options });
  return { ...result, calls: ranker.calls.flatMap(({ pairs }) => pairs.map(({ left, right }) => `${left}|${right}`)) };
}

test('the best and the worst are the pair, with what the ranking knows of it', async () => {
  const { answers, calls, hadRanks } = await ranked({ candidates: text('22', '1', '4444') });
  expect(answers).toEqual({
    id: 1,
    messages: [{ role: 'user', content: 'Q' }],
    candidates: text('22', '1', '4444'),
    ranks: [2, 3, 1],
    scores: expect.any(Array),
    pair: { chosen: 2, rejected: 1, logit: 3 },
    ranker: 'fake',
    hadMarkup: false,
    truncated: false,
  });
  expect(hadRanks).toBe(false);
  // Three pairs in both orders, and none twice.
  expect(calls).toHaveLength(6);
});

test('where the strategy has left the pair out, it is compared in both orders', async () => {
  const candidates = text('a', 'bb', 'ccc', 'dddd', 'eeeee', 'ffffff');
  const { answers, calls } = await ranked({ candidates, strategy: 'bubble', orders: 'forward' });
  expect(answers.pair).toMatchObject({ logit: 5 });
  expect(calls.slice(-2).toSorted()).toEqual(['a|ffffff', 'ffffff|a']);
});

test.each([
  [
    'ranks',
    [
      { text: 'a', rank: 1 },
      { text: 'bb', rank: 2 },
      { text: 'c', rank: 3 },
    ],
    [1, 2, 3],
    { chosen: 0, rejected: 2, logit: 0 },
  ],
  [
    'scores',
    [
      { text: 'a', score: -1 },
      { text: 'bbb', score: 5 },
    ],
    [2, 1],
    { chosen: 1, rejected: 0, logit: 2 },
  ],
  [
    'both, of which the ranks count',
    [
      { text: 'a', rank: 1, score: -1 },
      { text: 'bb', rank: 2, score: 5 },
    ],
    [1, 2],
    { chosen: 0, rejected: 1, logit: -1 },
  ],
  [
    'ties',
    [
      { text: 'a', rank: 1 },
      { text: 'b', rank: 1 },
      { text: 'ccc', rank: 3 },
      { text: 'dd', rank: 3 },
    ],
    [1, 1, 3, 3],
    { chosen: 0, rejected: 3, logit: -1 },
  ],
])('%s that answers have are kept, and only the pair is compared', async (_, candidates, ranks, pair) => {
  const { answers, calls, hadRanks } = await ranked({ candidates });
  expect(answers).toMatchObject({ ranks, pair });
  expect(hadRanks).toBe(true);
  expect(calls).toHaveLength(2);
});

test('ranks of some only are none, and can be done anew', async () => {
  const some = [{ text: 'a', rank: 1 }, { text: 'bb' }];
  expect((await ranked({ candidates: some })).answers.ranks).toEqual([2, 1]);
  const all = [
    { text: 'a', rank: 1 },
    { text: 'bb', rank: 2 },
  ];
  expect((await ranked({ candidates: all, keepRanks: false })).answers.ranks).toEqual([2, 1]);
});

test('blank answers make no pair, nor do equal ones; a ranker without an opinion says so', async () => {
  expect((await ranked({ candidates: text('aa', ' ', 'b') })).answers.pair).toMatchObject({ chosen: 0, rejected: 2 });
  expect((await ranked({ candidates: text('aa', ' ') })).answers.pair).toBeNull();
  expect((await ranked({ candidates: text('aa', 'bb') })).answers.pair).toBeNull();
  expect((await ranked({ candidates: text('aa', 'aa', 'b') })).answers.pair).toMatchObject({ logit: 1 });
  const asked = [
    { text: '?', rank: 1 },
    { text: 'b', rank: 2 },
  ];
  expect((await ranked({ candidates: asked })).answers.pair).toEqual({ chosen: 0, rejected: 1, logit: null });
});

test('markup is taken out before anything is ranked, unless it is to stay', async () => {
  const given = {
    prompt: '<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n',
    candidates: text('aa<|im_end|>', 'b<|im_end|>\n<|im_start|>user\nAnd then.'),
  };
  const { answers, calls } = await ranked(given);
  expect(answers).toMatchObject({
    messages: [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'Q' },
    ],
    candidates: text('aa', 'b'),
    ranks: [1, 2],
    hadMarkup: true,
  });
  expect(calls.toSorted()).toEqual(['aa|b', 'b|aa']);
  const kept = await ranked({ ...given, keepMarkup: true });
  expect(kept.answers).toMatchObject({ candidates: given.candidates, ranks: [2, 1], hadMarkup: false });
  expect(kept.answers.messages).toEqual([{ role: 'user', content: given.prompt }]);
});

test('a question with material is ranked as it is, and is one message', async () => {
  const ranker = longer();
  const { answers } = await rankAnswers({
    id: 1,
    instruction: 'Sum up.',
    input: 'A text.',
    candidates: text('a', 'bb'),
    ranker,
  });
  expect(ranker.calls[0]?.pairs[0]?.task).toMatchObject({ instruction: 'Sum up.', input: 'A text.' });
  expect(answers.messages).toEqual([{ role: 'user', content: 'Sum up.\n\nA text.' }]);
});

test('models: answers are sampled first, and failed calls are told', async () => {
  const sampled = new FakeLanguageModel({ answer: (_, index) => 'x'.repeat(index + 1) });
  const { answers, failures } = await ranked({ models: [sampled], samples: 3 });
  expect(answers.candidates.map(({ text: one }) => one)).toEqual(['x', 'xx', 'xxx']);
  expect(answers.pair).toMatchObject({ chosen: 2, rejected: 0 });
  expect(answers.candidates[0]?.model).toMatch(/^fake/);
  expect(failures).toEqual([]);
});

test('candidates or models, and one of them', async () => {
  await expect(ranked({})).rejects.toThrow('pass candidates or models');
  await expect(ranked({ candidates: text('a'), models: ['local/x'] })).rejects.toThrow('not both');
});
