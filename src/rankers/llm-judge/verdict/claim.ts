import type { Verdict } from '../../../spec/pair-ranker.ts';

/** How much a claim counts. */
export const STRENGTH = {
  /** "A is better written": never a verdict, but against one that only says "more accurate". */
  aspect: 1,
  /** "Both are good": praise that may still lead to a preference. */
  remark: 2,
  /** "A is more accurate", "A wins on accuracy", "A is right and B is wrong". */
  quality: 3,
  /** "A is better." */
  statement: 4,
  /** "Therefore, A is better", "I prefer A", or the first sentence. */
  conclusion: 5,
  /** "Winner: A", "1. A is better", a line of its own, two scores. */
  choice: 6,
  /** "[[A]]", "Overall: A". */
  final: 7,
  /** "Final verdict: A", "[RESULT] A". */
  ruling: 8,
} as const;

/** One of {@link STRENGTH}. */
export type Strength = (typeof STRENGTH)[keyof typeof STRENGTH];

/** Something in a reply that speaks for a verdict. */
export interface Claim {
  readonly verdict: Verdict;
  readonly strength: Strength;
  /** It takes back what was said before: "Actually, B". */
  readonly corrects?: boolean;
}

/** The verdict of claims that agree. What a reply concludes outweighs what it says on the way, but not what it says afterwards. */
export function decideClaims(given: readonly Claim[]): Verdict | undefined {
  const claims = given.slice(
    Math.max(
      0,
      given.findLastIndex(({ corrects }) => corrects === true),
    ),
  );
  const strongest = claims.reduce((most, { strength }) => Math.max(most, strength), 0);
  if (strongest <= STRENGTH.aspect) return undefined;
  const counts = countsBeside(strongest);
  const decisive = claims.flatMap((claim, index) => (counts(claim.strength) ? [index] : []));
  const verdict = claims[decisive[0] ?? 0]?.verdict;
  const agreed = decisive.every((index) => claims[index]?.verdict === verdict);
  const afterwards = claims.slice((decisive.at(-1) ?? 0) + 1);
  const retracted = afterwards.some((claim) => claim.strength >= STRENGTH.statement && claim.verdict !== verdict);
  return agreed && !retracted ? verdict : undefined;
}

/** Which claims must agree, by the strongest there is. */
function countsBeside(strongest: number): (strength: Strength) => boolean {
  switch (strongest) {
    case STRENGTH.remark:
      return () => true;
    case STRENGTH.quality:
      return (strength) => strength !== STRENGTH.remark;
    case STRENGTH.final:
    case STRENGTH.ruling:
      return (strength) => strength === strongest;
    default:
      return (strength) => strength >= Math.min(strongest, STRENGTH.conclusion);
  }
}
