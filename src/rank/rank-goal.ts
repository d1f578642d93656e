/** What a ranking is wanted for: the best candidate, the best `count` in any order, or the whole order. */
export type RankGoal =
  | { readonly kind: 'best' }
  | { readonly kind: 'top-k'; readonly count: number }
  | { readonly kind: 'order' };

/** Name of a goal. */
export type GoalName = RankGoal['kind'];
