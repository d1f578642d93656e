import { InvalidArgumentError } from '../error/index.ts';
import { addAt, cholesky, invert, solveLower, solveUpper } from '../util/linear-algebra.ts';
import { probabilityOf } from '../util/probability-of.ts';
import { resamplePrompts } from './bootstrap.ts';
import { type Interval, percentileInterval, type ResampleOptions, resampleSettings } from './interval.ts';
import { rowsByPrompt } from './prompt-rows.ts';
import { normalQuantile, sampleQuantile } from './quantiles.ts';
import { leftPoints, type Verdict, VerdictTable } from './verdict.ts';

/** The scale of Elo: 400 points are odds of 10 to 1. The mean of the models is 1000. */
const POINTS_PER_LOGIT = 400 / Math.LN10;
const MEAN_RATING = 1000;

/** Variance of a strength before any verdict, in squared log-odds, where verdicts alone do not decide all strengths. */
const PRIOR_VARIANCE = 25;

/** The rating of one model. */
export interface Rating {
  readonly model: string;
  /** In points: 400 more are odds of 10 to 1. */
  readonly rating: Interval;
  /** 1 = best of its group; equal ratings share the better rank. */
  readonly rank: number;
  /** Best and worst rank that the resamples make likely, by the confidence of the intervals. */
  readonly bestRank: number;
  readonly worstRank: number;
  readonly wins: number;
  readonly losses: number;
  /** Ties of either kind, which count half. */
  readonly ties: number;
  /** Share of all its verdicts that call both answers bad. */
  readonly bothBadRate: number;
  /** Models with the same number are connected by verdicts; others cannot be compared with it. From 0. */
  readonly group: number;
}

/** What {@link rateModels} finds. */
export interface Ratings {
  /** Group by group, best first. */
  readonly models: readonly Rating[];
  readonly verdicts: number;
  readonly prompts: number;
  /** More than 1 where models are not connected by verdicts. Each group then has the mean 1000. */
  readonly groups: number;
  /**
   * True where verdicts alone do not decide the ratings, as some models never lost to, or never won from, the others: a
   * prior (normal, 5 log-odds wide) then keeps ratings finite, and intervals show how far it leaves them open.
   */
  readonly isRegularised: boolean;
  /** Share of resamples that needed the prior. */
  readonly regularisedResamples: number;
}

/**
 * Ratings of models by the model of Bradley and Terry (1952), from any pile of verdicts; ties count half a win for each.
 * Intervals are by resampling whole prompts and fitting again.
 *
 * @throws InvalidArgumentError for a verdict about a model and itself.
 */
