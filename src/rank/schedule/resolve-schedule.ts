import { InvalidArgumentError } from '../../error/index.ts';
import { adaptive } from './adaptive.ts';
import { bubble } from './bubble.ts';
import { full } from './full.ts';
import type { Schedule } from './schedule.ts';
import { sort } from './sort.ts';

const SCHEDULES = { full, bubble, sort, adaptive } as const satisfies Record<string, Schedule>;

/**
 * Which pairs are asked: `full` = all, `bubble` = N - 1, enough to find the best of a consistent ranker, `sort` = enough
 * to put all in order, `adaptive` = those that can still change what is wanted.
 */
export type Strategy = keyof typeof SCHEDULES;

/** Names of the strategies. */
export const STRATEGIES = Object.keys(SCHEDULES) as readonly Strategy[];

/** The schedule behind a name. */
export function resolveSchedule(strategy: Strategy): Schedule {
  if (Object.hasOwn(SCHEDULES, strategy)) return SCHEDULES[strategy];
  throw new InvalidArgumentError({
    parameter: 'strategy',
    value: strategy,
    message: `expected ${STRATEGIES.join(', ')}.`,
  });
}
