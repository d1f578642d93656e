import { EMPTY_LOGIT, type PairComparison, rankerNotes } from '../compare/index.ts';
import { candidateTexts } from '../spec/candidate-texts.ts';
import type { PairRanker } from '../spec/pair-ranker.ts';
import type { RankOptions } from './rank.ts';
import { prepareRanking, rankTexts } from './rank-texts.ts';
import { type RankResult, toRanking } from './ranking.ts';

/** Options of {@link worstOfN}. */
export type WorstOfNOptions = Omit<RankOptions, 'aggregation' | 'goal' | 'topK'>;

/** Result of {@link worstOfN}: the ranking, whose mirrored explanation would mislead. Indices count the candidates as given, from 0. */
export interface WorstOfNResult extends Omit<RankResult, 'best' | 'explanation'> {
  /** Text of the worst candidate. */
  readonly text: string;
  /** Index of the worst; among ties the first given. */
  readonly worst: number;
}

/**
 * Picks the worst of N candidates with as few comparisons as that takes, as {@link bestOfN} does: a strategy that looks
 * for the best is given a ranker that answers the other way round.
 *
 * @throws InvalidArgumentError, RankerError, the signal's reason on abort.
 */
export async function worstOfN(options: WorstOfNOptions): Promise<WorstOfNResult> {
  const { onComparison } = options;
  const given = candidateTexts(options.candidates);
  const prepared = await prepareRanking(options, { onlyBest: true });
  const { ranker } = prepared;
  // An empty candidate is the worst whichever way round the ranker answers, so it stays out of the mirrored ranking.
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

/** The same ranker for whom the worse of two is the better: each pair is handed on the other way round. */
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
