import { describe, expect, test } from 'vitest';
import { FakePairRanker } from '../test/index.ts';
import type { PairJudgement } from '../spec/pair-ranker.ts';
import { rank } from './rank.ts';
import { rankWithReference } from './rank-with-reference.ts';

const prompt = 'Say something.';

describe('the comparisons of a GPT judge, from the Python original', () => {
  /** m1 and m2 are the same good, m1 is better than m3, m3 and m2 are the same bad. */
  const judge = ({ left, right }: { left: string; right: string }): PairJudgement => {
    const pair = [left, right].toSorted().join();
    if (pair === 'm1,m3') return { logit: left === 'm1' ? 2 : -2, verdict: left === 'm1' ? 'left' : 'right' };
    return { logit: 0, verdict: pair === 'm1,m2' ? 'both-good' : 'both-bad' };
  };

  test.each(['max-logits', 'max-wins', 'least-squares'] as const)('ranks 1, 2, 3 by %s', async (aggregation) => {
    const candidates = ['m1', 'm2', 'm3'];
    const result = await rank({ prompt, candidates, aggregation, ranker: new FakePairRanker({ judge }) });
    expect(result.ranks).toEqual([1, 2, 3]);
  });
});

describe('the matrix of the Python original', () => {
  const MATRIX: Readonly<Record<string, number>> = { ab: 2, ac: -1, ba: -1.5, bc: 0.5, ca: 2, cb: -0.2 };
  const ranker = () => new FakePairRanker({ judge: ({ left, right }) => MATRIX[`${left}${right}`] ?? Number.NaN });
  const candidates = ['a', 'b', 'c'];

  test('ranks 2, 3, 1 by the logits of both orders, and all alike by wins', async () => {
    const byLogits = await rank({ prompt, candidates, ranker: ranker() });
    expect(byLogits.ranks).toEqual([2, 3, 1]);
    // Python: 0.16667, -0.93333, 0.76667, the sums of both orders over 3; ours are their halves over 2.
    expect(byLogits.scores.map((score) => (score * 2 * 2) / 3)).toEqual(
      [0.16667, -0.93333, 0.76667].map((score) => expect.closeTo(score, 5)),
    );
    const byWins = await rank({ prompt, candidates, ranker: ranker(), aggregation: 'max-wins' });
    expect(byWins).toMatchObject({ ranks: [1, 1, 1], scores: [2, 2, 2] });
  });

  test('a reference gives half of the sum of both orders', async () => {
    const { scores } = await rankWithReference({ prompt, candidates, reference: 'first', ranker: ranker() });
    expect(scores).toEqual([0, expect.closeTo((-1.5 - 2) / 2, 12), expect.closeTo((2 + 1) / 2, 12)]);
  });
});
