import type { Side, Token } from './reply-tokens.ts';

const CLAUSE_MARKS = /^[,;:()\-–—、，；：|]$/u;
/** What comes behind is weighed against what came before: a condition or a first impression ends here. */
export const TURNS =
  /^(?:[;；]|but|however|yet|nevertheless|nonetheless|aber|jedoch|mais|pero|mas|ma|但|但是|然而|しかし|하지만|그러나|но|однако)$/i;
const ENDS = /^[.!。！…]$/u;
const ANDS = /^(?:and|und|et|y|e)$/i;

export type Tokens = readonly Token[];

/** A part of a sentence that says something by itself. */
export interface Clause {
  /** The conjunction that begins it. */
  readonly opener: Token | undefined;
  /** A colon or a bracket stands before it. */
  readonly behindColon: boolean;
  readonly tokens: Tokens;
}

/** What comes behind a "but" is weighed against what came before it. */
export function splitTurns(clauses: readonly Clause[]): readonly (readonly Clause[])[] {
  const turns: Clause[][] = [];
  for (const clause of clauses) {
    if (turns.length === 0 || TURNS.test(clause.opener?.text ?? '')) turns.push([clause]);
    else turns.at(-1)?.push(clause);
  }
  return turns;
}

export function splitClauses(sentence: Tokens): readonly Clause[] {
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
export function withSubjects(clauses: readonly Clause[]): readonly Clause[] {
  let subject: Token | undefined;
  return clauses.map((clause, index) => {
    const { tokens } = clause;
    const sides = sidesOf(tokens);
    if (sides.size > 0) {
      const denied = isDenied(tokens) && tokens.length <= 3 && !hasKind(tokens, 'is');
      const carried = subject;
      if (!denied) subject = sides.size === 1 ? tokens.find(({ kind }) => kind === 'side') : undefined;
      // "A is good, but not as good as B."
      const [first] = tokens;
      const goesOn = first !== undefined && first.kind !== 'filler' && GOES_ON.has(first.kind);
      const onlyMeasured = tokens.every(
        ({ kind }, at) =>
          kind !== 'side' || tokens.slice(Math.max(0, at - 2), at).some((before) => before.kind === 'than'),
      );
      if (onlyMeasured && carried !== undefined && (goesOn || first?.kind === 'filler'))
        return { ...clause, tokens: [carried, ...tokens] };
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

export function hasKind(tokens: Tokens, kind: Token['kind']): boolean {
  return tokens.some((token) => token.kind === kind);
}

export function isDenied(clause: Tokens): boolean {
  return hasKind(clause, 'not');
}

export function sidesOf(tokens: Tokens): ReadonlySet<Side> {
  return new Set(sidesInOrder(tokens));
}

export function sidesInOrder(tokens: Tokens): readonly Side[] {
  return tokens.flatMap((token) => (token.kind === 'side' ? [token.side] : []));
}
