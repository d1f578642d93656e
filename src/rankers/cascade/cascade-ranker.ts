import type { PairRanker } from '../../spec/pair-ranker.ts';

/**
 * A dear ranker with a cheap one before it. The judgements are the dear one's alone. Verbs that rank ask the cheap one
 * of all pairs first, learn from the first answers how far it can be trusted, and ask the dear one only of pairs that
 * are unsure and can still change the result: the strategy `adaptive`, the default for such a ranker.
 *
 * Both stay the caller's: nothing is disposed of with the cascade.
 */
export function cascadeRanker({
  screen,
  ranker,
  name = `cascade:${ranker.name}`,
}: {
  /** The cheap one. The scale of its logits need not be that of the other. */
  screen: PairRanker;
  /** The dear one, whose opinion counts. */
  ranker: PairRanker;
  /** @default `cascade:` and the name of the dear one */
  name?: string | undefined;
}): PairRanker {
  return {
    specificationVersion: 'v1',
    name,
    ...(ranker.caution === undefined ? {} : { caution: ranker.caution }),
    screen,
    doCompare: (options) => ranker.doCompare(options),
  };
}
