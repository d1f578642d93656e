import { type Claim, STRENGTH, type Strength } from './claim.ts';
import { opposite, readChoice } from './read-choice.ts';
import {
  type Clause,
  hasKind,
  isDenied,
  sidesInOrder,
  sidesOf,
  splitClauses,
  splitTurns,
  type Tokens,
  TURNS,
  withSubjects,
} from './clauses.ts';
import { readComparison } from './read-comparison.ts';
import { readTie } from './read-tie.ts';
import type { Side } from './reply-tokens.ts';

const QUOTES = /^["“”„«»「」]$/u;
const BECAUSE =
  /^(?:because|since|as|due to|given|weil|da|parce que|car|puisque|porque|ya que|perché|poiché|因为|因為|由于)$/i;

/** What a sentence says of the two: each clause by itself, nothing where it is a question, a condition, or a report. */
export function readStatement(sentence: Tokens): readonly Claim[] {
  if (isQuestion(sentence)) return [];
  const concluding = sentence.some(({ kind }) => kind === 'final');
  const clauses = withSubjects(splitClauses(ownWords(sentence)));
  // "Options: A, B, tie"
  if (
    clauses.length > 2 &&
    clauses.slice(-3).every(({ tokens }) => tokens.length === 1) &&
    sidesOf(sentence).size === 2
  )
    return [];
  const turns = splitTurns(clauses);
  const claims = turns.flatMap((turn) => {
    if (turn.some(({ tokens }) => isConditional(tokens))) return [];
    const [lead] = turn;
    return turn.flatMap(({ tokens, opener, behindColon }, index) => {
      const limited = isLimited(tokens) || (index === 1 && lead !== undefined && isLead(lead.tokens));
      const claimed = readClause(tokens, { concluding, limited });
      // "… because B is better suited to children" gives a reason.
      // "Style: B" names one respect.
      const criterion = behindColon && index === 1 && lead !== undefined && isCriterion(lead.tokens);
      return criterion || BECAUSE.test(opener?.text ?? '') ? claimed.map((claim) => weakened(claim)) : claimed;
    });
  });
  return claims.some(({ strength }) => strength > STRENGTH.remark) ||
    clauses.some(({ tokens }) => isConditional(tokens))
    ? claims
    : [...claims, ...readContrast(clauses)];
}

function isCriterion(tokens: Tokens): boolean {
  if (
    tokens.some(({ text }) =>
      /^(?:evaluation|comparison|analysis|summary|note|explanation|reason|reasoning|feedback)$/i.test(text),
    )
  )
    return false;
  return tokens.length <= 3 && tokens.every(({ kind }) => kind === 'word' || kind === 'quality' || kind === 'article');
}

/** "If …", and "…, provided …", which is else a verb. */
function isConditional(tokens: Tokens): boolean {
  return hasKind(tokens, 'if') || /^provided$/i.test(tokens[0]?.text ?? '');
}

function weakened(claim: Claim): Claim {
  return claim.strength === STRENGTH.statement || claim.strength === STRENGTH.conclusion
    ? { ...claim, strength: STRENGTH.aspect }
    : claim;
}

function isQuestion(sentence: Tokens): boolean {
  return sentence.some(({ text }) => text === '?' || text === '？');
}

/** A side that stands alone in its clause: "So, B", "close call, but B", "not A but B", "B, as A is off topic". */
export function readBareSide(sentence: Tokens): Side | undefined {
  if (isQuestion(sentence) || hasKind(sentence, 'says')) return undefined;
  if (sentence.some(({ text }) => /^(?:regards|sincerely|yours)$/i.test(text))) return undefined;
  const clauses = splitClauses(withoutQuotes(sentence));
  const [first, second] = clauses;
  const last = clauses.at(-1);
  if (first === undefined || second === undefined || last === undefined) return undefined;
  const opening = readChoice(first.tokens);
  const rest = clauses.slice(1).flatMap(({ tokens }) => tokens);
  const explained = BECAUSE.test(second.opener?.text ?? '');
  const modest = TURNS.test(second.opener?.text ?? '') && sidesOf(rest).size === 0;
  if ((opening === 'left' || opening === 'right') && (explained || modest || isDenial(clauses.slice(1), opening)))
    return opening;
  // "A is not better; B is."
  const ended = sentence.at(-1)?.text === '.' && last.tokens.at(-1)?.kind === 'is';
  const chosen = readChoice(ended ? last.tokens.slice(0, -1) : last.tokens);
  if ((chosen !== 'left' && chosen !== 'right') || last.behindColon) return undefined;
  const others = clauses.slice(0, -1);
  const doubted = (tokens: Tokens) => hasKind(tokens, 'hedge') || hasKind(tokens, 'not');
  const named = others.some(
    ({ tokens }) => sidesOf(tokens).size > 0 && !(doubted(tokens) && !sidesOf(tokens).has(chosen)),
  );
  const turned = TURNS.test(last.opener?.text ?? '');
  const open = others.some(
    ({ tokens }) =>
      isLimited(tokens) ||
      (!turned && (hasKind(tokens, 'if') || hasKind(tokens, 'aspect') || hasKind(tokens, 'hedge'))),
  );
  return (named && !hasKind(last.tokens, 'final')) || open ? undefined : chosen;
}

/** "…, not A": all that is said behind denies the other. */
function isDenial(clauses: readonly Clause[], chosen: Side): boolean {
  return clauses.every(({ tokens }) => isDenied(tokens) && tokens.length <= 3 && !sidesOf(tokens).has(chosen));
}

/** Without what another is said to say: "Assistant A argues that B is better". */
function ownWords(sentence: Tokens): Tokens {
  const own = withoutQuotes(sentence);
  const says = own.findIndex(({ kind }) => kind === 'says');
  if (says < 0) return own;
  const before = own.slice(Math.max(0, says - 4), says);
  const judges = before.some(
    ({ kind, text }) =>
      kind === 'speaker' ||
      kind === 'final' ||
      kind === 'label' ||
      /^(?:evaluation|analysis|evidence|comparison)$/i.test(text),
  );
  return judges && !before.some(({ kind }) => kind === 'side') ? own : own.slice(0, says);
}

/** Without quoted words that would be a statement of their own, unless they are all there is. */
function withoutQuotes(sentence: Tokens): Tokens {
  const marks = sentence.flatMap(({ kind, text }, index) =>
    kind === 'punctuation' && QUOTES.test(text) ? [index] : [],
  );
  const [from, to = sentence.length] = marks;
  if (from === undefined || from < 2) return sentence;
  const quoted = sentence.slice(from, to);
  const states = quoted.some(({ kind }) => kind === 'better' || kind === 'worse' || kind === 'label');
  return states ? [...sentence.slice(0, from), ...sentence.slice(to + 1)] : sentence;
}

/** An opening that limits the clause behind it. */
function isLead(tokens: Tokens): boolean {
  return sidesOf(tokens).size === 0 && (isLimited(tokens) || hasKind(tokens, 'aspect'));
}

/** "For beginners, …", "in style, …": what follows holds in one respect. */
function isLimited([first, second]: Tokens): boolean {
  if (!/^(?:for|in|on|concerning|regarding)$/i.test(first?.text ?? '') || second === undefined) return false;
  return (
    second.kind === 'word' &&
    !/^(?:this|that|these|those|all|me|my|both|light|fact|comparing|contrast|addition|general)$/i.test(second.text)
  );
}

function readClause(
  clause: Tokens,
  { concluding, limited: inOneRespect }: { readonly concluding: boolean; readonly limited: boolean },
): readonly Claim[] {
  if (clause.some(({ kind }) => kind === 'hedge')) return [];
  const strength: Strength = concluding ? STRENGTH.conclusion : STRENGTH.statement;
  const asGood = readAsGood(clause, strength);
  if (asGood !== undefined) return [asGood];
  const tie = readTie(clause, strength);
  if (tie !== undefined) return [tie];
  if (isDenied(clause)) return [];
  const limited = inOneRespect || clause.some(({ kind }) => kind === 'aspect');
  const picked = readPick(clause) ?? readRather(clause);
  if (picked !== undefined) return [{ verdict: picked, strength: limited ? STRENGTH.aspect : STRENGTH.conclusion }];
  const compared = readComparison(clause);
  if (compared === undefined) return [];
  // "B looks better, but A is better."
  const seems = clause.some(
    ({ kind, text }) => kind === 'is' && /^(?:seems|seemed|looks|looked|appears|appeared|sounds)\b/i.test(text),
  );
  const reach = limited ? STRENGTH.aspect : seems && compared.reach === 'whole' ? STRENGTH.quality : compared.reach;
  return [{ verdict: compared.side, strength: reach === 'whole' ? strength : reach }];
}

/** "A is as good as B", "B is not as accurate as A". */
function readAsGood(clause: Tokens, strength: Strength): Claim | undefined {
  const from = clause.findIndex(({ text }) => /^as$/i.test(text));
  const to = clause.findIndex(({ text }, index) => index > from + 1 && /^as$/i.test(text));
  if (from < 0 || to < 0 || to > from + 4) return undefined;
  const [subject] = sidesInOrder(clause.slice(0, from));
  const [standard] = sidesInOrder(clause.slice(to));
  if (subject === undefined || standard === subject) return undefined;
  const quality = clause.slice(from, to).some(({ kind }) => kind === 'good' || kind === 'quality');
  if (isDenied(clause.slice(0, from))) {
    return { verdict: opposite(subject), strength: quality ? STRENGTH.quality : STRENGTH.aspect };
  }
  return standard !== undefined && clause[from + 1]?.text === 'good' ? { verdict: 'both-good', strength } : undefined;
}

/** "A rather than B." */
function readRather(clause: Tokens): Side | undefined {
  const only = clause.every(({ kind }) => kind === 'side' || kind === 'unlike' || kind === 'than' || kind === 'filler');
  const rather = clause.findIndex(({ text }) => /^(?:rather than|instead of|over|before)$/i.test(text));
  const [side] = sidesInOrder(clause.slice(0, Math.max(0, rather)));
  return only ? side : undefined;
}

/** "I prefer A over B", "we choose the second". */
function readPick(clause: Tokens): Side | undefined {
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

/** "A is right and B is wrong", "A answers the question, B does not": opposite judgements of the two in one sentence. */
function readContrast(clauses: readonly Clause[]): readonly Claim[] {
  const judged: Partial<Record<Side, number>> = {};
  let open: Side | undefined;
  for (const { tokens: clause } of clauses) {
    const [side, other] = sidesOf(clause);
    if (side === undefined || other !== undefined || clause.some(({ kind }) => kind === 'hedge' || kind === 'aspect'))
      continue;
    const value = valueOf(clause);
    if (value === undefined || judged[side] !== undefined) continue;
    // "Only A is correct."
    if (value === 1 && /^only$/i.test(clause[0]?.text ?? '')) judged[opposite(side)] ??= -1;
    if (value === 0) open = side;
    judged[side] = value;
  }
  const { left, right } = judged;
  if (left === undefined || right === undefined) return [];
  // "B does not" denies what was said of A.
  const [ofLeft, ofRight] = [open === 'left' ? -right : left, open === 'right' ? -left : right];
  if (ofLeft === -1 && ofRight === -1) return [{ verdict: 'both-bad', strength: STRENGTH.remark }];
  if (ofLeft * ofRight !== -1) return [];
  return [{ verdict: ofLeft > 0 ? 'left' : 'right', strength: STRENGTH.quality }];
}

/** 1 for praise, -1 for blame, 0 for a bare "does not". */
function valueOf(clause: Tokens): number | undefined {
  const at = clause.findIndex(({ kind }) => kind === 'good' || kind === 'bad' || kind === 'does');
  if (at < 0) return isDenied(clause) && clause.every(({ kind }) => kind !== 'word') ? 0 : undefined;
  const next = clause[at + 1];
  if (clause[at]?.kind !== 'does' && next?.kind === 'word') return undefined;
  const sign = clause[at]?.kind === 'bad' ? -1 : 1;
  return isDenied(clause.slice(0, at)) ? -sign : sign;
}
