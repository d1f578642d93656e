import { anObjectWith, aText, checkOptions, required } from '../../util/check-options.ts';
import type { PairRanker } from '../../spec/pair-ranker.ts';

/**
 * An expensive ranker with a cheap prefilter. Only the expensive ranker's judgements decide. `rank` compares all pairs
 * with the prefilter, estimates how reliable it is, and uses the expensive ranker only for uncertain pairs that can
 * change the result (the strategy `adaptive`, the default for such a ranker). Neither ranker is disposed with the
 * cascade.
 * @example
 * const prefilter = rankerFromScore({ score: (_task, text) => text.length });
 * const careful = rankerFromComparison({ compare: async ({ left, right }) => left.length - right.length });
 * const { best } = await rank({
 *   prompt: 'Name a prime.',
 *   candidates: ['4', '7 is a prime.'],
 *   ranker: cascadeRanker({ prefilter, ranker: careful }),
 * });
 */
export function cascadeRanker(options: {
  /** The cheap ranker. Its logits may have another scale. */
  prefilter: PairRanker;
  /** The expensive ranker, which decides. */
  ranker: PairRanker;
  /** @default `cascade:` and the name of `ranker` */
  name?: string | undefined;
}): PairRanker {
  const aRanker = required(anObjectWith('doCompare'));
  checkOptions('cascadeRanker', options, { prefilter: aRanker, ranker: aRanker, name: aText });
  const { prefilter, ranker } = options;
  return {
    specificationVersion: 'v1',
    name: options.name ?? `cascade:${ranker.name}`,
    ...(ranker.warning === undefined ? {} : { warning: ranker.warning }),
    ...(ranker.readsAttachments === true ? { readsAttachments: true } : {}),
    prefilter,
    doCompare: (compared) => ranker.doCompare(compared),
  };
}
