import { type Claim, STRENGTH, type Strength } from './claim.ts';
import { opposite, readChoice } from './read-choice.ts';
import type { Side, Token } from './reply-tokens.ts';

const CLAUSE_MARKS = /^[,;:()\-–—、，；：|]$/u;
const QUOTES = /^["“”„«»「」]$/u;
/** What comes behind is weighed against what came before: a condition or a first impression ends here. */
const TURNS =
  /^(?:[;；]|but|however|yet|nevertheless|nonetheless|aber|jedoch|mais|pero|mas|ma|但|但是|然而|しかし|하지만|그러나|но|однако)$/i;
const ENDS = /^[.!。！…]$/u;
const ANDS = /^(?:and|und|et|y|e)$/i;
const BECAUSE =
  /^(?:because|since|as|due to|given|weil|da|parce que|car|puisque|porque|ya que|perché|poiché|因为|因為|由于)$/i;
type Tokens = readonly Token[];

interface Clause {
  /** The conjunction that begins it. */
  readonly opener: Token | undefined;
  /** A colon or a bracket stands before it. */
  readonly behindColon: boolean;
  readonly tokens: Tokens;
}

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
    return turn.flatMap(({ tokens, opener }, index) => {
      const limited = isLimited(tokens) || (index === 1 && lead !== undefined && isLead(lead.tokens));
      const claimed = readClause(tokens, { concluding, limited });
      // "… because B is better suited to children" gives a reason.
      return BECAUSE.test(opener?.text ?? '') ? claimed.map((claim) => weakened(claim)) : claimed;
    });
  });
  return claims.some(({ strength }) => strength > STRENGTH.remark) ||
    clauses.some(({ tokens }) => isConditional(tokens))
    ? claims
    : [...claims, ...readContrast(clauses)];
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

function hasKind(tokens: Tokens, kind: Token['kind']): boolean {
  return tokens.some((token) => token.kind === kind);
}

