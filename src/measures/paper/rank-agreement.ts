import { InvalidArgumentError } from '../../error/index.ts';
import {
  bootstrapFigures,
  type Interval,
  meanIntervals,
  MeanRanks,
  pearsonCorrelation,
  type PromptWeights,
  type ResampleOptions,
  spearmanCorrelation,
} from '../../statistics/index.ts';
import { setOverlap } from './set-overlap.ts';

/** A correlation that is the mean of several. */
export interface MeanCorrelation {
  /** Between -1 and 1; undefined where none can be computed. */
  readonly mean: Interval | undefined;
  /** The correlations that the mean is of, undefined where a side is constant. */
  readonly each: readonly (number | undefined)[];
  /** Places in `each` that are undefined. The paper's code would make the whole mean NaN. */
  readonly constant: readonly number[];
}

/** How well a ranker's ranks agree with reference ranks. */
export interface RankAgreement {
  readonly examples: number;
  /**
   * As in the paper's Table 3: for each place among the candidates (there a model) the correlation over the examples, then
   * the mean over places. Undefined where examples have different numbers of candidates.
   */
  readonly perSlot: { readonly pearson: MeanCorrelation; readonly spearman: MeanCorrelation } | undefined;
  /** For each example the correlation over its candidates, then the mean over examples. */
  readonly perExample: { readonly pearson: MeanCorrelation; readonly spearman: MeanCorrelation };
  /** Spearman's footrule as in the paper: sum of the distances of ranks in an example, mean over examples. 0 is best. */
  readonly footrule: Interval | undefined;
  /** The footrule that a random order would have against the same reference; (c² - 1) / 3 for c candidates without ties. */
  readonly randomFootrule: number | undefined;
  /** The original's `set_based`: overlap (Jaccard) of the best k of both, mean over k = 1…c, then over examples. */
  readonly setOverlap: Interval | undefined;
}

/**
 * Compares ranks with reference ranks.
 *
 * @param ranks for each example the ranks of its candidates. @param reference the same by the reference.
 * @throws InvalidArgumentError where they are not of the same candidates, or a rank is no number.
 */
export function rankAgreement(
  ranks: readonly (readonly number[])[],
  reference: readonly (readonly number[])[],
  options: ResampleOptions = {},
): RankAgreement {
  checkRanks(ranks, reference);
  const pairs = ranks.map((own, example) => ({ own, other: reference[example] ?? [] }));
  const column = (figure: (own: readonly number[], other: readonly number[]) => number | undefined) =>
    pairs.map(({ own, other }) => figure(own, other) ?? Number.NaN);
  const columns = {
    pearson: column(pearsonCorrelation),
    spearman: column(spearmanCorrelation),
    footrule: column(footrule),
    setOverlap: column((own, other) => (own.length === 0 ? undefined : setOverlap(own, other))),
  };
  const [pearson, spearman, distance, overlap] = meanIntervals(Object.values(columns), options);
  return {
    examples: ranks.length,
    perSlot: perSlot(ranks, reference, options),
    perExample: {
      pearson: meanCorrelation(pearson, columns.pearson),
      spearman: meanCorrelation(spearman, columns.spearman),
    },
    footrule: distance,
    randomFootrule:
      ranks.length === 0 ? undefined : pairs.reduce((sum, { other }) => sum + randomFootrule(other), 0) / ranks.length,
    setOverlap: overlap,
  };
}

function checkRanks(ranks: readonly (readonly number[])[], reference: readonly (readonly number[])[]): void {
  for (const [example, own] of [...ranks.entries(), [ranks.length, []] as const]) {
    const other = reference[example] ?? [];
    if (own.length !== other.length || (example === ranks.length && reference.length > ranks.length)) {
      throw new InvalidArgumentError({
        parameter: `reference[${example}]`,
        value: other.length,
        message: `expected the ranks of the same ${own.length} candidates.`,
      });
    }
    for (const rank of [...own, ...other]) {
      if (Number.isFinite(rank)) continue;
      throw new InvalidArgumentError({ parameter: `ranks[${example}]`, value: rank, message: 'expected a number.' });
    }
  }
}

function meanCorrelation(mean: Interval | undefined, each: readonly number[]): MeanCorrelation {
  const known = each.map((value) => (Number.isNaN(value) ? undefined : value));
  return { mean, each: known, constant: known.flatMap((value, place) => (value === undefined ? [place] : [])) };
}

/** Sum of the distances between ranks. */
export function footrule(own: readonly number[], other: readonly number[]): number {
  return own.reduce((sum, rank, place) => sum + Math.abs(rank - (other[place] ?? rank)), 0);
}

/** Mean of the footrule over all orders 1…c without ties. */
export function randomFootrule(reference: readonly number[]): number {
  const places = Array.from(reference, (_, place) => place + 1);
  return reference.reduce(
    (sum, rank) => sum + places.reduce((part, place) => part + Math.abs(place - rank), 0) / places.length,
    0,
  );
}

function perSlot(
  ranks: readonly (readonly number[])[],
  reference: readonly (readonly number[])[],
  options: ResampleOptions,
): RankAgreement['perSlot'] {
  const slots = ranks[0]?.length ?? 0;
  if (ranks.some(({ length }) => length !== slots)) return undefined;
  const columns = Array.from({ length: slots }, (_, slot) => {
    const [own, other] = [ranks, reference].map((rows) => Float64Array.from(rows, (row) => row[slot] ?? 0)) as [
      Float64Array,
      Float64Array,
    ];
    return { own, other, ownRanks: new MeanRanks(own), otherRanks: new MeanRanks(other) };
  });
  const kinds = {
    pearson: ({ own, other }: (typeof columns)[number], weights?: PromptWeights) =>
      pearsonCorrelation(own, other, weights),
    spearman: ({ ownRanks, otherRanks }: (typeof columns)[number], weights?: PromptWeights) =>
      pearsonCorrelation(ownRanks.ranks(weights), otherRanks.ranks(weights), weights),
  };
  const result = (kind: keyof typeof kinds, mean: Interval | undefined) =>
    meanCorrelation(
      Number.isNaN(mean?.value ?? Number.NaN) ? undefined : mean,
      columns.map((column) => kinds[kind](column) ?? Number.NaN),
    );
  const [pearson, spearman] = bootstrapFigures(
    ranks.length,
    (weights) => {
      const means = (kind: keyof typeof kinds) => {
        const known = columns.flatMap((column) => kinds[kind](column, weights) ?? []);
        return known.reduce((sum, value) => sum + value, 0) / known.length;
      };
      return [means('pearson'), means('spearman')];
    },
    options,
  );
  return { pearson: result('pearson', pearson), spearman: result('spearman', spearman) };
}
