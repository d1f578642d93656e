/** What a ranking is wanted for: the best candidate, the best `count` in any order, or the whole order. */
export type RankGoal =
  | { readonly kind: 'best' }
  | { readonly kind: 'top-k'; readonly count: number }
  | { readonly kind: 'order' };

/** The goals by name. */
export const GOALS = {
  best: 'the best',
  'top-k': 'the best K, in any order',
  order: 'all in order',
} as const satisfies Record<RankGoal['kind'], string>;

/** Name of a goal. */
export type GoalName = keyof typeof GOALS;