export function rateModels(verdicts: readonly Verdict[] | VerdictTable, options: ResampleOptions = {}): Ratings {
  const { resamples, confidence } = resampleSettings(options);
  const given = VerdictTable.of(verdicts);
  const names = given.names.toSorted();
  const placeOf = given.names.map((name) => names.indexOf(name));
  const size = names.length;
  const tallies = names.map(() => ({ prompts: new Set<number>(), wins: 0, losses: 0, ties: 0, bothBad: 0 }));
  // In the order of the prompts, as prompts that were not drawn are passed over.
  const { rows: order, starts } = rowsByPrompt(given.index);
  // Cells of the table of points that a verdict adds to, and how much.
  const [cells, mirrored] = [new Int32Array(order.length), new Int32Array(order.length)];
  const points = new Float64Array(order.length);
  for (const [game, row] of order.entries()) {
    const [left, right] = [placeOf[given.leftOf(row)] ?? 0, placeOf[given.rightOf(row)] ?? 0];
    if (left === right) {
      throw new InvalidArgumentError({
        parameter: 'verdicts',
        value: names[left],
        message: 'expected two different models.',
      });
    }
    const outcome = given.outcomeOf(row);
    cells[game] = left * size + right;
    mirrored[game] = right * size + left;
    points[game] = leftPoints(outcome);
    for (const [model, won] of [
      [left, 'left'],
      [right, 'right'],
    ] as const) {
      const tally = tallies[model];
      if (tally === undefined) continue;
      tally.prompts.add(given.promptOf(row));
      tally[outcome === won ? 'wins' : outcome === 'left' || outcome === 'right' ? 'losses' : 'ties'] += 1;
      if (outcome === 'both-bad') tally.bothBad += 1;
    }
  }

  const table = new Float64Array(size * size);
  const fillTable = (weights: Float64Array) => {
    table.fill(0);
    for (let prompt = 0; prompt < given.prompts; prompt++) {
      const weight = weights[prompt] ?? 0;
      if (weight === 0) continue;
      const end = starts[prompt + 1] ?? 0;
      for (let game = starts[prompt] ?? 0; game < end; game++) {
        const score = weight * (points[game] ?? 0);
        addAt(table, cells[game] ?? 0, score);
        addAt(table, mirrored[game] ?? 0, weight - score);
      }
    }
    return table;
  };

  fillTable(new Float64Array(given.prompts).fill(1));
  const groupOf = connectedGroups(table, size);
  const isRegularised = needsPrior(table, groupOf);
  const strengths = fitStrengths(table, groupOf, isRegularised, new Float64Array(size));
  const deviations = isRegularised ? posteriorDeviations(table, strengths, groupOf) : undefined;
  const replicates = names.map(() => new Float64Array(resamples));
  const ranks = names.map(() => new Float64Array(resamples));
  let regularised = 0;
  resamplePrompts(given.prompts, options, (weights, resample) => {
    fillTable(weights);
    const needed = isRegularised || needsPrior(table, groupOf);
    if (needed) regularised += 1;
    const drawn = fitStrengths(table, groupOf, needed, strengths);
    const drawnRanks = ranksOf(drawn, groupOf);
    for (let model = 0; model < size; model++) {
      const [row, rankRow] = [replicates[model], ranks[model]];
      if (row !== undefined) row[resample] = ratingOf(drawn[model] ?? 0);
      if (rankRow !== undefined) rankRow[resample] = drawnRanks[model] ?? 0;
    }
  });

  const rankOf = ranksOf(strengths, groupOf);
  const models = names.map((model, place): Rating => {
    const { prompts, wins = 0, losses = 0, ties = 0, bothBad = 0 } = tallies[place] ?? {};
    const likely = (ranks[place] ?? new Float64Array(1)).toSorted();
    const rank = rankOf[place] ?? 1;
    const value = ratingOf(strengths[place] ?? 0);
    const resampled = percentileInterval(value, replicates[place] ?? [], prompts?.size ?? 0, confidence);
    return {
      model,
      rating: deviations === undefined ? resampled : openedTo(resampled, deviations[place] ?? 0, confidence),
      rank,
      bestRank: Math.min(rank, Math.round(sampleQuantile(likely, (1 - confidence) / 2))),
      worstRank: Math.max(rank, Math.round(sampleQuantile(likely, (1 + confidence) / 2))),
      wins,
      losses,
      ties,
      bothBadRate: bothBad / (wins + losses + ties),
      group: groupOf[place] ?? 0,
    };
  });
  return {
    models: models.toSorted((a, b) => a.group - b.group || a.rank - b.rank),
    verdicts: given.length,
    prompts: given.prompts,
    groups: new Set(groupOf).size,
    isRegularised,
    regularisedResamples: regularised / resamples,
  };
}

/** Points of a strength in log-odds. */
function ratingOf(strength: number): number {
  return MEAN_RATING + POINTS_PER_LOGIT * strength;
}

/** 1 = highest of the group; equal strengths share the better rank. */
function ranksOf(strengths: Float64Array, groupOf: Int32Array): Float64Array {
  return strengths.map((own, model) => {
    const isAbove = (other: number, rival: number) => groupOf[rival] === groupOf[model] && other > own + 1e-7;
    return 1 + strengths.reduce((above, other, rival) => above + (isAbove(other, rival) ? 1 : 0), 0);
  });
}

/** An interval that reaches as far as the posterior does. */
function openedTo(interval: Interval, deviation: number, confidence: number): Interval {
  const reach = POINTS_PER_LOGIT * deviation * normalQuantile((1 + confidence) / 2);
  const [low, high] = [interval.value - reach, interval.value + reach];
  return {
    ...interval,
    low: Math.min(low, interval.low ?? low),
    high: Math.max(high, interval.high ?? high),
    method: 'posterior',
  };
}

/** The number of each model's group; models are in one group where verdicts connect them, directly or through others. */
function connectedGroups(table: Float64Array, size: number): Int32Array {
  const groupOf = new Int32Array(size).fill(-1);
  let groups = 0;
  for (let start = 0; start < size; start++) {
    if (groupOf[start] !== -1) continue;
    for (const model of reachable(
      start,
      size,
      (from, to) => at(table, size, from, to) + at(table, size, to, from) > 0,
    )) {
      groupOf[model] = groups;
    }
    groups += 1;
  }
  return groupOf;
}

/**
 * True where the maximum is at infinity: in one of the groups not every model reaches every other by a chain of wins (Ford
 * 1957).
 */
