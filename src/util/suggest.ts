import { closestMatch } from 'leven';

/** The known name that was probably meant; undefined where none is close. */
export function closestName(name: string, known: readonly string[]): string | undefined {
  return closestMatch(name, known, { maxDistance: Math.min(3, Math.floor(name.length / 2)) });
}

/** ` Did you mean x?` for a name that is close to a known one, else ` There are: …`. */
export function suggest(name: string, known: readonly string[]): string {
  const near = closestName(name, known);
  if (near !== undefined) return ` Did you mean ${near}?`;
  return known.length === 0 ? '' : ` There are: ${known.join(', ')}.`;
}
