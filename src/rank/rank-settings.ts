import { checkOrders, type CompareOrders } from '../compare/index.ts';
import { InvalidArgumentError } from '../error/index.ts';
import { checkRankerCallSettings, type RankerCallSettings } from '../spec/pair-ranker.ts';
import type { RankerChoice } from '../spec/ranker-choice.ts';
import { checkChoice } from '../util/choices.ts';
import { type AggregationFunction, type AggregationName, resolveAggregation } from './aggregate/resolve-aggregation.ts';
import { type GoalName, GOALS, type RankGoal } from './rank-goal.ts';
import { resolveSchedule, type Strategy } from './schedule/resolve-schedule.ts';

/** How candidates are ranked; shared by every verb that ranks. */
export interface RankSettings extends RankerCallSettings {
  /**
   * `small`, a folder, `judge:MODEL`, `judge-list:MODEL`, `cascade:RANKER`, an object, or `{ judge }` with settings.
   *
   * @default 'small', the trained ranker of the package
   */
  readonly ranker?: RankerChoice | undefined;
  /**
   * Which pairs are asked.
   *
   * @default 'full'; 'adaptive' for a ranker with a prefilter, such as `cascade:…`, and for `bestOfN` unless the ranker is pointwise
   */
  readonly strategy?: Strategy | undefined;
  /**
   * How comparisons become scores.
   *
   * @default 'max-logits' for `full`, 'expected-logits' for `adaptive`, 'least-squares' for `bubble` and `sort`
   */
  readonly aggregation?: AggregationName | AggregationFunction | undefined;
  /** What the ranking is wanted for, and so what `adaptive` settles. @default 'best' */
  readonly goal?: GoalName | undefined;
  /** How many of the best the goal `top-k` is about, at least 1. @default 3 */
  readonly topK?: number | undefined;
  /**
   * `adaptive` ends once the probability of having met the goal as all pairs would reaches this: above 0 and at most 1,
   * where 1 asks until nothing can change.
   *
   * @default 0.95
   */
  readonly confidence?: number | undefined;
  /** The most pairs to ask, whatever the strategy; an integer of at least 1. @default no limit */
  readonly maxPairs?: number | undefined;
  /** Whether each pair is shown in both orders, which cancels a ranker's liking for a position. @default 'both' */
  readonly orders?: CompareOrders | undefined;
  /** Seed of the order in which the candidates are met where not all pairs are asked, an integer. @default 0 */
  readonly rankSeed?: number | undefined;
}

/** Checks the settings. @throws InvalidArgumentError */
export function checkRankSettings({
  strategy = 'full',
  aggregation = 'max-logits',
  goal,
  topK,
  confidence = 1,
  maxPairs = 1,
  orders = 'both',
  rankSeed = 0,
  ...calls
}: RankSettings): void {
  checkRankerCallSettings(calls);
  resolveSchedule(strategy);
  resolveAggregation(aggregation);
  resolveGoal({ goal, topK });
  if (!(confidence > 0 && confidence <= 1)) {
    throw new InvalidArgumentError({
      parameter: 'confidence',
      value: confidence,
      message: 'expected a probability above 0 and at most 1.',
    });
  }
  if (!Number.isInteger(maxPairs) || maxPairs < 1) {
    throw new InvalidArgumentError({
      parameter: 'maxPairs',
      value: maxPairs,
      message: 'expected an integer of at least 1.',
    });
  }
  checkOrders(orders);
  if (!Number.isInteger(rankSeed)) {
    throw new InvalidArgumentError({ parameter: 'rankSeed', value: rankSeed, message: 'expected an integer.' });
  }
}

/** The goal behind its name. @throws InvalidArgumentError */
export function resolveGoal({ goal = 'best', topK = 3 }: Pick<RankSettings, 'goal' | 'topK'>): RankGoal {
  if (!Number.isInteger(topK) || topK < 1) {
    throw new InvalidArgumentError({ parameter: 'topK', value: topK, message: 'expected an integer of at least 1.' });
  }
  checkChoice('goal', goal, { choices: GOALS });
  return goal === 'top-k' ? { kind: goal, count: topK } : { kind: goal };
}
