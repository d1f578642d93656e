import { rerank } from 'ai';
import { beforeAll, describe, expect, test } from 'vitest';
import { rankerModel } from '../api/index.ts';
import { rankerFromScore } from '../rankers/adapters/index.ts';
import { FakeLanguageModel, FakePairRanker } from '../test/index.ts';
import { RankerModel } from './ranker-model.ts';

beforeAll(() => {
  globalThis.AI_SDK_LOG_WARNINGS = false;
});

const longer = () => new FakePairRanker({ name: 'longer', judge: ({ left, right }) => left.length - right.length });
const query = 'Which is long?';
const documents = ['aa', 'aaaa', 'a', 'aaa'];

describe.each([
  { kind: 'a pairwise ranker', make: longer },
  { kind: 'a pointwise ranker', make: () => rankerFromScore({ score: (_, text) => text.length, name: 'longer' }) },
])('$kind', ({ make }) => {
  test('gives the documents best first, with scores between 0 and 1', async () => {
    const { ranking, rerankedDocuments, response } = await rerank({ model: rankerModel(make()), query, documents });
    expect(rerankedDocuments).toEqual(['aaaa', 'aaa', 'aa', 'a']);
    expect(ranking.map(({ originalIndex }) => originalIndex)).toEqual([1, 3, 0, 2]);
    const scores = ranking.map(({ score }) => score);
    expect(scores.every((score) => score > 0 && score < 1)).toBe(true);
    // The probabilities of each pair add up to 1, so that their mean over all documents is a half.
    expect(scores.reduce((sum, score) => sum + score, 0) / scores.length).toBeCloseTo(0.5);
    expect(response.modelId).toBe('longer');
  });

  test.each([
    { name: 'topN', given: documents, topN: 2, expected: [1, 3] },
    { name: 'topN of more than there are', given: documents, topN: 9, expected: [1, 3, 0, 2] },
    {
      name: 'the same twice, in the order given',
      given: ['bb', 'a', 'cc', 'bb'],
      topN: undefined,
      expected: [0, 2, 3, 1],
    },
    { name: 'an empty one, which is last', given: ['', 'a', ' '], topN: undefined, expected: [1, 0, 2] },
    { name: 'one alone', given: ['a'], topN: undefined, expected: [0] },
    { name: 'empty ones alone', given: ['', ''], topN: undefined, expected: [0, 1] },
  ])('takes $name', async ({ given, topN, expected }) => {
    const options = topN === undefined ? {} : { topN };
    const { ranking } = await new RankerModel(make()).doRerank({
      query,
      documents: { type: 'text', values: given },
      ...options,
    });
    expect(ranking.map(({ index }) => index)).toEqual(expected);
    expect(ranking.every(({ relevanceScore }) => relevanceScore >= 0 && relevanceScore <= 1)).toBe(true);
  });
});

test('equal documents have equal scores, and the order in which they are given changes none', async () => {
  const values = Array.from({ length: 9 }, (_, index) => 'a'.repeat(1 + (index % 3)));
  const scoresOf = async (given: readonly string[]) => {
    const { ranking } = await new RankerModel(longer()).doRerank({
      query,
      documents: { type: 'text', values: [...given] },
    });
    return new Map(ranking.map(({ index, relevanceScore }) => [given[index], relevanceScore]));
  };
  const scores = await scoresOf(values);
  expect(scores.size).toBe(3);
  expect(await scoresOf(values.toReversed())).toEqual(scores);
  const { ranking } = await new RankerModel(longer(), { strategy: undefined }).doRerank({
    query,
    documents: { type: 'text', values },
  });
  expect(new Set(ranking.map(({ relevanceScore }) => relevanceScore)).size).toBe(3);
});

test('a document alone is as good as it is bad', async () => {
  const { ranking } = await new RankerModel(longer()).doRerank({ query, documents: { type: 'text', values: ['a'] } });
  expect(ranking).toEqual([{ index: 0, relevanceScore: 0.5 }]);
});

