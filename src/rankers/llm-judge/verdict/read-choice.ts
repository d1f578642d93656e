import type { Verdict } from '../../../spec/pair-ranker.ts';
import type { Side, Token } from './reply-tokens.ts';

const EMPTY = new Set(['punctuation', 'article', 'noun', 'filler', 'is', 'final']);

/** The four choices by their number or letter; the third is also the tie of judges that have only three. */
const NUMBERED: Readonly<Record<string, Verdict>> = {
  '1': 'left',
  '2': 'right',
  '3': 'both-good',
  '4': 'both-bad',
  a: 'left',
  b: 'right',
  c: 'both-good',
  d: 'both-bad',
  left: 'left',
  right: 'right',
};

/** The choice behind a number or letter. */
export function numberedChoice(token: Token | undefined): Verdict | undefined {
  if (token === undefined) return undefined;
  if (token.kind === 'side') return token.side;
  const text = token.text.toLowerCase();
  return Object.hasOwn(NUMBERED, text) ? NUMBERED[text] : undefined;
}

/** The verdict of tokens that are nothing but a choice: "A", "(b)", "3", "A is better", "Same bad", "Tie". */
export function readChoice(tokens: readonly Token[]): Verdict | undefined {
  if (tokens.length > 24 || tokens.some(({ text }) => text === '?')) return undefined;
  // The kinds that are mostly empty are words of a choice where nothing else is left: "Answer 3".
  const words = tokens.filter(({ kind }) => !EMPTY.has(kind));
  const [first, second, third] = words;
  if (first === undefined || third !== undefined) return undefined;
  // "Option 3" is a choice, "Output (c)" an answer that does not exist.
  const named = tokens.some(({ kind, text }) => kind === 'noun' && !/^(?:option|choice|answer)$/i.test(text));
  const kinds = new Set(words.map(({ kind }) => kind));
  if (second === undefined) {
    if (first.kind === 'tie') return 'both-good';
    if (first.kind === 'both') return first.text.toLowerCase() === 'both' ? 'both-good' : undefined;
    if (first.kind === 'neither') return 'both-bad';
    if (first.kind === 'equal') return 'both-good';
    return named && first.kind !== 'side' ? undefined : numberedChoice(first);
  }
  const sides = words.filter((word): word is Token & { side: Side } => word.kind === 'side');
  if (sides.length === 1) {
    if (kinds.has('better')) return sides[0]?.side;
    if (kinds.has('worse')) return opposite(sides[0]?.side ?? 'left');
    return undefined;
  }
  if (kinds.has('tie') || kinds.has('equal') || kinds.has('both')) {
    if (kinds.has('bad') || kinds.has('worse')) return 'both-bad';
    if (kinds.has('good') || (kinds.has('tie') && kinds.has('both')) || (kinds.has('equal') && kinds.has('both')))
      return 'both-good';
  }
  if (kinds.has('neither'))
    return kinds.has('good') || kinds.has('does') ? 'both-bad' : kinds.has('better') ? 'both-good' : undefined;
  return undefined;
}

/** The other of the two. */
export function opposite(side: Side): Side {
  return side === 'left' ? 'right' : 'left';
}
