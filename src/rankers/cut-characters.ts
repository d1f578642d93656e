/** The first and the last half of `most` characters (code points, as Python counts them) of a longer text. */
export function cutCharacters(text: string, most: number): string {
  if (text.length <= most) return text;
  const characters = (part: string) => [...part];
  const half = Math.floor(most / 2);
  // A character has one or two units; so many units at either end hold what is kept.
  if (text.length > 2 * most) {
    return [...characters(text.slice(0, most)).slice(0, half), ...characters(text.slice(-most)).slice(-half)].join('');
  }
  const all = characters(text);
  return all.length <= most ? text : [...all.slice(0, half), ...all.slice(-half)].join('');
}
