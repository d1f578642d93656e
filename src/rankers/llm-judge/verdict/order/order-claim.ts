/** How much an order counts. */
export const ORDER_STRENGTH = {
  /** By scores alone. */
  scores: 1,
  /** "On clarity: [1] > [2]", a first draft. */
  aspect: 2,
  /** In a sentence. */
  sentence: 3,
  /** A line or a list of its own. */
  own: 4,
  /** "Ranking: …" */
  labelled: 5,
  /** "Final ranking: …" */
  final: 6,
} as const;

/** An order that a reply states. */
export interface OrderClaim {
  /** Numbers as shown, from 1, best first. */
  readonly best: readonly number[];
  readonly strength: (typeof ORDER_STRENGTH)[keyof typeof ORDER_STRENGTH];
  /** It takes back what was said before. */
  readonly corrects: boolean;
}

/** The order of claims that agree: the longest of the strongest. */
export function decideOrder(given: readonly OrderClaim[]): readonly number[] {
  const claims = given.slice(
    Math.max(
      0,
      given.findLastIndex(({ corrects }) => corrects),
    ),
  );
  const strongest = Math.max(0, ...claims.map(({ strength }) => strength));
  // A draft, or an order in one respect, is not the judge's.
  if (strongest === ORDER_STRENGTH.aspect) return [];
  const decisive = claims.filter(({ strength }) => strength === strongest);
  const longest = decisive.reduce<readonly number[]>((most, { best }) => (best.length > most.length ? best : most), []);
  const after = claims.slice(claims.findLastIndex(({ strength }) => strength === strongest) + 1);
  const others = [...decisive, ...after.filter(({ strength }) => strength >= ORDER_STRENGTH.own)];
  return others.every(({ best }) => agrees(best, longest)) ? longest : [];
}

/** True where the numbers that both have stand in the same order. */
function agrees(order: readonly number[], other: readonly number[]): boolean {
  const common = order.filter((number) => other.includes(number));
  const places = common.map((number) => other.indexOf(number));
  // An order of other candidates says nothing about these.
  return common.length > 1 && places.every((place, index) => index === 0 || place > (places[index - 1] ?? 0));
}
