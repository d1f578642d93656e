import { InvalidArgumentError } from '../../error/index.ts';
import { bubble } from './bubble.ts';
import { full } from './full.ts';
import type { Schedule } from './schedule.ts';

const SCHEDULES = { full, bubble } as const satisfies Record<string, Schedule>;

/** Which pairs are asked: `full` = all, `bubble` = enough to find the best. */
export type Strategy = keyof typeof SCHEDULES;

/** Names of the strategies. */
const STRATEGIES = Object.keys(SCHEDULES) as readonly Strategy[];

/** The schedule behind a name. */
export function resolveSchedule(strategy: Strategy): Schedule {
  if (Object.hasOwn(SCHEDULES, strategy)) return SCHEDULES[strategy];
  throw new InvalidArgumentError({
    parameter: 'strategy',
    value: strategy,
    message: `expected ${STRATEGIES.join(' or ')}.`,
  });
}
