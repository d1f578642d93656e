import type { RankGoal } from '../rank-goal.ts';
import { goalContests, goalProbability, openContests, type OpenContest } from './goal-contests.ts';
import { sampleFullScores } from './sample-full-scores.ts';
import type { StrengthPosterior } from './strength-posterior.ts';

/** How far a goal is met. */
export interface GoalAssessment {
  /** Probability that scores over all pairs would meet the goal the same way. */
  readonly confidence: number;
  /** The contests that may still change that, likeliest first. */
  readonly contests: readonly OpenContest[];
}

/**
 * Factor on the probability of being wrong. The draws follow the model, but real rankers do not: their strengths and
 * noise are not normal, and comparing stops at the first moment that looks certain, lucky moments included. Set so that
 * no judge of `docs/strategies.md` agrees less often than stated at a confidence of 0.95.
 */
const ERROR_INFLATION = 1.6;

/** How certain it is that comparing all pairs would meet the goal as the scores do now. */
export function assessGoal(posterior: StrengthPosterior, goal: RankGoal, scores: readonly number[]): GoalAssessment {
  const contests = goalContests(goal, scores);
  const draws = sampleFullScores(posterior);
  const confidence = Math.max(0, 1 - ERROR_INFLATION * (1 - goalProbability(contests, draws)));
  return { confidence, contests: openContests(contests, draws) };
}
