import {
  holmAdjust,
  indexPrompts,
  type McNemarResult,
  mcNemarTest,
  type PairedDifference,
  pairedDifference,
  type PromptIndex,
  type ResampleOptions,
  resampleSettings,
  sharedWeights,
} from '../statistics/index.ts';
import { InvalidArgumentError } from '../error/index.ts';
import type { CaseColumn } from './results/figures.ts';
import { rowValues, type RowValues } from './results/row-values.ts';

/** Options of {@link compareRuns}. */
export interface CompareRunsOptions extends ResampleOptions {
  /** Folders of two runs of the same kind. */
  readonly a: string;
  readonly b: string;
  /** Rows to compare, `A` of the first run and `B` of the second. @default each row that both have */
  readonly rows?: readonly (readonly [a: string, b: string])[] | undefined;
}

/** How one row of a run differs from one of another, on the examples that both have. */
export interface RowDifference {
  readonly a: string;
  readonly b: string;
  /** Name of the figure. */
  readonly figure: string;
  /** Mean of b less that of a, and the test. */
  readonly comparison: PairedDifference;
  /** Corrected for the number of rows that differ in any example, by Holm's method. */
  readonly adjustedPValue: number;
  /** Of figures that are right or wrong; not corrected. */
  readonly mcNemar?: McNemarResult | undefined;
}

/** What two runs have in common, and how they differ. */
export interface RunComparison {
  readonly a: string;
  readonly b: string;
  /** Examples that both have, by id and prompt. */
  readonly shared: number;
  readonly onlyA: number;
  readonly onlyB: number;
  readonly differences: readonly RowDifference[];
}

/**
 * Compares two runs example by example, without a call to a model.
 *
 * @throws InvalidArgumentError where a folder has no run, the runs are of different kinds or have nothing in common.
 */
export async function compareRuns({ a, b, rows, ...options }: CompareRunsOptions): Promise<RunComparison> {
  const settings = resampleSettings(options);
  const [left, right] = [await rowValues(a), await rowValues(b)];
  if (left.kind !== right.kind) {
    throw new InvalidArgumentError({
      parameter: 'b',
      value: b,
      message: `it is a run of evaluate ${right.kind}, and the other of evaluate ${left.kind}.`,
    });
  }
  const places = new Map(right.keys.map((key, place) => [key, place]));
  const shared = left.keys.flatMap((key, place) => {
    const other = places.get(key);
    return other === undefined ? [] : [{ own: place, other, prompt: left.prompts[place] ?? '' }];
  });
  if (shared.length === 0) {
    throw new InvalidArgumentError({ parameter: 'b', value: b, message: `it has no example in common with ${a}.` });
  }
  const pairs =
    rows ?? [...left.rows.keys()].filter((name) => right.rows.has(name)).map((name) => [name, name] as const);
  const differences = pairs.flatMap(([one, other]) => differencesOf(left, right, { one, other, shared, settings }));
  // Corrected for each figure on its own: each is one question asked of several rows.
  const byFigure = Map.groupBy(differences, ({ figure }) => figure);
  return {
    a,
    b,
    shared: shared.length,
    onlyA: left.keys.length - shared.length,
    onlyB: right.keys.length - shared.length,
    differences: [...byFigure.values()].flatMap((own) => {
      // Rows that are the same in every example, as models and baselines are in two runs on the same data, test nothing.
      const tested = own.filter(({ comparison }) => comparison.leftHigher + comparison.rightHigher > 0);
      const adjusted = holmAdjust(tested.map(({ comparison }) => comparison.pValue));
      return own.map((difference) => {
        const adjustedPValue = adjusted[tested.indexOf(difference)] ?? 1;
        return { ...difference, adjustedPValue };
      });
    }),
  };
}

function differencesOf(
  left: RowValues,
  right: RowValues,
  {
    one,
    other,
    shared,
    settings,
  }: {
    one: string;
    other: string;
    shared: readonly { readonly own: number; readonly other: number; readonly prompt: string }[];
    settings: Required<ResampleOptions>;
  },
): readonly RowDifference[] {
  const [own, theirs] = [known(left, one, 'a'), known(right, other, 'b')];
  const index = indexPrompts(shared.map(({ prompt }) => prompt));
  return [...own].flatMap(([figure, values]): readonly RowDifference[] => {
    const others = theirs.get(figure);
    if (others === undefined) return [];
    const [a, b] = [sharedOnly(values, shared, 'own'), sharedOnly(others, shared, 'other')];
    const weights = sharedWeights(a.weights, b.weights);
    const comparison = pairedDifference(b.values, a.values, { ...settings, index, weights });
    if (comparison === undefined) return [];
    const mcNemar = isOneRightOrWrong(a.values, b.values, index) ? mcNemarTest(a.values, b.values) : undefined;
    return [{ a: one, b: other, figure, comparison, adjustedPValue: 1, ...(mcNemar === undefined ? {} : { mcNemar }) }];
  });
}

function known({ rows, folder }: RowValues, name: string, parameter: string): ReadonlyMap<string, CaseColumn> {
  const found = rows.get(name);
  if (found !== undefined) return found;
  throw new InvalidArgumentError({
    parameter,
    value: name,
    message: `${folder} has no such row. It has ${[...rows.keys()].join(', ')}.`,
  });
}

/** Whether each prompt has one row at most, as McNemar's test takes them for independent, and each is right or wrong. */
function isOneRightOrWrong(a: Float64Array, b: Float64Array, { promptOf }: PromptIndex): boolean {
  const rows = Array.from(promptOf, (_, row) => row).filter((row) => !Number.isNaN((a[row] ?? 0) + (b[row] ?? 0)));
  const isBinary = (value = Number.NaN) => value === 0 || value === 1;
  return (
    new Set(rows.map((row) => promptOf[row])).size === rows.length &&
    rows.every((row) => isBinary(a[row]) && isBinary(b[row]))
  );
}

/** A column of the examples that both runs have. */
function sharedOnly(
  { values, weights }: CaseColumn,
  shared: readonly Readonly<Record<'own' | 'other', number>>[],
  side: 'own' | 'other',
): CaseColumn {
  const take = (column: Float64Array) => Float64Array.from(shared, (places) => column[places[side]] ?? Number.NaN);
  return { values: take(values), weights: weights && take(weights) };
}
