import type { ResampleSettings } from '../../statistics/index.ts';
import type { Table, TableRow } from '../tables/table.ts';
import { agreementTable } from './agreement-table.ts';
import type { Case } from './cases.ts';
import { choiceColumns, choiceTable, type ChoiceTableOptions, expectedValues } from './choice-table.ts';
import { compareRows } from './compare-rows.ts';
import { type CaseColumn, Prompts } from './figures.ts';
import {
  habitsOfData,
  habitsOfRanker,
  modelVerdicts,
  rankDistributions,
  ratingsOf,
  winMatrix,
} from './model-diagnostics.ts';
import { accuracyValues, pairTable } from './pair-table.ts';
import {
  LONGEST,
  metricPolicy,
  metricsOf,
  modelPolicy,
  modelsOf,
  ORACLE,
  type Policy,
  RANDOM,
  rankerPolicy,
  SHORTEST,
} from './policies.ts';
import type { EvaluationResults } from './results-schema.ts';

/** What tables of models and of rankers are made of. */
export interface ChoiceSummaryOptions extends Pick<
  ChoiceTableOptions,
  'against' | 'metrics' | 'ks' | 'goldKind' | 'pause'
> {
  readonly kind: 'models' | 'ranker';
  readonly cases: readonly Case[];
  /** Whether a judge gave the verdicts, and not the data. */
  readonly isJudged: boolean;
  /** Names of the rankers of the run. */
  readonly rankers: readonly string[];
  /** Metrics that look at no reference answer, so that anybody could choose by them. */
  readonly ownMetrics: ReadonlySet<string>;
  readonly settings: ResampleSettings;
}

type Summary = Pick<
  EvaluationResults,
  | 'models'
  | 'rankers'
  | 'baselines'
  | 'tables'
  | 'categories'
  | 'winMatrix'
  | 'ratings'
  | 'rankDistributions'
  | 'calibrations'
  | 'habits'
  | 'comparisons'
>;

/** Fewer examples of a category say nothing. */
const MIN_CATEGORY = 5;

/** All figures of an evaluation of models or rankers, from cases alone. */
export async function summarizeChoices(options: ChoiceSummaryOptions): Promise<Summary> {
  const { kind, cases, rankers, settings, goldKind, pause } = options;
  const policies = policiesOf(options);
  const { tables, calibrations } = await tablesOf(cases, policies, options);
  const verdicts = modelVerdicts(cases);
  const models = modelsOf(cases);
  await pause('Ratings');
  const ratings = goldKind === undefined ? undefined : ratingsOf(verdicts, settings);
  await pause('Habits');
  const habits = [
    ...(goldKind === 'verdicts' && !options.isJudged ? [habitsOfData(cases, settings)] : []),
    ...rankers.map((ranker) => habitsOfRanker(cases, ranker, settings)),
  ].filter((found) => found !== undefined);
  const categories: EvaluationResults['categories'][number][] = [];
  for (const [category, own] of categoriesOf(cases)) {
    const inCategory = { ...options, pause: (figure: string) => pause(`${category}: ${figure}`) };
    categories.push({
      category,
      examples: own.length,
      tables: [...(await tablesOf(own, policies, inCategory)).tables],
    });
  }
  await pause('Comparisons');
  const named = (group: (row: TableRow) => boolean, label: string) => namedRows(tables, group, label);
  const isBaseline = ({ group }: TableRow) => group !== 'model' && group !== 'ranker';
  return {
    ...(kind === 'models'
      ? {
          models: withRatings(
            named(({ group }) => group === 'model', 'model'),
            ratings,
          ),
        }
      : { rankers: named(({ group }) => group === 'ranker', 'ranker') }),
    baselines: [
      ...named(isBaseline, 'baseline'),
      ...(kind === 'ranker'
        ? bestSingle(
            named(({ group }) => group === 'model', 'baseline'),
            goldKind,
          )
        : []),
    ],
    tables,
    categories,
    comparisons: comparisonsOf(cases, policies, options),
    ...(verdicts.length === 0 ? {} : { winMatrix: winMatrix(verdicts, byRating(models, ratings)) }),
    ...(ratings === undefined ? {} : { ratings: plain(ratings) }),
    ...(goldKind === undefined ? {} : { rankDistributions: rankDistributions(cases, policies) }),
    ...(calibrations.length === 0 ? {} : { calibrations: plain(calibrations) }),
    ...(habits.length === 0 ? {} : { habits: plain(habits) }),
  };
}

