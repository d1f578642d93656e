import { STRENGTH } from './claim.ts';
import { sidesOf, type Tokens } from './clauses.ts';
import { opposite } from './read-choice.ts';
import type { Side, Token } from './reply-tokens.ts';

/** Which of the two is called better. */
export interface Comparison {
  readonly side: Side;
  /** Whether the one is better, or better in what makes an answer good, or in something else. */
  readonly reach: 'whole' | typeof STRENGTH.quality | typeof STRENGTH.aspect;
}

/** "A is better than B", "B is worse", "the better answer is A": the one that is spoken of, not the one it is measured against. */
export function readComparison(clause: Tokens): Comparison | undefined {
  const measured = clause.some(({ kind }) => kind === 'unlike');
  const predicates = clause.flatMap((_, index) => {
    const reach = reachOf(clause, index, measured);
    return reach === undefined ? [] : [{ index, reach, better: isBetter(clause[index]) }];
  });
  const [predicate] = predicates;
  // "A is better than" was cut off, and "better than most" leaves the other out.
  const than = clause.findLastIndex(({ kind, text }) => kind === 'than' && /than$/i.test(text));
  if (clause.at(-1)?.kind === 'than' || (than >= 0 && !isMeasured(clause.slice(than + 1)))) return undefined;
  if (predicate === undefined || predicates.some(({ better }) => better !== predicate.better)) return undefined;
  const spokenOf = new Set<Side>();
  let part = false;
  for (const [index, token] of clause.entries())
    if (token.kind === 'side' && !isStandard(clause, index, predicate.index)) {
      spokenOf.add(token.side);
      part ||= isOfPart(clause, index);
    }
  const [side, other] = spokenOf;
  if (side === undefined || other !== undefined) return undefined;
  const reaches = new Set(predicates.map(({ reach }) => reach));
  const reach = part
    ? STRENGTH.aspect
    : reaches.has('whole')
      ? 'whole'
      : reaches.has(STRENGTH.quality)
        ? STRENGTH.quality
        : STRENGTH.aspect;
  return { side: predicate.better ? side : opposite(side), reach };
}

/** "Than B", "than the other". */
function isMeasured(standard: Tokens): boolean {
  return (
    sidesOf(standard).size > 0 ||
    standard.some(({ text }) => /^(?:[12ab]|other|another|counterpart|alternative|competitor)$/i.test(text))
  );
}

function isBetter(token: Token | undefined): boolean {
  return token !== undefined && !['worse', 'less', 'lower', 'bad'].includes(token.kind);
}

const JAPANESE_MORE = /^(?:の方が|のほうが|方が|ほうが)$/;

/** How much a word for better or worse says; beside what the other is measured against, bad is worse. */
function reachOf(clause: Tokens, index: number, measured: boolean): Comparison['reach'] | undefined {
  const kind = clause[index]?.kind;
  const next = clause[index + 1];
  switch (kind) {
    case 'better':
    case 'worse':
      return reachOfBetter(clause, index);
    case 'more':
    case 'less': {
      // "I like B more."
      if (next === undefined) return clause.slice(0, 6).some((token) => token.kind === 'speaker') ? 'whole' : undefined;
      const behind = clause.slice(index + 1, index + 4);
      return behind.some((token) => token.kind === 'quality' || token.kind === 'good')
        ? STRENGTH.quality
        : STRENGTH.aspect;
    }
    case 'higher':
    case 'lower': {
      const rates = clause
        .slice(Math.max(0, index - 6), index + 6)
        .some((token) => token.kind === 'points' || token.kind === 'place' || /^rate$/i.test(token.text));
      return rates || next?.text === 'quality' ? 'whole' : undefined;
    }
    case 'quality':
    case 'good':
      return clause.slice(Math.max(0, index - 3), index).some(({ text }) => JAPANESE_MORE.test(text))
        ? STRENGTH.quality
        : undefined;
    case 'bad':
      return measured ? 'whole' : undefined;
    default:
      return undefined;
  }
}

/** "Better" says which is better only where it is not better in one respect: "better written", "a better ending". */
function reachOfBetter(given: Tokens, place: number): Comparison['reach'] {
  // A window, since this is read for each of many.
  const clause = given.slice(place, place + 14).filter(({ kind }) => kind !== 'filler');
  const at = 0;
  const next = clause[at + 1];
  if (next === undefined || /[^\x20-\x7E]/.test(clause[at]?.text ?? '')) return 'whole';
  // "Better on accuracy", "better than B in style"
  const standard = next.kind === 'than' ? clause.findIndex(({ kind }, index) => index > at && kind === 'side') : at;
  const respect = clause[standard + 1];
  if (respect?.kind === 'word' && /^(?:on|for|in|by|through)$/i.test(respect.text)) {
    const behind = clause.slice(standard + 2, standard + 6);
    return behind.some(({ kind }) => kind === 'quality' || kind === 'good') ? STRENGTH.quality : STRENGTH.aspect;
  }
  if (/^(?:this|it)$/i.test(next.text)) return 'whole';
  // "The winner of this comparison is A."
  if (
    /^of$/i.test(next.text) &&
    /^(?:comparison|contest|evaluation|duel|round|pair)$/i.test(clause[at + 3]?.text ?? '')
  )
    return 'whole';
  // "A wins the election" tells of a candidate of another kind.
  const object = next.kind === 'article' ? clause[at + 2] : undefined;
  if (object?.kind === 'word' && !/^(?:comparison|round|day|contest|duel|battle)$/i.test(object.text))
    return STRENGTH.aspect;
  // "A better explains the rule" is no "better rule".
  if (next.kind === 'word' && /[^s]s$/.test(next.text) && given[place - 1]?.kind === 'side') return STRENGTH.quality;
  if (next.kind === 'quality') return next.text === 'quality' ? 'whole' : STRENGTH.quality;
  const limited = next.kind === 'word' || next.kind === 'good' || next.kind === 'bad' || next.kind === 'number';
  return limited && given.at(-1)?.kind !== 'final' ? STRENGTH.aspect : 'whole';
}

/** "A's ending", "the ending of B". */
function isOfPart(clause: Tokens, index: number): boolean {
  const next = clause[index + 1];
  if (clause[index]?.text.endsWith("'s") === true && next?.kind === 'word') return true;
  const before = clause[index - 1];
  const part = clause[index - 2];
  return (
    /^(?:of|in|from)$/i.test(before?.text ?? '') &&
    (part?.kind === 'word' || part?.kind === 'number') &&
    !/^(?:comes|came)$/i.test(part.text)
  );
}

/** True for the side that the other is measured against. */
function isStandard(clause: Tokens, index: number, predicate: number): boolean {
  if (clause[index + 1]?.kind === 'than-before') return true;
  // Russian does without a word for than.
  if (index === predicate + 1 && /^[а-я]+$/i.test(clause[predicate]?.text ?? '')) return true;
  for (let place = index - 1; place >= 0 && place >= index - 4; place--) {
    const kind = clause[place]?.kind;
    if (kind === 'unlike') return true;
    if (kind === 'than') return place > predicate;
    if (kind !== 'article' && kind !== 'noun' && kind !== 'filler' && kind !== 'word') return false;
  }
  return false;
}
