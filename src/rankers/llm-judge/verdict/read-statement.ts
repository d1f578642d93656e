import { type Claim, STRENGTH, type Strength } from './claim.ts';
import { opposite } from './read-choice.ts';
import type { Side, Token } from './reply-tokens.ts';

const CLAUSE_MARKS = /^[,;:()\-–—、，；：|]$/u;
const QUOTES = /^["“”„«»「」]$/u;
/** Kinds after which what is said of a side is no verdict of the judge. */
const UNSURE = new Set<Token['kind']>(['hedge', 'aspect']);

/** What a sentence says of the two: each clause by itself, nothing where it is a question, a condition, or a report. */
export function readStatement(sentence: readonly Token[]): readonly Claim[] {
  if (sentence.some(({ text }) => text === '?' || text === '？')) return [];
  const clauses = splitClauses(ownWords(sentence));
  if (clauses.some((clause) => clause.some(({ kind }) => kind === 'if'))) return [];
  const concluding = sentence.some(({ kind }) => kind === 'final');
  return clauses.flatMap((clause) => readClause(clause, concluding));
}

/** Without what another is said to say: "Assistant A argues that B is better". */
function ownWords(sentence: readonly Token[]): readonly Token[] {
  const own = withoutQuotes(sentence);
  const says = own.findIndex(({ kind }) => kind === 'says');
  if (says < 0) return own;
  const speaker = own.slice(Math.max(0, says - 4), says).some(({ kind }) => kind === 'side');
  return speaker ? own.slice(0, says) : own;
}

/** Without quoted words that would be a statement of their own, unless they are all there is. */
function withoutQuotes(sentence: readonly Token[]): readonly Token[] {
  const marks = sentence.flatMap(({ kind, text }, index) =>
    kind === 'punctuation' && QUOTES.test(text) ? [index] : [],
  );
  const [from, to] = marks;
  if (from === undefined || to === undefined || from < 2) return sentence;
  const quoted = sentence.slice(from, to);
  const states = quoted.some(({ kind }) => kind === 'better' || kind === 'worse');
  return states ? [...sentence.slice(0, from), ...sentence.slice(to + 1)] : sentence;
}

function splitClauses(sentence: readonly Token[]): readonly (readonly Token[])[] {
  const clauses: Token[][] = [[]];
  for (const token of sentence) {
    if (token.kind === 'break' || (token.kind === 'punctuation' && CLAUSE_MARKS.test(token.text))) clauses.push([]);
    else clauses.at(-1)?.push(token);
  }
  return clauses.filter((clause) => clause.length > 0);
}

function readClause(clause: readonly Token[], concluding: boolean): readonly Claim[] {
  if (clause.some(({ kind }) => UNSURE.has(kind))) return [];
  const strength: Strength = concluding ? STRENGTH.conclusion : STRENGTH.statement;
  const tie = readTie(clause, strength);
  if (tie !== undefined) return [tie];
  if (clause.some(({ kind }) => kind === 'not')) return [];
  const picked = readPick(clause);
  if (picked !== undefined) return [{ verdict: picked, strength: STRENGTH.conclusion }];
  const better = readComparison(clause);
  return better === undefined ? [] : [{ verdict: better, strength }];
}

/** "It is a tie", "both are equally good", "neither is acceptable", "A and B are both bad". */
function readTie(clause: readonly Token[], strength: Strength): Claim | undefined {
  const has = (kind: Token['kind']) => clause.some((token) => token.kind === kind);
  if (has('neither')) {
    if (has('better') || has('tie')) return { verdict: 'both-good', strength };
    return has('good') || has('does') ? { verdict: 'both-bad', strength: STRENGTH.remark } : undefined;
  }
  if (has('better') || has('worse') || has('unlike')) return undefined;
  if (has('not')) return has('both') && has('good') ? { verdict: 'both-bad', strength: STRENGTH.remark } : undefined;
  const bad = has('bad');
  if (bad && has('good')) return undefined;
  if (has('tie')) return { verdict: bad ? 'both-bad' : 'both-good', strength };
  if (has('equal') && (bad || has('good'))) return { verdict: bad ? 'both-bad' : 'both-good', strength };
  if (isEqual(clause)) return { verdict: 'both-good', strength };
  if (!has('both') || !(bad || has('good'))) return undefined;
  return { verdict: bad ? 'both-bad' : 'both-good', strength: STRENGTH.remark };
}

/** "They are about equal", "A and B are the same", and not "they have the same length". */
function isEqual(clause: readonly Token[]): boolean {
  const at = clause.findIndex(({ kind }) => kind === 'equal');
  const pair = clause.some(({ kind }) => kind === 'both') || sidesOf(clause).size === 2;
  if (at < 0 || !pair || clause.slice(Math.max(0, at - 3), at).every(({ kind }) => kind !== 'is')) return false;
  return clause.slice(at + 1).every(({ kind, text }) => kind !== 'word' || /^(?:in|quality|of)$/i.test(text));
}

function sidesOf(tokens: readonly Token[]): ReadonlySet<Side> {
  return new Set(tokens.flatMap((token) => (token.kind === 'side' ? [token.side] : [])));
}

/** "I prefer A over B", "we choose the second". */
function readPick(clause: readonly Token[]): Side | undefined {
  const pick = clause.findIndex(({ kind }) => kind === 'pick');
  if (pick < 0) return undefined;
  const speaks = /[^a-z]|^(?:prefiero|elijo|prefiro|escolho|preferisco|scelgo)$/i.test(clause[pick]?.text ?? '');
  if (!speaks && clause.slice(Math.max(0, pick - 4), pick).every(({ kind }) => kind !== 'speaker')) return undefined;
  const rest = clause.slice(pick + 1);
  const [first, ...others] = rest.length > 0 && sidesOf(rest).size > 0 ? sidesInOrder(rest) : sidesInOrder(clause);
  if (first === undefined) return undefined;
  const against = rest.some(({ kind }) => kind === 'than' || kind === 'unlike');
  return against || others.every((side) => side === first) ? first : undefined;
}

function sidesInOrder(tokens: readonly Token[]): readonly Side[] {
  return tokens.flatMap((token) => (token.kind === 'side' ? [token.side] : []));
}

/** "A is better than B", "B is worse", "the better answer is A": the one that is spoken of, not the one it is measured against. */
function readComparison(clause: readonly Token[]): Side | undefined {
  const measured = clause.some(({ kind }) => kind === 'unlike');
  const at = clause.findIndex((_, index) => isPredicate(clause, index, measured));
  const predicate = clause[at];
  if (predicate === undefined) return undefined;
  const better = predicate.kind === 'better';
  if (clause.some(({ kind }) => kind === (better ? 'worse' : 'better'))) return undefined;
  const spokenOf = new Set<Side>();
  for (const [index, token] of clause.entries())
    if (token.kind === 'side' && !isStandard(clause, index, at)) spokenOf.add(token.side);
  const [side, other] = spokenOf;
  if (side === undefined || other !== undefined) return undefined;
  return better ? side : opposite(side);
}

/** A word for better or worse; beside what the other is measured against, bad is worse. */
function isPredicate(clause: readonly Token[], index: number, measured: boolean): boolean {
  const kind = clause[index]?.kind;
  if (kind === 'better' || kind === 'worse') return isWhole(clause, index);
  return kind === 'bad' && measured;
}

/** "Better" says which is better only where it is not better in one respect: "better written", "a better ending". */
function isWhole(clause: readonly Token[], at: number): boolean {
  const next = clause[at + 1];
  if (next === undefined || /[^\x20-\x7E]/.test(clause[at]?.text ?? '')) return true;
  return next.kind !== 'word' && next.kind !== 'good' && next.kind !== 'bad' && next.kind !== 'number';
}

/** True for the side that the other is measured against. */
function isStandard(clause: readonly Token[], index: number, predicate: number): boolean {
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
