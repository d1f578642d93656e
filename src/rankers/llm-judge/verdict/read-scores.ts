import { type Claim, STRENGTH } from './claim.ts';
import type { Side, Token } from './reply-tokens.ts';

/** Between a side and its score: "A: 8", "A gets an 8", "A = 8/10"; in a line about points also "A's score is 8". */
const BETWEEN = new Set<Token['kind']>(['points', 'article', 'noun', 'filler', 'place']);
const BETWEEN_IF_NAMED = new Set<Token['kind']>(['is', 'than']);
const BETWEEN_MARKS = /^[:=(["'\-–—→>,：，]$/u;
const BETWEEN_WORDS = /^(?:a|an|of|gets?|receives?|scored?|scores|deserves|with|at)$/i;
const AFTER_MARKS = /^[.,;:)\]"'/%。，；、-]$/u;

/**
 * Without a word for points, 1 and 2 may be places or names, and more than 10 what the answers say: "A: 20, B: 10" may be
 * two sums.
 */
const MIN_CLEAR = 2;
const MAX_CLEAR = 10;

/** "A: 8, B: 7" in one line or two, or the bare "8 7" in the first: a claim for the higher, or a tie. Places count the other way. */
export function readScores(lines: readonly (readonly Token[])[]): readonly Claim[] {
  const bare = readBare(lines[0] ?? []);
  if (bare !== undefined) return [bare];
  const claims: Claim[] = [];
  let known: Partial<Record<Side, number>> = {};
  for (const line of lines) {
    const kinds = new Set(line.map(({ kind }) => kind));
    const placed = kinds.has('place');
    const named = placed || kinds.has('points') || kinds.has('final');
    if (isSharedScore(line)) claims.push({ verdict: 'both-good', strength: STRENGTH.choice });
    for (const { side, score, scaled } of scoresOf(line, named)) {
      if (known[side] !== undefined) known = {};
      known = { ...known, [side]: score };
      if (known.left === undefined || known.right === undefined) continue;
      const highest = Math.max(known.left, known.right);
      const [left, right] = placed ? [known.right, known.left] : [known.left, known.right];
      if (named || scaled || (highest > MIN_CLEAR && highest <= MAX_CLEAR))
        claims.push(claimOf(left, right, kinds.has('final')));
      known = {};
    }
  }
  return claims;
}

/** "Both get 8/10." */
function isSharedScore(line: readonly Token[]): boolean {
  const at = line.findIndex(({ kind }) => kind === 'both');
  const [number, ...others] = line.flatMap(({ kind }, index) => (kind === 'number' ? [index] : []));
  if (at < 0 || number === undefined || number < at || number > at + 6) return false;
  const scaled = /^(?:\/|%|out)$/i.test(line[number + 1]?.text ?? '');
  const scored = line
    .slice(at, number)
    .some(({ kind, text }) => kind === 'points' || /^(?:gets?|scored?|receive)$/i.test(text));
  return (scored || scaled) && others.length <= (scaled ? 1 : 0);
}

function claimOf(left: number, right: number, total: boolean): Claim {
  const verdict = left > right ? 'left' : left < right ? 'right' : 'both-good';
  return { verdict, strength: total ? STRENGTH.final : STRENGTH.choice };
}

/** Two numbers and nothing else. */
function readBare(line: readonly Token[]): Claim | undefined {
  const named = line[0]?.kind === 'points' && line[1]?.text === ':';
  const [first, ...rest] = (named ? line.slice(2) : line).filter(
    ({ kind, text }) => kind !== 'punctuation' || !/^[,;[\]()]$/.test(text),
  );
  const [second, ...more] = rest;
  if (first?.kind !== 'number' || second?.kind !== 'number' || more.length > 0) return undefined;
  const [left, right] = [toNumber(first), toNumber(second)];
  return Math.max(left, right) <= MIN_CLEAR && left !== right ? undefined : claimOf(left, right, false);
}

interface Score {
  readonly side: Side;
  readonly score: number;
  /** It says out of how many. */
  readonly scaled: boolean;
}

function* scoresOf(line: readonly Token[], named: boolean): Generator<Score> {
  let side: Side | undefined;
  for (const [index, token] of line.entries()) {
    if (token.kind === 'side') side = token.side;
    else if (token.kind === 'number') {
      const scaled = /^(?:\/|%|out|von|sur|de|su|из)$/i.test(line[index + 1]?.text ?? '');
      if (side !== undefined && isScoreEnd(line, index)) yield { side, score: toNumber(token), scaled };
      side = undefined;
    } else if (!isBetween(token) && !(named && BETWEEN_IF_NAMED.has(token.kind))) side = undefined;
  }
}

function isBetween({ kind, text }: Token): boolean {
  if (kind === 'punctuation') return BETWEEN_MARKS.test(text);
  return BETWEEN.has(kind) || BETWEEN_WORDS.test(text);
}

function isScoreEnd(line: readonly Token[], index: number): boolean {
  const next = line[index + 1];
  if (next === undefined || next.kind === 'points' || next.kind === 'side' || next.kind === 'break') return true;
  if (next.kind === 'punctuation') return AFTER_MARKS.test(next.text);
  return /^(?:out|and|to|st|nd|von|sur|de|su|из|und|et|y|e)$/i.test(next.text);
}

function toNumber({ text }: Token): number {
  return Number(text.replace(',', '.'));
}
