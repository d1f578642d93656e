import type { RerankingModelV4 } from '@ai-sdk/provider';
import { expect, test } from 'vitest';
import { rank } from '../../rank/index.ts';
import { AWKWARD_TEXTS, describePairRanker } from '../pair-ranker.contract.ts';
import { rankerFromComparison, rankerFromRerankingModel, rankerFromScore } from './index.ts';

const skip = [{ law: 'takes awkward texts on either side', reason: 'nothing is cut; they are taken below' }] as const;
const score = (_task: string, text: string) => Math.log1p(text.length);

/** Scores documents one at a time, by length, and gives the best first, as such models do. */
class FakeRerankingModel implements RerankingModelV4 {
  readonly specificationVersion = 'v4';
  readonly provider = 'fake';
  readonly modelId = 'rerank';
  readonly queries: string[] = [];

  async doRerank({ query, documents, topN }: Parameters<RerankingModelV4['doRerank']>[0]) {
    this.queries.push(query);
    const ranking = documents.values
      .map((text, index) => ({ index, relevanceScore: score(query, String(text)) }))
      .toSorted((first, second) => second.relevanceScore - first.relevanceScore);
    return { ranking: ranking.slice(0, topN) };
  }
}

const rankers = {
  comparison: rankerFromComparison({ compare: async ({ left, right }) => score('', left) - score('', right) }),
  score: rankerFromScore({ score }),
  'reranking model': rankerFromRerankingModel({ model: new FakeRerankingModel() }),
};

for (const [name, ranker] of Object.entries(rankers)) {
  describePairRanker(`a ranker from a ${name}`, { create: () => ranker, skip });

  test(`a ranker from a ${name} ranks awkward texts`, async () => {
    const { ranks } = await rank({ prompt: 'Say something long.', candidates: AWKWARD_TEXTS, ranker });
    expect(ranks.at(-1)).toBe(1);
  });
}

test('each candidate is scored once, and a task is one call of a reranking model', async () => {
  const model = new FakeRerankingModel();
  const candidates = ['a', 'bb', 'ccc', 'dddd'];
  const result = await rank({ prompt: 'Longest?', candidates, ranker: rankerFromRerankingModel({ model }) });
  expect(result.ranks).toEqual([4, 3, 2, 1]);
  expect(new Set(model.queries)).toEqual(new Set(['Longest?']));
  const seen: string[] = [];
  await rankerFromScore({ score: (_, text) => seen.push(text) }).doCompare({
    pairs: ['x', 'y'].map((left) => ({ task: { instruction: 'i', input: '' }, left, right: 'z' })),
  });
  expect(seen.toSorted()).toEqual(['x', 'y', 'z']);
});

test('a function that gives no number is an error that says so', async () => {
  const ranker = rankerFromComparison({ compare: () => 'left' as unknown as number, name: 'mine' });
  await expect(rank({ prompt: 'x', candidates: ['a', 'b'], ranker })).rejects.toThrow('expected a finite number');
});
