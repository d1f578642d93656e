import type { PairRanker } from './pair-ranker.ts';

/** Names of one's own for rankers. */
export type RankerAliases = Readonly<Record<string, PairRanker | string>>;

/** Puts what an alias stands for in its place, also behind `cascade:`. What it stands for is no alias itself. */
export function expandRankerAlias(
  aliases: RankerAliases,
  reference: PairRanker | string | undefined,
): PairRanker | string | undefined {
  if (typeof reference !== 'string') return reference;
  const [, prefix = '', name = ''] = /^(cascade:)?(.*)$/s.exec(reference) ?? [];
  const target = Object.hasOwn(aliases, name) ? aliases[name] : undefined;
  if (target === undefined) return reference;
  return typeof target === 'string' ? `${prefix}${target}` : prefix === '' ? target : reference;
}
