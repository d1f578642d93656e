import type { Verdict } from '../../../spec/pair-ranker.ts';
import { type Claim, STRENGTH } from './claim.ts';
import { type Side, splitSentences, type Token } from './reply-tokens.ts';

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
function numberedChoice(token: Token | undefined): Verdict | undefined {
  if (token === undefined) return undefined;
  if (token.kind === 'side') return token.side;
  const text = token.text.toLowerCase();
  return Object.hasOwn(NUMBERED, text) ? NUMBERED[text] : undefined;
}

/** The verdict of tokens that are nothing but a choice: "A", "(b)", "3", "A is better", "Same bad", "Tie". */
export function readChoice(tokens: readonly Token[]): Verdict | undefined {
  if (tokens.length > 24 || tokens.some(({ text }) => text === '?')) return undefined;
  // "A is" was cut off.
  const last = tokens.at(-1);
  if (last?.kind === 'is' && /^\w+$/.test(last.text)) return undefined;
  // The kinds that are mostly empty are words of a choice where nothing else is left: "Answer 3".
  const words = tokens.filter(({ kind }) => !EMPTY.has(kind));
  const [first, second, third] = words;
  if (first === undefined) return undefined;
  if (words.every(({ kind, text }, index) => kind === 'side' && (index === 0 || text === first.text)))
    return numberedChoice(first);
  const kinds = new Set(words.map(({ kind }) => kind));
  if (third !== undefined) return words.every(({ kind }) => TIES.has(kind)) ? readTies(kinds) : undefined;
  // "Option 3" is a choice, "Output (c)" an answer that does not exist.
  const named = tokens.some(({ kind, text }) => kind === 'noun' && !/^(?:option|choice|answer)$/i.test(text));
  if (second === undefined) {
    if (first.kind === 'tie') return 'both-good';
    if (first.kind === 'both') return first.text.toLowerCase() === 'both' ? 'both-good' : undefined;
    if (first.kind === 'neither') return 'both-bad';
    if (first.kind === 'equal') return 'both-good';
    // "It is right" praises.
    const direction = first.kind !== 'side' && /^(?:left|right)$/i.test(first.text);
    if (direction && tokens.some(({ kind }) => kind === 'is' || kind === 'filler')) return undefined;
    return named && first.kind !== 'side' ? undefined : numberedChoice(first);
  }
  const sides = words.filter((word): word is Token & { side: Side } => word.kind === 'side');
  if (sides.length === 1) {
    if (kinds.has('better')) return sides[0]?.side;
    if (kinds.has('worse')) return opposite(sides[0]?.side ?? 'left');
    return undefined;
  }
  return readTies(kinds);
}

const TIES = new Set<Token['kind']>(['tie', 'equal', 'both', 'neither', 'good', 'bad', 'worse']);

/** "Same bad", "tie (both good)", "neither is better". */
function readTies(kinds: ReadonlySet<Token['kind']>): Verdict | undefined {
  // "Winner: none (tie)"
  if (kinds.has('neither')) {
    if (kinds.has('tie')) return kinds.has('bad') ? 'both-bad' : 'both-good';
    return kinds.has('good') || kinds.has('does') ? 'both-bad' : kinds.has('better') ? 'both-good' : undefined;
  }
  if (!kinds.has('tie') && !kinds.has('equal') && !kinds.has('both')) return undefined;
  if (kinds.has('bad') || kinds.has('worse')) return 'both-bad';
  const paired = kinds.has('both') && (kinds.has('tie') || kinds.has('equal'));
  // "Same quality"
  const same = kinds.has('equal') && kinds.has('quality');
  return kinds.has('good') || paired || same ? 'both-good' : undefined;
}

/** The other of the two. */
export function opposite(side: Side): Side {
  return side === 'left' ? 'right' : 'left';
}

/**
 * A line that is nothing but a choice: "B", "**Output (b)**", "2. B is better", "C. Tie". Empty where it is something
 * else, or a heading. A number that names another choice than its text is a claim of its own.
 */
export function readLine(
  line: readonly Token[],
  { only }: { /** The reply has no other line. */ only: boolean },
): readonly Claim[] {
  if ((!only && line[0]?.text === '#') || line.at(-1)?.text === ':') return [];
  const whole = readChoice(line);
  if (whole !== undefined) return [{ verdict: whole, strength: STRENGTH.choice }];
  const [marker, rest] = splitMarker(line);
  const numbered = numberedChoice(marker);
  if (numbered === undefined) return [];
  const [sentence = []] = splitSentences(rest);
  const named = readChoice(sentence);
  if (named !== undefined) {
    return [
      { verdict: named, strength: STRENGTH.choice },
      // Two ties with one number: many judges have only three choices.
      ...(named === numbered || numbered === 'both-good' ? [] : [{ verdict: numbered, strength: STRENGTH.choice }]),
    ];
  }
  return [];
}

const BECAUSE = /^(?:because|since|as|due to|given|weil|parce que|porque|perché|因为)$/i;

/** The choice whose letter or number stands before a line of another kind: "B. It is shorter", "B, because it is shorter". */
export function readMarker(
  line: readonly Token[],
): { readonly verdict: Verdict; readonly isNumber: boolean } | undefined {
  const [named, next, second] = line;
  if (named?.kind === 'side' && BECAUSE.test((next?.text === ',' ? second : next)?.text ?? '')) {
    return { verdict: named.side, isNumber: false };
  }
  const [marker, rest] = splitMarker(line);
  const verdict = rest.length > 0 && !isList(line) ? numberedChoice(marker) : undefined;
  // "B) Red" may be an answer of a quiz.
  const only = line.some(({ text }, index) => text === ')' && line[index - 1] === marker);
  return verdict && { verdict, isNumber: marker?.kind === 'number' || only };
}

/** "A: short. B: long." speaks of both, side by side. */
function isList(line: readonly Token[]): boolean {
  const headed = new Set(
    line.flatMap((token, index) =>
      isHead(token, line[index + 1]) &&
      (index === 0 || line[index - 1]?.kind === 'punctuation' || line[index - 1]?.text === 'and')
        ? [token.text]
        : [],
    ),
  );
  return headed.size > 1;
}

function isHead(token: Token, next: Token | undefined): boolean {
  return token.kind === 'side' && next?.kind === 'punctuation' && /^[.:)("]$/.test(next.text);
}

/** "2." or "(B)" before more text. */
function splitMarker(line: readonly Token[]): readonly [Token | undefined, readonly Token[]] {
  const start = line.findIndex(({ kind }) => kind !== 'punctuation');
  const closes = line[start + 1];
  // "Choice 1: …"
  const marked =
    /^(?:(?:option|choice) )?[1-4a-d]$/i.test(line[start]?.text ?? '') && /^[.。!):\](-]$/.test(closes?.text ?? '');
  // Behind a colon a number is a score.
  if (!marked || (closes?.text === ':' && line[start + 2]?.kind === 'number')) return [undefined, []];
  return [line[start], line.slice(start + 2)];
}
