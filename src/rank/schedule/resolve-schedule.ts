import { checkChoice } from '../../util/choices.ts';
import { adaptive } from './adaptive.ts';
import { bubble } from './bubble.ts';
import { full } from './full.ts';
import type { Schedule } from './schedule.ts';
import { sort } from './sort.ts';

/** The strategies: which pairs are compared. */
export const STRATEGIES = {
  full: 'all',
  bubble: 'each next candidate against the best so far',
  sort: 'just enough to put all in order',
  adaptive: 'those that can still change the goal',
} as const;

/** Name of a strategy. */
export type Strategy = keyof typeof STRATEGIES;

const SCHEDULES: Readonly<Record<Strategy, Schedule>> = { full, bubble, sort, adaptive };

/** The schedule behind a name. @throws InvalidArgumentError */
export function resolveSchedule(strategy: Strategy): Schedule {
  checkChoice('strategy', strategy, { choices: STRATEGIES });
  return SCHEDULES[strategy];
}
