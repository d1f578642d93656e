import { InvalidArgumentError } from '../../error/index.ts';
import {
  bootstrapFigures,
  type Interval,
  indexPrompts,
  pearsonCorrelation,
  type PromptIndex,
  type PromptWeights,
  type Ratio,
  ratioIntervals,
  type ResampleOptions,
  spearmanCorrelation,
  sumByPrompt,
  weightedCorrelation,
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

/** Options of {@link rankAgreement}. */
export interface RankAgreementOptions extends ResampleOptions {
  /** The prompt of each example; examples of one prompt are resampled together. @default each has its own */
  readonly prompts?: readonly (string | number)[] | undefined;
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
  options: RankAgreementOptions = {},
): RankAgreement {
  checkRanks(ranks, reference);
  const { prompts = ranks.map((_, example) => example), ...resampling } = options;
  checkCount('prompts', prompts.length, ranks.length, 'examples');
  const index = indexPrompts(prompts);
  const pairs = ranks.map((own, example) => ({ own, other: reference[example] ?? [] }));
  const column = (figure: (own: readonly number[], other: readonly number[]) => number | undefined) =>
    pairs.map(({ own, other }) => figure(own, other) ?? Number.NaN);
  const columns = {
    pearson: column(pearsonCorrelation),
    spearman: column(spearmanCorrelation),
    footrule: column(footrule),
    setOverlap: column((own, other) => (own.length === 0 ? undefined : setOverlap(own, other))),
  };
  const means = (each: readonly number[], range: readonly [number, number]) =>
    ratioIntervals([sumsByPrompt(each, index)], { ...resampling, range })[0];
  return {
    examples: ranks.length,
    perSlot: perSlot({ ranks, reference, index }, resampling),
    perExample: {
      pearson: meanCorrelation(means(columns.pearson, [-1, 1]), columns.pearson),
      spearman: meanCorrelation(means(columns.spearman, [-1, 1]), columns.spearman),
    },
    footrule: means(columns.footrule, [0, Infinity]),
    randomFootrule:
      ranks.length === 0 ? undefined : pairs.reduce((sum, { other }) => sum + randomFootrule(other), 0) / ranks.length,
    setOverlap: means(columns.setOverlap, [0, 1]),
  };
}

function checkRanks(ranks: readonly (readonly number[])[], reference: readonly (readonly number[])[]): void {
  checkCount('reference', reference.length, ranks.length, 'examples');
  for (const [example, own] of ranks.entries()) {
    const other = reference[example] ?? [];
    checkCount(`reference[${example}]`, other.length, own.length, 'candidates');
    for (const rank of [...own, ...other]) {
      if (Number.isFinite(rank)) continue;
      throw new InvalidArgumentError({ parameter: `ranks[${example}]`, value: rank, message: 'expected a number.' });
    }
  }
}

function checkCount(parameter: string, value: number, expected: number, what: string): void {
  if (value === expected) return;
  throw new InvalidArgumentError({
    parameter,
    value,
    message: `expected those of the same ${expected} ${what}.`,
  });
}

/** A column of one number an example, summed over the examples of each prompt; NaN is left out. */
function sumsByPrompt(column: readonly number[], index: PromptIndex): Ratio {
  return {
    sums: sumByPrompt(index, (example) => known(column[example]) ?? 0),
    counts: sumByPrompt(index, (example) => (known(column[example]) === undefined ? 0 : 1)),
  };
}

function known(value = Number.NaN): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}

function meanCorrelation(mean: Interval | undefined, each: readonly number[]): MeanCorrelation {
  const numbers = each.map(known);
  return { mean, each: numbers, constant: numbers.flatMap((value, place) => (value === undefined ? [place] : [])) };
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
  {
    ranks,
    reference,
    index,
  }: {
    readonly ranks: readonly (readonly number[])[];
    readonly reference: readonly (readonly number[])[];
    readonly index: PromptIndex;
  },
  options: ResampleOptions,
): RankAgreement['perSlot'] {
  const slots = ranks[0]?.length ?? 0;
  if (ranks.some(({ length }) => length !== slots)) return undefined;
  const columns = Array.from({ length: slots }, (_, slot) => {
    return new PairedColumn(
      ranks.map((row) => row[slot] ?? 0),
      reference.map((row) => row[slot] ?? 0),
    );
  });
  const all = new Float64Array(ranks.length).fill(1);
  const result = (kind: 'pearson' | 'spearman', mean: Interval | undefined) =>
    meanCorrelation(
      mean === undefined || Number.isNaN(mean.value) ? undefined : mean,
      columns.map((column) => column.correlations(all)[kind] ?? Number.NaN),
    );
  const [pearson, spearman] = bootstrapFigures(
    index.prompts,
    (ofPrompts) => {
      const weights = Float64Array.from(index.promptOf, (prompt) => ofPrompts[prompt] ?? 0);
      const each = columns.map((column) => column.correlations(weights));
      const mean = (kind: 'pearson' | 'spearman') => {
        const given = each.flatMap((correlations) => correlations[kind] ?? []);
        return given.reduce((sum, value) => sum + value, 0) / given.length;
      };
      return [mean('pearson'), mean('spearman')];
    },
    { ...options, range: [-1, 1] },
  );
  return { pearson: result('pearson', pearson), spearman: result('spearman', spearman) };
}

