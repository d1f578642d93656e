import { EMPTY_LOGIT, type PairComparison, rankerNotes } from '../compare/index.ts';
import { candidateTexts } from '../spec/candidate-texts.ts';
import type { PairRanker } from '../spec/pair-ranker.ts';
import type { RankOptions } from './rank.ts';
import { prepareRanking, rankTexts } from './rank-texts.ts';
import { type RankResult, toRanking } from './ranking.ts';

/** Options of {@link worstOfN}. */
export type WorstOfNOptions = Omit<RankOptions, 'aggregation' | 'goal' | 'topK'>;

/**
 * Result of {@link worstOfN}: the ranking without its explanation, which would be inverted. Indices count the
 * candidates as given, from 0.
 */
export interface WorstOfNResult extends Omit<RankResult, 'best' | 'explanation'> {
  /** Text of the worst candidate. */
  readonly text: string;
  /** Index of the worst; among ties the first given. */
  readonly worst: number;
}

/**
 * Finds the worst of N candidates in few comparisons; implemented as `bestOfN` with an inverted ranker.
 *
 * @throws InvalidArgumentError, RankerError, the signal's reason on abort.
 */
export async function worstOfN(options: WorstOfNOptions): Promise<WorstOfNResult> {
  const { onComparison } = options;
  const given = candidateTexts(options.candidates);
  const prepared = await prepareRanking(options, { onlyBest: true });
  const { ranker } = prepared;
  // An empty candidate loses in both rankings, so it is left out of the inverted one.
  const filled = given.flatMap((text, index) => (text.trim() === '' ? [] : [index]));
  const restore = ({ left, right, ...comparison }: PairComparison): PairComparison => ({
    ...comparison,
    left: filled[right] ?? right,
    right: filled[left] ?? left,
  });
  const mirrored = await rankTexts({
    ...prepared,
    aggregation: undefined,
    goal: 'best',
    ranker: mirror(ranker),
    texts: filled.map((index) => given[index] ?? ''),
    onComparison:
      onComparison === undefined ? undefined : (comparison, progress) => onComparison(restore(comparison), progress),
  });

  const filledScores = mirrored.scores.map((score) => 0 - score);
  const blankScore = filled.length === 0 ? 0 : Math.min(...filledScores) - EMPTY_LOGIT;
  const scores = given.map((_, index) => filledScores[filled.indexOf(index)] ?? blankScore);
  const { best: _, ...ranking } = toRanking(scores);
  const { explanation: __, ...rest } = mirrored;
  const worst = ranking.ranks.indexOf(Math.max(...ranking.ranks));
  return {
    ...rest,
    ...ranking,
    ...rankerNotes(ranker, mirrored.comparisons),
    text: given[worst] ?? '',
    worst,
    comparisons: mirrored.comparisons.map(restore),
  };
}

/** The inverted ranker: each pair is passed on with its texts swapped. */
function mirror(ranker: PairRanker): PairRanker {
  return {
    specificationVersion: 'v1',
    name: ranker.name,
    ...(ranker.pointwise === undefined ? {} : { pointwise: ranker.pointwise }),
    ...(ranker.prefilter === undefined ? {} : { prefilter: mirror(ranker.prefilter) }),
    doCompare: ({ pairs, ...rest }) =>
      ranker.doCompare({
        ...rest,
        pairs: pairs.map(({ task, left, right }) => ({ task, left: right, right: left })),
      }),
  };
}