test('the query is the instruction, and objects are read as lines', async () => {
  const ranker = longer();
  const values = [
    { title: 'A', year: 1815, tags: ['x'] },
    { title: 'A long title', missing: undefined },
  ];
  const { ranking, warnings } = await new RankerModel(ranker).doRerank({
    query,
    documents: { type: 'object', values },
  });
  expect(ranker.pairs[0]?.task.instruction).toBe(query);
  expect(new Set(ranker.pairs.flatMap(({ left, right }) => [left, right]))).toEqual(
    new Set(['title: A\nyear: 1815\ntags: ["x"]', 'title: A long title']),
  );
  expect(ranking.map(({ index }) => index)).toEqual([0, 1]);
  expect(warnings).toMatchObject([{ type: 'compatibility', feature: 'object documents' }]);
  const { rerankedDocuments } = await rerank({ model: rankerModel(ranker), query, documents: values.slice(0, 1) });
  expect(rerankedDocuments).toEqual(values.slice(0, 1));
});

test('no documents are no error, an empty query is', async () => {
  expect(await new RankerModel(longer()).doRerank({ query, documents: { type: 'text', values: [] } })).toMatchObject({
    ranking: [],
  });
  await expect(
    new RankerModel(longer()).doRerank({ query: ' ', documents: { type: 'text', values: ['a'] } }),
  ).rejects.toThrow('must not be empty');
});

test('a judge compares what can still change the order, and fewer pairs where only the best are wanted', async () => {
  const pairsFor = async (topN?: number) => {
    // A judge that is sure of every pair says little of how far apart two texts are.
    const ranker = new FakePairRanker({
      name: 'longer',
      judge: ({ left, right }) => 3 * Math.sign(left.length - right.length),
    });
    const values = Array.from({ length: 12 }, (_, index) => 'a'.repeat(3 * (index + 1)));
    const { providerMetadata, ranking } = await new RankerModel(ranker).doRerank({
      query,
      documents: { type: 'text', values },
      ...(topN === undefined ? {} : { topN }),
    });
    expect(ranking[0]?.index).toBe(11);
    expect(providerMetadata?.['llmBlender']).toMatchObject({ ranker: 'longer', usage: { calls: ranker.pairs.length } });
    return ranker.pairs.length / 2;
  };
  const [all, best] = [await pairsFor(), await pairsFor(1)];
  expect(all).toBeLessThanOrEqual(66);
  expect(best).toBeLessThan(all);
});

test('an abort, a ranker that fails, and mistakes', async () => {
  const reason = new Error('enough');
  const texts = { type: 'text' as const, values: documents };
  await expect(
    new RankerModel(longer()).doRerank({ query, documents: texts, abortSignal: AbortSignal.abort(reason) }),
  ).rejects.toBe(reason);
  const broken = new FakePairRanker({ judge: () => Promise.reject(new Error('on purpose')) });
  await expect(rerank({ model: rankerModel(broken), query, documents, maxRetries: 0 })).rejects.toThrow('on purpose');
  await expect(new RankerModel(longer()).doRerank({ query, documents: texts, topN: 0 })).rejects.toThrow(
    'Invalid topN 0',
  );
  expect(() => rankerModel(7 as never)).toThrow('Invalid ranker 7');
  expect(() => rankerModel('small', { strategi: 'full' } as never)).toThrow('Did you mean strategy?');
  await expect(rerank({ model: rankerModel('no-such'), query, documents })).rejects.toThrow('Invalid ranker "no-such"');
});

test('a judge by name and with settings', async () => {
  const judge = new FakeLanguageModel({ modelId: 'judge', answer: 'A' });
  expect(rankerModel({ judge }).modelId).toBe('judge:fake/judge');
  const { ranking } = await rerank({
    model: rankerModel({ judge }, { orders: 'forward' }),
    query,
    documents: ['a', 'b'],
  });
  expect(ranking).toHaveLength(2);
});