function policiesOf({
  kind,
  cases,
  rankers,
  goldKind,
  ownMetrics,
  metrics: columns,
}: ChoiceSummaryOptions): readonly Policy[] {
  const models = modelsOf(cases);
  const metrics = metricsOf(cases);
  return [
    ...(kind === 'ranker' ? rankers.map(rankerPolicy) : models.map(modelPolicy)),
    RANDOM,
    LONGEST,
    SHORTEST,
    ...(kind === 'ranker' ? models.map(modelPolicy) : []),
    ...metrics.map((metric) =>
      metricPolicy(metric, {
        group: ownMetrics.has(metric) ? 'baseline' : 'reference metric',
        better: columns.find(({ key }) => key === metric)?.better,
      }),
    ),
    ...(goldKind === undefined ? [] : [ORACLE]),
  ];
}

async function tablesOf(
  cases: readonly Case[],
  policies: readonly Policy[],
  options: ChoiceSummaryOptions,
): Promise<{ readonly tables: Table[]; readonly calibrations: ReturnType<typeof pairTable>['calibrations'] }> {
  const { settings, kind, pause } = options;
  await pause('Accuracy');
  const decided = cases.filter(({ gold }) => gold !== undefined);
  const arePairs = cases.every(({ candidates }) => candidates.length === 2);
  const pairs = kind === 'ranker' && decided.length > 0 ? pairTable({ cases: decided, policies, settings }) : undefined;
  const agreement = kind === 'ranker' ? await agreementTable({ cases: decided, policies, settings, pause }) : undefined;
  const choices =
    kind === 'ranker' && arePairs && modelsOf(cases).length === 0
      ? undefined
      : await choiceTable({
          ...options,
          cases: options.goldKind === undefined ? cases : decided,
          policies: arePairs ? policies.filter(({ group }) => kind === 'models' || group !== 'model') : policies,
        });
  const tables = [pairs?.table, choices, agreement].filter((table) => table !== undefined);
  return {
    tables: arePairs || kind === 'models' ? tables : tables.toSorted(byForm),
    calibrations: pairs?.calibrations ?? [],
  };
}

/** Of pools, what is chosen comes first. */
const ORDER = ['choices', 'agreement', 'pairs'];

function byForm(left: Table, right: Table): number {
  return ORDER.indexOf(left.id) - ORDER.indexOf(right.id);
}

/** Rankers against each other and against the baselines; models against the next ones in the table. */
function comparisonsOf(
  cases: readonly Case[],
  policies: readonly Policy[],
  options: ChoiceSummaryOptions,
): EvaluationResults['comparisons'] {
  const { kind, settings, goldKind } = options;
  const decided = cases.filter(({ gold }) => gold !== undefined);
  if (decided.length === 0) return [];
  const prompts = new Prompts(decided);
  const wanted = policies.filter(({ group }) => group !== 'oracle' && group !== 'reference metric');
  const column = choiceColumns(options).find(
    ({ key }) => key === (goldKind === 'preferences' ? 'preference' : 'gptRank'),
  );
  const choices = new Map(
    column === undefined
      ? []
      : wanted.map(
          ({ name, picks }) => [name, { values: expectedValues(decided, decided.map(picks), column.valueOf) }] as const,
        ),
  );
  const accuracies = new Map(
    kind === 'models'
      ? []
      : wanted.flatMap((policy) =>
          policy.prefers === undefined ? [] : [[policy.name, accuracyValues(decided, policy)] as const],
        ),
  );
  const shared = { prompts, settings };
  const arePairs = decided.every(({ candidates }) => candidates.length === 2);
  return [
    ...compareRows(pairsToCompare([...accuracies.keys()], options), {
      ...shared,
      table: 'pairs',
      column: 'accuracy',
      values: accuracies,
    }),
    ...(column === undefined || (arePairs && kind === 'ranker')
      ? []
      : compareRows(
          kind === 'ranker' ? pairsToCompare([...choices.keys()], options) : neighbours(choices, column.better),
          { ...shared, table: 'choices', column: column.key, values: choices },
        )),
  ];
}

