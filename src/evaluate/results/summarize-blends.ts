import type { ResampleSettings } from '../../statistics/index.ts';
import type { Column, Table } from '../tables/table.ts';
import { type BlendCase, blendTable, outcomeColumns, type OutcomeColumn, outcomeValues } from './blend-table.ts';
import { choiceColumns, type ChoiceTableOptions, plainColumn } from './choice-table.ts';
import { compareRows } from './compare-rows.ts';
import { Prompts } from './figures.ts';
import { givenRows } from './given-rows.ts';
import type { EvaluationResults } from './results-schema.ts';
import type { Pause } from './summary-progress.ts';

const MIN_CATEGORY = 5;

/** The figures by which candidates are compared where the data say which are better. */
const OF_DATA: ReadonlySet<string> = new Set(['gptRank', 'preference']);

/** All figures of an evaluation of blends, from cases alone. */
export async function summarizeBlends({
  cases,
  blends,
  metrics,
  judges,
  circular,
  settings,
  given,
  pause,
}: {
  readonly cases: readonly BlendCase[];
  readonly blends: readonly string[];
  readonly metrics: readonly Column[];
  readonly judges: readonly string[];
  readonly circular: ReadonlySet<string>;
  readonly settings: ResampleSettings;
  /** How candidates of the data are judged by the data; undefined where the blends generated their own. */
  readonly given: Pick<ChoiceTableOptions, 'goldKind' | 'against' | 'ks'> | undefined;
  readonly pause: Pause;
}): Promise<Pick<EvaluationResults, 'blends' | 'baselines' | 'tables' | 'categories' | 'comparisons'>> {
  const oracles = metrics.filter(({ better }) => better === 'higher').map(({ key }) => key);
  const ofData = given && choiceColumns({ ...given, metrics }).filter(({ key }) => key !== 'characters');
  const shown: readonly Column[] = ofData?.map(plainColumn) ?? metrics;
  const tablesOf = (own: readonly BlendCase[]) => {
    const columns =
      ofData === undefined
        ? outcomeColumns(own, blends, oracles)
        : givenRows(own, blends, { columns: ofData, oracles });
    const table = blendTable({ cases: own, columns, metrics: shown, judges, circular, settings });
    return { columns, tables: [table, decisionTable(own, blends, metrics)] };
  };
  const { columns, tables } = tablesOf(cases);
  const rows = tables[0]?.rows ?? [];
  const named = (label: string, isWanted: (group: string) => boolean) =>
    rows
      .filter(({ group }) => isWanted(group))
      .map(({ name, n, cells, group }) => ({ [label]: name, kind: group, n, ...cells }));
  const isBaseline = (group: string) => group === 'baseline' || group === 'oracle' || group === 'single';
  const byCategory = [...Map.groupBy(cases, ({ category }) => category)];
  const categories: EvaluationResults['categories'][number][] = [];
  for (const [category, own] of byCategory.length < 2 ? [] : byCategory) {
    if (category === undefined || own.length < MIN_CATEGORY) continue;
    await pause(category);
    categories.push({ category, examples: own.length, tables: tablesOf(own).tables.slice(0, 1) });
  }
  await pause('Comparisons');
  return {
    blends: named('blend', (group) => !isBaseline(group)),
    baselines: named('baseline', isBaseline),
    tables,
    categories,
    comparisons: [...shown.filter(({ key }) => OF_DATA.has(key)), ...metrics].flatMap(({ key }) =>
      compareRows(given === undefined ? pairsOf(columns) : givenPairs(columns), {
        table: 'outcomes',
        column: key,
        values: outcomeValues(columns, key),
        prompts: new Prompts(cases),
        settings,
      }),
    ),
  };
}

/** What is asked of a blend: does ranking help, does fusing, does keeping the better one. */
function pairsOf(columns: readonly OutcomeColumn[]): readonly (readonly [string, string])[] {
  const blends = [...new Set(columns.map(({ blend }) => blend))];
  const within = blends.flatMap((blend) => {
    const names = (kind: OutcomeColumn['kind']) =>
      columns.filter((column) => column.blend === blend && column.kind === kind).map(({ name }) => name);
    const [best = ''] = names('best');
    const singles = names('single');
    const [fused, kept] = [names('fused'), names('kept')];
    return [
      ...singles.map((single) => [best, single] as const),
      ...fused.map((name) => [name, best] as const),
      ...kept.map((name) => [name, best] as const),
      ...[...fused, ...kept].flatMap((name) => singles.map((single) => [name, single] as const)),
    ];
  });
  const answers = blends.flatMap(
    (blend) => columns.find((column) => column.blend === blend && column.kind === 'kept')?.name ?? [],
  );
  return [
    ...within,
    ...answers.flatMap((left, index) => answers.slice(index + 1).map((right) => [left, right] as const)),
  ];
}

