import { expect, test } from 'vitest';
import { FakePairRanker } from '../test/index.ts';
import { describePairRanker, type SkippedLaw } from './pair-ranker.contract.ts';

describePairRanker('a fake', {
  create: () => new FakePairRanker({ judge: ({ left, right }) => left.length - right.length }),
  skip: [{ law: 'takes awkward texts on either side', reason: 'nothing is cut' }],
});

test('a law that is misspelt in skip is an error', () => {
  const misspelt = { law: 'takes awkward text on either side' as SkippedLaw['law'], reason: 'a mistake' };
  expect(() => describePairRanker('a fake', { create: () => new FakePairRanker(), skip: [misspelt] })).toThrow(
    'takes awkward text on either side is no law of a pair ranker; these are answers every pair in order',
  );
});
