import { closestMatch } from 'leven';

/** ` Did you mean x?` for a name that is nearly one of those there are, else ` There are: …`. */
export function suggest(name: string, known: readonly string[]): string {
  const near = closestMatch(name, known, { maxDistance: Math.min(3, Math.floor(name.length / 2)) });
  if (near !== undefined) return ` Did you mean ${near}?`;
  return known.length === 0 ? '' : ` There are: ${known.join(', ')}.`;
}
