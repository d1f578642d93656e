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

/**
 * The draws are right about the model and not about the judge: its strengths and its noise are no bells, and asking ends
 * at the first moment that looks sure, lucky ones included. What is left of certainty is therefore counted this many
 * times. Set so that no judge of `docs/strategies.md` agrees less often than was stated where 0.95 was asked for.
 */
const DOUBT = 1.6;

/** How sure it is that asking all pairs would lead to what the scores say now, as far as the goal goes. */
export function assessGoal(posterior: StrengthPosterior, goal: RankGoal, scores: readonly number[]): GoalAssessment {
  const contests = goalContests(goal, scores);
  const draws = sampleFullScores(posterior);
  const confidence = Math.max(0, 1 - DOUBT * (1 - goalProbability(contests, draws)));
  return { confidence, contests: openContests(contests, draws) };
}
