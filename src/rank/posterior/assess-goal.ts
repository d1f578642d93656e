import type { RankGoal } from '../rank-settings.ts';
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

/** Two candidates whose order matters for the goal: `ahead` scores higher as far as is known. */
interface Contest {
  readonly ahead: number;
  readonly behind: number;
}

/** A contest that may still be reversed. */
export interface OpenContest extends Contest {
  /** Share of the draws that reverse it, above 0. */
  readonly reversed: number;
}

/** The pairs of candidates that must be in the right order for the goal to be met, by scores of what is known. */
function goalContests(goal: RankGoal, scores: readonly number[]): readonly Contest[] {
  const order = scores.map((_, index) => index).toSorted((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  if (goal.kind === 'order') return order.slice(1).map((behind, index) => ({ ahead: order[index] ?? 0, behind }));
  const count = goal.kind === 'best' ? 1 : goal.count;
  return order.slice(0, count).flatMap((ahead) => order.slice(count).map((behind): Contest => ({ ahead, behind })));
}

/** Sums of the same logits in another order differ by less. */
const ROUNDING = 1e-9;

/** Share of the draws in which all contests come out as they stand. A tie reverses nothing. */
function goalProbability(contests: readonly Contest[], draws: readonly Float64Array[]): number {
  return share(draws, (draw) => !contests.some((contest) => isReversed(draw, contest)));
}

/** The contests that may still be reversed, likeliest first. */
function openContests(contests: readonly Contest[], draws: readonly Float64Array[]): readonly OpenContest[] {
  return contests
    .map((contest) => ({ ...contest, reversed: share(draws, (draw) => isReversed(draw, contest)) }))
    .filter(({ reversed }) => reversed > 0)
    .toSorted((a, b) => b.reversed - a.reversed);
}

function isReversed(draw: Float64Array, { ahead, behind }: Contest): boolean {
  return (draw[behind] ?? 0) > (draw[ahead] ?? 0) + ROUNDING;
}

function share(draws: readonly Float64Array[], holds: (draw: Float64Array) => boolean): number {
  return draws.filter((draw) => holds(draw)).length / draws.length;
}
