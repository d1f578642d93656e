import type { RankGoal } from '../rank-goal.ts';
import { goalContests, goalProbability, openContests, type OpenContest } from './goal-contests.ts';
import { sampleFullScores } from './sample-full-scores.ts';
import type { StrengthPosterior } from './strength-posterior.ts';

/** How far a goal is met. */
export interface GoalAssessment {
  /** Probability that scores over all pairs would meet the goal the same way. */
  readonly confidence: number;
  /** What may still change that, likeliest first. */
  readonly contests: readonly OpenContest[];
}

/** How sure it is that asking all pairs would lead to what the scores say now, as far as the goal goes. */
export function assessGoal(posterior: StrengthPosterior, goal: RankGoal, scores: readonly number[]): GoalAssessment {
  const contests = goalContests(goal, scores);
  const draws = sampleFullScores(posterior);
  return { confidence: goalProbability(contests, draws), contests: openContests(contests, draws) };
}