function needsPrior(table: Float64Array, groupOf: Int32Array): boolean {
  const size = groupOf.length;
  return [...new Set(groupOf)].some((group) => {
    const members = groupOf.reduce((count, other) => count + (other === group ? 1 : 0), 0);
    const start = groupOf.indexOf(group);
    const wins = reachable(start, size, (from, to) => at(table, size, from, to) > 0);
    const losses = reachable(start, size, (from, to) => at(table, size, to, from) > 0);
    return wins.size < members || losses.size < members;
  });
}

function reachable(start: number, size: number, isEdge: (from: number, to: number) => boolean): ReadonlySet<number> {
  const found = new Set([start]);
  // A set yields what is added while it is walked.
  for (const from of found) {
    for (let to = 0; to < size; to++) if (!found.has(to) && isEdge(from, to)) found.add(to);
  }
  return found;
}

function at(table: Float64Array, size: number, row: number, column: number): number {
  return table[row * size + column] ?? 0;
}

/** Newton's method converges in far fewer. */
const MAX_STEPS = 100;

/**
 * Strengths in log-odds by maximum likelihood, the mean of each group 0.
 *
 * @param table points of the row's model against the column's. @param start where to begin.
 */
function fitStrengths(table: Float64Array, groupOf: Int32Array, hasPrior: boolean, start: Float64Array): Float64Array {
  const size = groupOf.length;
  // Without a prior nothing holds the mean of a group: any small number that the mean is pulled to 0 with does not move
  // the differences.
  const hold = hasPrior ? 1 / PRIOR_VARIANCE : 1e-6;
  let strengths = Float64Array.from(start);
  for (let step = 0; step < MAX_STEPS; step++) {
    const gradient = strengths.map((strength) => (hasPrior ? -strength * hold : 0));
    for (let left = 0; left < size; left++) {
      for (let right = 0; right < left; right++) {
        const won = at(table, size, left, right);
        const games = won + at(table, size, right, left);
        const slope = won - games * probabilityOf((strengths[left] ?? 0) - (strengths[right] ?? 0));
        addAt(gradient, left, slope);
        addAt(gradient, right, -slope);
      }
    }
    const curvature = curvatureAt(table, strengths, hold);
    const lower = cholesky(curvature);
    const change = solveUpper(lower, solveLower(lower, gradient));
    const length = change.reduce((longest, value) => Math.max(longest, Math.abs(value)), 0);
    // Far from the maximum the curve is flat and a whole step would overshoot.
    const share = Math.min(1, 2 / length);
    strengths = strengths.map((strength, model) => strength + share * (change[model] ?? 0));
    if (length < 1e-9) break;
  }
  return centred(strengths, groupOf);
}

/** Second derivatives of the negative log-likelihood, with `hold` on the diagonal. */
function curvatureAt(table: Float64Array, strengths: Float64Array, hold: number): readonly Float64Array[] {
  const size = strengths.length;
  const curvature = Array.from(strengths, (_, row) => new Float64Array(size).fill(hold, row, row + 1));
  for (let left = 0; left < size; left++) {
    for (let right = 0; right < left; right++) {
      const games = at(table, size, left, right) + at(table, size, right, left);
      if (games === 0) continue;
      const chance = probabilityOf((strengths[left] ?? 0) - (strengths[right] ?? 0));
      const weight = games * chance * (1 - chance);
      addAt(curvature[left], left, weight);
      addAt(curvature[right], right, weight);
      addAt(curvature[left], right, -weight);
      addAt(curvature[right], left, -weight);
    }
  }
  return curvature;
}

/** Standard deviations under the prior of the strengths less the mean of their group, by the normal approximation. */
function posteriorDeviations(table: Float64Array, strengths: Float64Array, groupOf: Int32Array): readonly number[] {
  const covariance = invert(cholesky(curvatureAt(table, strengths, 1 / PRIOR_VARIANCE)));
  const rowMeans = covariance.map((row, model) => meanOfGroup(row, groupOf, groupOf[model] ?? 0));
  return covariance.map((row, model) => {
    const all = meanOfGroup(Float64Array.from(rowMeans), groupOf, groupOf[model] ?? 0);
    return Math.sqrt(Math.max(0, (row[model] ?? 0) - 2 * (rowMeans[model] ?? 0) + all));
  });
}

function meanOfGroup(values: Float64Array, groupOf: Int32Array, group: number): number {
  const members = values.filter((_, model) => groupOf[model] === group);
  return members.reduce((sum, value) => sum + value, 0) / members.length;
}

function centred(strengths: Float64Array, groupOf: Int32Array): Float64Array {
  return strengths.map((strength, model) => strength - meanOfGroup(strengths, groupOf, groupOf[model] ?? 0));
}