/**
 * Two columns of ranks. Examples with the same two ranks are counted together, since there are few different ones; and what
 * resamples have in common is prepared, since there are thousands of them.
 */
class PairedColumn {
  /** By example, which pair of ranks it has. */
  readonly #cellOf: Int32Array;
  /** By pair, the places of its two ranks among the different ranks of each side, which are in order. */
  readonly #placeOf: readonly [own: Int32Array, other: Int32Array];
  readonly #ranks: readonly [own: Float64Array, other: Float64Array];
  readonly #counts: Float64Array;
  readonly #cellValues: readonly [own: Float64Array, other: Float64Array];

  constructor(own: readonly number[], other: readonly number[]) {
    const sides = [own, other].map((ranks) => Float64Array.from(new Set(ranks)).toSorted()) as [
      Float64Array,
      Float64Array,
    ];
    const places = sides.map((ranks) => new Map(Array.from(ranks, (rank, place) => [rank, place])));
    const cells = new Map<number, number>();
    const placeOf: [number[], number[]] = [[], []];
    this.#cellOf = Int32Array.from(own, (rank, example) => {
      const [row, column] = [places[0]?.get(rank) ?? 0, places[1]?.get(other[example] ?? 0) ?? 0];
      const key = row * sides[1].length + column;
      const cell = cells.get(key) ?? cells.size;
      if (cell === cells.size) {
        cells.set(key, cell);
        placeOf[0].push(row);
        placeOf[1].push(column);
      }
      return cell;
    });
    this.#placeOf = [Int32Array.from(placeOf[0]), Int32Array.from(placeOf[1])];
    this.#ranks = sides;
    this.#counts = new Float64Array(cells.size);
    this.#cellValues = [new Float64Array(cells.size), new Float64Array(cells.size)];
  }

  correlations(weights: PromptWeights): { pearson: number | undefined; spearman: number | undefined } {
    const [cellOf, counts] = [this.#cellOf, this.#counts];
    counts.fill(0);
    for (let example = 0; example < cellOf.length; example++) {
      const cell = cellOf[example] ?? 0;
      counts[cell] = (counts[cell] ?? 0) + (weights[example] ?? 0);
    }
    const ranksOfRanks = [0, 1].map((side) => this.#meanRanks(side as 0 | 1)) as [Float64Array, Float64Array];
    return { pearson: this.#correlation(this.#ranks), spearman: this.#correlation(ranksOfRanks) };
  }

  /** The ranks of the ranks of a side, where equal ones share the mean. */
  #meanRanks(side: 0 | 1): Float64Array {
    const [placeOf, counts] = [this.#placeOf[side], this.#counts];
    const sizes = new Float64Array(this.#ranks[side].length);
    for (let cell = 0; cell < counts.length; cell++) {
      const place = placeOf[cell] ?? 0;
      sizes[place] = (sizes[place] ?? 0) + (counts[cell] ?? 0);
    }
    let before = 0;
    for (let place = 0; place < sizes.length; place++) {
      const size = sizes[place] ?? 0;
      sizes[place] = before + (size + 1) / 2;
      before += size;
    }
    return sizes;
  }

  /** @param values those of the different ranks of each side. */
  #correlation([ownValues, otherValues]: readonly [Float64Array, Float64Array]): number | undefined {
    const [ownPlaces, otherPlaces] = this.#placeOf;
    const [own, other] = this.#cellValues;
    for (let cell = 0; cell < own.length; cell++) {
      own[cell] = ownValues[ownPlaces[cell] ?? 0] ?? 0;
      other[cell] = otherValues[otherPlaces[cell] ?? 0] ?? 0;
    }
    return weightedCorrelation(own, other, this.#counts);
  }
}
