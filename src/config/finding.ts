import { closestMatch } from 'leven';

/** Something that is wrong with a configuration, by the keys and indices that lead to it. */
export interface Finding {
  readonly path: readonly PropertyKey[];
  /** A sentence: what is expected, and a hint. */
  readonly message: string;
}

/** ` Did you mean x?` for a name that is close to a known one, else ` There are: …`. */
export function suggest(name: string, known: readonly string[]): string {
  const near = closestMatch(name, known, { maxDistance: Math.min(3, Math.floor(name.length / 2)) });
  if (near !== undefined) return ` Did you mean ${near}?`;
  return known.length === 0 ? '' : ` There are: ${known.join(', ')}.`;
}