function pairsToCompare(
  names: readonly string[],
  { rankers }: ChoiceSummaryOptions,
): readonly (readonly [string, string])[] {
  return rankers.flatMap((ranker, index) =>
    [...rankers.slice(index + 1), ...names.filter((name) => !rankers.includes(name))].map(
      (other) => [ranker, other] as const,
    ),
  );
}

/** Each row with the one after it, best first. */
function neighbours(
  values: ReadonlyMap<string, CaseColumn>,
  better: 'higher' | 'lower' | 'neither',
): readonly (readonly [string, string])[] {
  const sign = better === 'lower' ? 1 : -1;
  const meanOf = (column: Float64Array) => {
    const known = column.filter((value) => !Number.isNaN(value));
    return known.reduce((sum, value) => sum + value, 0) / known.length;
  };
  const order = [...values]
    .map(([name, { values: column }]) => ({ name, mean: sign * meanOf(column) }))
    .filter(({ mean }) => !Number.isNaN(mean))
    .toSorted((left, right) => left.mean - right.mean)
    .map(({ name }) => name);
  return order.slice(1).map((name, index) => [order[index] ?? '', name] as const);
}

/** The rows of all tables by their names, each with all its figures. */
function namedRows(
  tables: readonly Table[],
  isWanted: (row: TableRow) => boolean,
  label: string,
): NonNullable<EvaluationResults['models']> {
  const rows = new Map<string, Record<string, string | number | TableRow['cells'][string]>>();
  for (const { rows: own, id } of tables) {
    for (const row of own.filter(isWanted)) {
      const known = rows.get(row.name) ?? { [label]: row.name, n: row.n };
      if (id === 'pairs' && rows.has(row.name)) known['pairs'] = row.n;
      // Of a ranker's or a baseline's choices the mean preference is what the pick is worth.
      const pick = label === 'model' || row.cells['preference'] === undefined ? {} : { pick: row.cells['preference'] };
      rows.set(row.name, { ...row.cells, ...pick, ...known });
    }
  }
  return [...rows.values()] as NonNullable<EvaluationResults['models']>;
}

function withRatings(
  rows: NonNullable<EvaluationResults['models']>,
  ratings: ReturnType<typeof ratingsOf>,
): NonNullable<EvaluationResults['models']> {
  return rows.map((row) => {
    const found = ratings?.models.find(({ model }) => model === row['model']);
    if (found === undefined) return row;
    const { value, low, high, prompts } = found.rating;
    return { ...row, rating: { value, low: low ?? null, high: high ?? null, prompts, standing: null } };
  });
}

/** The model that does best over all examples: what a ranker has to beat. Known only in hindsight. */
function bestSingle(
  models: NonNullable<EvaluationResults['models']>,
  goldKind: ChoiceSummaryOptions['goldKind'],
): NonNullable<EvaluationResults['models']> {
  const key = goldKind === 'verdicts' ? 'gptRank' : 'preference';
  const sign = goldKind === 'verdicts' ? 1 : -1;
  const placeOf = (row: (typeof models)[number]) => {
    const figure = row[key];
    return typeof figure === 'object' ? sign * figure.value : Number.POSITIVE_INFINITY;
  };
  const [best] = models.toSorted((left, right) => placeOf(left) - placeOf(right));
  if (best === undefined || !Number.isFinite(placeOf(best))) return [];
  return [{ ...best, baseline: 'best single model', model: String(best['baseline']) }];
}

function byRating(models: readonly string[], ratings: ReturnType<typeof ratingsOf>): readonly string[] {
  const order = ratings?.models.map(({ model }) => model) ?? [];
  return [...order, ...models.filter((model) => !order.includes(model))];
}

function categoriesOf(cases: readonly Case[]): readonly (readonly [string, readonly Case[]])[] {
  const byCategory = Map.groupBy(cases, ({ category }) => category);
  if (byCategory.size < 2) return [];
  return [...byCategory].flatMap(([category, own]) =>
    category === undefined || own.length < MIN_CATEGORY ? [] : [[category, own] as const],
  );
}

/** As JSON has it. */
function plain<VALUE>(value: VALUE): VALUE {
  return JSON.parse(JSON.stringify(value)) as VALUE;
}