/** A side that stands alone in its clause: "So, B", "close call, but B", "not A but B", "B, as A is off topic". */
export function readBareSide(sentence: Tokens): Side | undefined {
  if (isQuestion(sentence) || hasKind(sentence, 'says')) return undefined;
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

function isDenied(clause: Tokens): boolean {
  return hasKind(clause, 'not');
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

/** What comes behind a "but" is weighed against what came before it. */
function splitTurns(clauses: readonly Clause[]): readonly (readonly Clause[])[] {
  const turns: Clause[][] = [];
  for (const clause of clauses) {
    if (turns.length === 0 || TURNS.test(clause.opener?.text ?? '')) turns.push([clause]);
    else turns.at(-1)?.push(clause);
  }
  return turns;
}

function splitClauses(sentence: Tokens): readonly Clause[] {
  const tokens = sentence.filter(({ kind, text }) => kind !== 'correction' && !ENDS.test(text));
  const clauses: { opener: Token | undefined; behindColon: boolean; tokens: Token[] }[] = [];
  const begin = (opener?: Token, behindColon = false) => clauses.push({ opener, behindColon, tokens: [] });
  begin();
  for (const [index, token] of tokens.entries()) {
    const current = clauses.at(-1)?.tokens ?? [];
    if (token.kind === 'break' && !isAsGood(tokens, index)) {
      if (current.length > 0) begin(token);
      else clauses[clauses.length - 1] = { opener: token, behindColon: false, tokens: [] };
    } else if (token.kind === 'punctuation' && CLAUSE_MARKS.test(token.text)) {
      const turn = /[;；]/.test(token.text) ? token : undefined;
      if (current.length > 0) begin(turn, /[:：(]/.test(token.text));
    } else if (joinsClauses(current, token, tokens[index + 1])) begin();
    else current.push(token);
  }
  return clauses.filter((clause) => clause.tokens.length > 0);
}

/** "As good as" is no beginning of a clause. */
function isAsGood(tokens: Tokens, index: number): boolean {
  const isAs = (at: number) => /^as$/i.test(tokens[at]?.text ?? '');
  return isAs(index) && (isAs(index + 2) || isAs(index - 2));
}

/** "A wins on style and B on accuracy", and not "A and B". */
function joinsClauses(current: Tokens, token: Token, next: Token | undefined): boolean {
  return (
    ANDS.test(token.text) && next?.kind === 'side' && sidesOf(current).size === 1 && current.at(-1)?.kind !== 'side'
  );
}

const PRONOUN = /^(?:it|also|and|is|this)$/i;

/** A clause without a subject is about the side before it: "A is shorter, more precise and better". */
function withSubjects(clauses: readonly Clause[]): readonly Clause[] {
  let subject: Token | undefined;
  return clauses.map((clause, index) => {
    const { tokens } = clause;
    const sides = sidesOf(tokens);
    if (sides.size > 0) {
      const denied = isDenied(tokens) && tokens.length <= 3;
      if (!denied) subject = sides.size === 1 ? tokens.find(({ kind }) => kind === 'side') : undefined;
      // "A is good, but not as good as B."
      const [first] = tokens;
      const measured = first?.kind === 'worse' || first?.kind === 'not';
      const before = clauses[index - 1];
      const earlier =
        before && sidesOf(before.tokens).size === 1 ? before.tokens.find(({ kind }) => kind === 'side') : undefined;
      return measured && !denied && earlier !== undefined ? { ...clause, tokens: [earlier, ...tokens] } : clause;
    }
    const [first] = tokens;
    const isLabel = clauses[index + 1]?.behindColon === true;
    const goesOn = first !== undefined && !isLabel && (PRONOUN.test(first.text) || GOES_ON.has(first.kind));
    return goesOn && subject !== undefined ? { ...clause, tokens: [subject, ...tokens] } : clause;
  });
}

const GOES_ON = new Set<Token['kind']>(['is', 'better', 'worse', 'more', 'less', 'filler', 'final']);

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

/** "It is a tie", "both are equally good", "neither is acceptable", "A and B are both bad". */
function readTie(clause: Tokens, strength: Strength): Claim | undefined {
  const has = (kind: Token['kind']) => clause.some((token) => token.kind === kind);
  if (has('neither')) {
    if (sidesOf(clause).size === 1) return undefined;
    if (has('better') || has('tie')) return { verdict: 'both-good', strength };
    return has('good') || has('does') ? { verdict: 'both-bad', strength: STRENGTH.remark } : undefined;
  }
  if (has('better') || has('worse') || has('unlike') || has('more') || has('less')) return undefined;
  if (has('not')) {
    if (!has('both')) return undefined;
    const deniedBad = clause.some(({ kind }, index) => kind === 'bad' && clause[index - 1]?.kind === 'not');
    if (deniedBad || !(has('good') || has('does') || has('bad'))) return undefined;
    return { verdict: 'both-bad', strength: STRENGTH.remark };
  }
  const bad = has('bad');
  if (bad && has('good')) return undefined;
  // "A, B or tie"
  if (has('tie') && sidesOf(clause).size > 0 && clause.some(({ text }) => /^(?:or|\/)$/i.test(text))) return undefined;
  if (has('tie') && sidesOf(clause).size === 1) return undefined;
  if (has('tie')) return { verdict: bad ? 'both-bad' : 'both-good', strength };
  if (has('equal') && (bad || has('good'))) return { verdict: bad ? 'both-bad' : 'both-good', strength };
  if (isEqual(clause)) return { verdict: 'both-good', strength };
  if (!has('both') || !(bad || has('good') || has('does'))) return undefined;
  return { verdict: bad ? 'both-bad' : 'both-good', strength: STRENGTH.remark };
}

/** "They are about equal", "A and B are the same", and not "they have the same length". */
function isEqual(clause: Tokens): boolean {
  const at = clause.findIndex(({ kind }) => kind === 'equal');
  const pair =
    clause.some(({ kind, text }) => kind === 'both' || (kind === 'noun' && text.endsWith('s'))) ||
    sidesOf(clause).size === 2;
  if (at < 0 || !pair || clause.slice(Math.max(0, at - 3), at).every(({ kind }) => kind !== 'is')) return false;
  return clause.slice(at + 1).every(({ kind, text }) => kind !== 'word' || /^(?:in|quality|of)$/i.test(text));
}

function sidesOf(tokens: Tokens): ReadonlySet<Side> {
  return new Set(sidesInOrder(tokens));
}

/** "A rather than B." */
function readRather(clause: Tokens): Side | undefined {
  const only = clause.every(({ kind }) => kind === 'side' || kind === 'unlike' || kind === 'than' || kind === 'filler');
  const rather = clause.findIndex(({ text }) => /^(?:rather than|instead of|over|before)$/i.test(text));
  const [side] = sidesInOrder(clause.slice(0, Math.max(0, rather)));
  return only ? side : undefined;
}

function sidesInOrder(tokens: Tokens): readonly Side[] {
  return tokens.flatMap((token) => (token.kind === 'side' ? [token.side] : []));
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

interface Comparison {
  readonly side: Side;
  /** Whether the one is better, or better in what makes an answer good, or in something else. */
  readonly reach: 'whole' | typeof STRENGTH.quality | typeof STRENGTH.aspect;
}

/** "A is better than B", "B is worse", "the better answer is A": the one that is spoken of, not the one it is measured against. */
function readComparison(clause: Tokens): Comparison | undefined {
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
      if (next === undefined) return clause.some((token) => token.kind === 'speaker') ? 'whole' : undefined;
      const behind = clause.slice(index + 1, index + 4);
      return behind.some((token) => token.kind === 'quality' || token.kind === 'good')
        ? STRENGTH.quality
        : STRENGTH.aspect;
    }
    case 'higher':
    case 'lower': {
      const rates = clause.some(
        (token) => token.kind === 'points' || token.kind === 'place' || /^rate$/i.test(token.text),
      );
      return rates || next?.text === 'quality' ? 'whole' : undefined;
    }
    case 'quality':
    case 'good':
      return clause.some(({ text }) => JAPANESE_MORE.test(text)) ? STRENGTH.quality : undefined;
    case 'bad':
      return measured ? 'whole' : undefined;
    default:
      return undefined;
  }
}

/** "Better" says which is better only where it is not better in one respect: "better written", "a better ending". */
function reachOfBetter(clause: Tokens, at: number): Comparison['reach'] {
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
  if (next.kind === 'word' && /[^s]s$/.test(next.text) && clause[at - 1]?.kind === 'side') return STRENGTH.quality;
  if (next.kind === 'quality') return next.text === 'quality' ? 'whole' : STRENGTH.quality;
  const limited = next.kind === 'word' || next.kind === 'good' || next.kind === 'bad' || next.kind === 'number';
  return limited && clause.at(-1)?.kind !== 'final' ? STRENGTH.aspect : 'whole';
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
