import type { PairRanker } from '../../spec/pair-ranker.ts';

/**
 * An expensive ranker with a cheap one before it. The judgements are the expensive one's alone. Verbs that rank compare
 * all pairs with the cheap one first, learn from the first results how far it can be trusted, and compare with the
 * expensive one only pairs that are unsure and can still change the result: the strategy `adaptive`, the default for such
 * a ranker.
 *
 * Both stay the caller's: nothing is disposed of with the cascade.
 */
export function cascadeRanker({
  prefilter,
  ranker,
  name = `cascade:${ranker.name}`,
}: {
  /** The cheap one. The scale of its logits need not be that of the other. */
  prefilter: PairRanker;
  /** The expensive one, whose opinion counts. */
  ranker: PairRanker;
  /** @default `cascade:` and the name of the expensive one */
  name?: string | undefined;
}): PairRanker {
  return {
    specificationVersion: 'v1',
    name,
    ...(ranker.warning === undefined ? {} : { warning: ranker.warning }),
    prefilter,
    doCompare: (options) => ranker.doCompare(options),
  };
}
