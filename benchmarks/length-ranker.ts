import type { PairRanker } from '../src/index.ts';

/** A ranker that costs nothing: the longer answer. */
export const lengthRanker: PairRanker = {
  specificationVersion: 'v1',
  name: 'length',
  async doCompare({ pairs, onJudgement }) {
    const judgements = pairs.map(({ left, right }) => ({ logit: left.length - right.length }));
    for (const [index, judgement] of judgements.entries()) onJudgement?.(index, judgement);
    return { judgements, usage: { calls: 0, inputTokens: 0, outputTokens: 0, cost: 0 } };
  },
};
