import { aboutEach, checkChoice } from '../../util/choices.ts';
import { adaptive } from './adaptive.ts';
import { bubble } from './bubble.ts';
import { full } from './full.ts';
import type { Schedule } from './schedule.ts';
import { sort } from './sort.ts';

const TABLE = {
  full: { about: 'all', schedule: full },
  bubble: { about: 'each next candidate against the best so far', schedule: bubble },
  sort: { about: 'just enough to put all in order', schedule: sort },
  adaptive: { about: 'those that can still change the goal', schedule: adaptive },
} as const satisfies Record<string, { about: string; schedule: Schedule }>;

/** Name of a strategy. */
export type StrategyName = keyof typeof TABLE;

/** The strategies: which pairs are compared. */
export const STRATEGIES = aboutEach(TABLE);

/** The schedule behind a name. @throws InvalidArgumentError */
export function resolveSchedule(strategy: StrategyName): Schedule {
  checkChoice('strategy', strategy, { choices: STRATEGIES });
  return TABLE[strategy].schedule;
}
