import { checkOrders, type CompareOrders } from '../compare/index.ts';
import { DEFAULT_TOP_K } from '../spec/candidate-texts.ts';
import { checkRankerCallSettings, type RankerCallSettings } from '../spec/pair-ranker.ts';
import type { RankerChoice } from '../spec/ranker-choice.ts';
import { checkNumber, COUNT } from '../util/check-number.ts';
import { checkChoice } from '../util/choices.ts';
import { type AggregationFunction, type AggregationName, resolveAggregation } from './aggregate/resolve-aggregation.ts';
import { resolveSchedule, type StrategyName } from './schedule/resolve-schedule.ts';

/** What a ranking must settle: the best candidate, the best `count` in any order, or the whole order. */
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

/** How candidates are ranked; shared by all functions that rank. */
export interface RankSettings extends RankerCallSettings {
  /**
   * `small`, a folder, `judge:MODEL`, `judge-list:MODEL`, `cascade:RANKER`, an object, or `{ judge }` with settings.
   *
   * @default 'small', the trained ranker of the package
   */
  readonly ranker?: RankerChoice | undefined;
  /**
   * Which pairs are compared.
   *
   * @default 'full'; 'adaptive' for a ranker with a prefilter, such as `cascade:…`, and for `bestOfN` unless the ranker
   * is pointwise
   */
  readonly strategy?: StrategyName | undefined;
  /**
   * How comparisons become scores.
   *
   * @default 'max-logits' for `full`, 'expected-logits' for `adaptive`, 'least-squares' for `bubble` and `sort`
   */
  readonly aggregation?: AggregationName | AggregationFunction | undefined;
  /** What `adaptive` must settle. @default 'best' */
  readonly goal?: GoalName | undefined;
  /** K of the goal `top-k`, at least 1. @default 3 */
  readonly topK?: number | undefined;
  /**
   * `adaptive` stops when the probability that all pairs would give the same goal reaches this value, above 0 and at
   * most 1; 1 continues until nothing can change.
   *
   * @default 0.95
   */
  readonly confidence?: number | undefined;
  /** Maximum number of pairs, for any strategy; an integer of at least 1. @default no limit */
  readonly maxPairs?: number | undefined;
  /** Whether each pair is shown in both orders, which cancels position bias. @default 'both' */
  readonly orders?: CompareOrders | undefined;
  /** Seed of the order in which candidates are compared if not all pairs are, an integer. @default 0 */
  readonly rankSeed?: number | undefined;
}

/** Checks the settings. @throws InvalidArgumentError */
export function checkRankSettings(settings: RankSettings): void {
  checkRankerCallSettings(settings);
  resolveSchedule(settings.strategy ?? 'full');
  resolveAggregation(settings.aggregation ?? 'max-logits');
  resolveGoal(settings);
  checkNumber('confidence', settings.confidence, { above: 0, max: 1 });
  checkNumber('maxPairs', settings.maxPairs, COUNT);
  checkOrders(settings.orders ?? 'both');
  checkNumber('rankSeed', settings.rankSeed, { integer: true });
}

/** The goal behind its name. @throws InvalidArgumentError */
export function resolveGoal({ goal = 'best', topK = DEFAULT_TOP_K }: Pick<RankSettings, 'goal' | 'topK'>): RankGoal {
  checkNumber('topK', topK, COUNT);
  checkChoice('goal', goal, { choices: GOALS });
  return goal === 'top-k' ? { kind: goal, count: topK } : { kind: goal };
}
