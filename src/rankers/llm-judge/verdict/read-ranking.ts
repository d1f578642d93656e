import { type Claim, STRENGTH } from './claim.ts';
import type { Side, Token } from './reply-tokens.ts';

interface Ranked {
  readonly place: number;
  readonly side: Side;
  /** It says that the number is a place. */
  readonly named: boolean;
}

/**
 * "1. A" and "2. B" in two lines, or "Ranking: A, B" in one: the first wins. The indices of the lines that are such
 * places, whether or not a line before them says that they are; where none does, they may count anything.
 */
export function readRanking(lines: readonly (readonly Token[])[]): {
  readonly claims: readonly Claim[];
  readonly used: ReadonlySet<number>;
} {
  const used = new Set<number>();
  const claims: Claim[] = [];
  for (const [index, line] of lines.entries()) {
    const inLine = readListed(line);
    if (inLine !== undefined) {
      claims.push({ verdict: inLine, strength: STRENGTH.choice });
      used.add(index);
    }
    const [first, second] = [readRanked(line), readRanked(lines[index + 1] ?? [])];
    if (first?.place !== 1 || second?.place !== 2 || first.side === second.side) continue;
    used.add(index).add(index + 1);
    const announced = (lines[index - 1] ?? []).some(({ kind }) => kind === 'place' || kind === 'better');
    if (first.named || announced) claims.push({ verdict: first.side, strength: STRENGTH.choice });
  }
  return { claims, used };
}

/** "1. A", "1st: A", "Rank 1: A". */
function readRanked(line: readonly Token[]): Ranked | undefined {
  const tokens = line.filter(({ kind, text }) => kind !== 'punctuation' || !/^[#("'[\])]$/.test(text));
  const [first, second] = tokens;
  const named = first?.kind === 'place' || /^(?:st|nd)$/.test(second?.text ?? '');
  const number = tokens[first?.kind === 'place' ? 1 : 0];
  const rest = tokens.slice(named ? 2 : 1).filter(({ kind }) => kind !== 'punctuation' && kind !== 'place');
  const [side, other] = rest;
  if (number?.kind !== 'number' || side?.kind !== 'side' || other !== undefined) return undefined;
  return { place: Number(number.text), side: side.side, named };
}

/** "Ranking: A, B". */
function readListed([label, colon, first, comma, second, more]: readonly Token[]): Side | undefined {
  if (label?.kind !== 'place' || colon?.text !== ':' || first?.kind !== 'side' || second?.kind !== 'side')
    return undefined;
  const joined = comma?.text === ',' && (more === undefined || more.text === '.');
  return joined && first.side !== second.side ? first.side : undefined;
}
