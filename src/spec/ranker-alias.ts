import type { RankerChoice } from './ranker-choice.ts';

/** Names of one's own for rankers. */
export type RankerAliases = Readonly<Record<string, RankerChoice>>;

/** Puts what an alias stands for in its place, also behind `cascade:`, and behind the `cascade:` that an alias stands for. */
export function expandRankerAlias<REFERENCE extends RankerChoice | undefined>(
  aliases: RankerAliases,
  reference: REFERENCE,
): REFERENCE | RankerChoice {
  const first = expandOnce(aliases, reference);
  return first === reference ? reference : expandOnce(aliases, first);
}

function expandOnce<REFERENCE>(aliases: RankerAliases, reference: REFERENCE): REFERENCE | RankerChoice {
  if (typeof reference !== 'string') return reference;
  const [, prefix = '', name = ''] = /^(cascade:)?(.*)$/s.exec(reference) ?? [];
  const target = Object.hasOwn(aliases, name) ? aliases[name] : undefined;
  if (typeof target === 'string') return `${prefix}${target}`;
  // An object has no name to stand behind the prefix: the parts of a cascade are looked up one by one.
  return target === undefined || prefix !== '' ? reference : target;
}