/** The same of blends of candidates in the data, against what needs no ranker. */
function givenPairs(columns: readonly OutcomeColumn[]): readonly (readonly [string, string])[] {
  const named = (isWanted: (column: OutcomeColumn) => boolean) => columns.filter(isWanted).map(({ name }) => name);
  const baselines = named(({ kind }) => kind === 'baseline');
  const single = baselines.filter((name) => name.startsWith('best single model'));
  const bests = named(({ kind }) => kind === 'best');
  return [
    ...bests.flatMap((best) => baselines.map((baseline) => [best, baseline] as const)),
    ...bests.flatMap((left, index) => bests.slice(index + 1).map((right) => [left, right] as const)),
    ...columns
      .filter(({ kind }) => kind === 'fused' || kind === 'kept')
      .flatMap(({ name, blend }) => {
        const best = named((column) => column.kind === 'best' && column.blend === blend);
        return [...best, ...single].map((other) => [name, other] as const);
      }),
  ];
}

/** How often the fused text was the answer, by the blend's own check. */
function decisionTable(cases: readonly BlendCase[], blends: readonly string[], metrics: readonly Column[]): Table {
  const ks = [
    ...new Set(
      cases.flatMap(({ blends: all }) =>
        Object.values(all).flatMap(({ variants }) => variants.map(({ topK }) => topK)),
      ),
    ),
  ].toSorted((left, right) => left - right);
  const share = { better: 'neither', form: 'share' } as const;
  const metric = metrics.find(({ key }) => hasFusedFigure(cases, key));
  return {
    id: 'decisions',
    title: 'What the blends decided',
    caption:
      'These figures are of the check of the blend itself: the ranker that chose the best candidate also says whether the fused text is better, so they are circular. The metrics above decide.',
    columns: [
      { key: 'fused', label: 'Fused', about: 'Share of examples where something was fused.', ...share },
      { key: 'kept', label: 'Fused kept', about: 'Share of examples where the answer is the fused text.', ...share },
      {
        key: 'probability',
        label: 'Own probability',
        about:
          'Mean probability that the fused text is better than the best candidate, by the ranker of the blend (circular).',
        ...share,
      },
      ...(metric === undefined
        ? []
        : [
            {
              key: 'agreement',
              label: `Right by ${metric.label}`,
              about: `Of examples where ${metric.label} tells the fused text from the best candidate: share where the decision is the one that it gives.`,
              better: 'higher' as const,
              form: 'share' as const,
            },
          ]),
    ],
    rows: blends.flatMap((blend) =>
      ks.map((topK) => {
        const variants = cases.flatMap(({ blends: all }) => {
          const answer = all[blend];
          const variant = answer?.variants.find((one) => one.topK === topK);
          return answer === undefined || variant === undefined ? [] : [{ answer, variant }];
        });
        const n = variants.length;
        const cell = (values: readonly (boolean | number)[]) =>
          values.length === 0
            ? undefined
            : {
                value: values.reduce<number>((sum, value) => sum + Number(value), 0) / values.length,
                low: null,
                high: null,
                prompts: values.length,
                standing: null,
              };
        const right = variants.flatMap(({ answer, variant }) => {
          const best = answer.outcomes.find(({ kind }) => kind === 'best');
          const figureOf = (place: number | undefined | null) =>
            metric === undefined || place === undefined || place === null
              ? undefined
              : answer.texts[place]?.metrics[metric.key];
          const [own, other] = [figureOf(variant.fused), figureOf(best?.text)];
          return own === undefined || other === undefined || own === other
            ? []
            : [(variant.decision === 'fused') === own > other];
        });
        const cells = {
          fused: cell(variants.map(({ variant }) => variant.fused !== null)),
          kept: cell(variants.map(({ variant }) => variant.decision === 'fused')),
          probability: cell(variants.flatMap(({ variant }) => variant.probability ?? [])),
          agreement: cell(right),
        };
        return {
          name: `${blend}, K = ${topK}`,
          group: 'kept',
          n,
          cells: Object.fromEntries(
            Object.entries(cells).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
          ),
        };
      }),
    ),
  };
}

/** Whether a metric has a figure of any fused text. */
function hasFusedFigure(cases: readonly BlendCase[], key: string): boolean {
  return cases.some(({ blends }) =>
    Object.values(blends).some(({ variants, texts }) =>
      variants.some(({ fused }) => fused !== null && texts[fused]?.metrics[key] !== undefined),
    ),
  );
}
