import { rankAgreement, type RankAgreementOptions } from '../../measures/index.ts';
import type { ResampleSettings } from '../../statistics/index.ts';
import { type Cell, type Column, plainCell, type Table, type TableRow, toCell } from '../tables/table.ts';
import type { Case } from './cases.ts';
import { modelsOf, type Policy, RANDOM } from './policies.ts';
import type { Pause } from './summary-progress.ts';

const CORRELATION = { better: 'higher', form: 'number', digits: 4 } as const;

const COLUMNS: readonly Column[] = [
  {
    key: 'pearson',
    label: 'Pearson',
    about:
      'As in the paper: for each model the correlation of its ranks over the examples, mean over models. Only where all examples have the same models.',
    ...CORRELATION,
  },
  { key: 'spearman', label: 'Spearman', about: 'The same of the ranks of these ranks.', ...CORRELATION },
  {
    key: 'footrule',
    label: 'Footrule',
    about: 'Sum of the distances of ranks in an example, mean over examples; 0 is best.',
    better: 'lower',
    form: 'number',
  },
  {
    key: 'examplePearson',
    label: 'Pearson in examples',
    about: 'The correlation over the candidates of each example, mean over examples.',
    ...CORRELATION,
  },
  {
    key: 'exampleSpearman',
    label: 'Spearman in examples',
    about: 'The same with mean ranks for ties.',
    ...CORRELATION,
  },
  {
    key: 'setOverlap',
    label: 'Overlap',
    about:
      'Overlap (Jaccard) of the best k by both, mean over all k and over examples. Of equal ranks the first candidate comes first, as in the original.',
    ...CORRELATION,
  },
];

/** How rankings agree with the reference ranks, in the form of the paper's Table 3. Undefined without longer rankings. */
export async function agreementTable({
  cases,
  policies,
  settings,
  pause,
}: {
  readonly cases: readonly Case[];
  readonly policies: readonly Policy[];
  readonly settings: ResampleSettings;
  readonly pause: Pause;
}): Promise<Table | undefined> {
  const ranked = cases.filter(
    ({ gold, candidates }) => candidates.length > 2 && gold?.ranks.every((rank) => !Number.isNaN(rank)) === true,
  );
  if (ranked.length === 0) return undefined;
  const models = modelsOf(ranked);
  const rows: TableRow[] = [];
  for (const policy of policies) {
    await pause(`Agreement of ${policy.name}`);
    const row =
      policy.name === RANDOM.name ? randomRow(ranked, models, settings) : rowOf(policy, ranked, models, settings);
    if (row !== undefined) rows.push(row);
  }
  const expected = rows.find(({ name }) => name === 'random')?.cells['footrule']?.value;
  return {
    id: 'agreement',
    title: 'How rankings agree with the reference',
    caption: `A random order has a footrule of ${expected?.toFixed(2) ?? 'unknown'} here, and correlations of 0.`,
    columns: COLUMNS.filter(({ key }) => rows.some(({ cells }) => cells[key] !== undefined)),
    rows,
  };
}

function rowOf(
  policy: Policy,
  ranked: readonly Case[],
  models: readonly string[],
  settings: ResampleSettings,
): TableRow | undefined {
  const known = ranked.flatMap((example) => {
    const ranks = policy.ranks?.(example);
    return ranks === undefined ? [] : [{ ranks, example }];
  });
  if (known.length === 0) return undefined;
  return toRow(policy, {
    ranks: known.map(({ ranks, example }) => inOrder(ranks, example, models)),
    reference: known.map(({ example }) => inOrder(example.gold?.ranks ?? [], example, models)),
    areModels: haveSameModels(ranked, models),
    settings: { ...settings, prompts: known.map(({ example }) => example.prompt) },
  });
}

/** Ranks by model, in one order for all examples, where all have the same models; else as they are. */
function inOrder(ranks: readonly number[], example: Case, models: readonly string[]): readonly number[] {
  if (!hasAll(example, models)) return ranks;
  const own = example.candidates.map(({ model }) => model);
  return models.map((model) => ranks[own.indexOf(model)] ?? Number.NaN);
}

/** Whether a place among the ranks is one model throughout: of other models in each example, places have nothing in common. */
function haveSameModels(cases: readonly Case[], models: readonly string[]): boolean {
  return models.length === 0 || cases.every((example) => hasAll(example, models));
}

/** Whether an example has one answer of each model, and no other. */
function hasAll({ candidates }: Case, models: readonly string[]): boolean {
  const own = new Set(candidates.map(({ model }) => model));
  return candidates.length === models.length && models.every((model) => own.has(model));
}

function toRow(
  { name, group }: Pick<Policy, 'name' | 'group'>,
  {
    ranks,
    reference,
    areModels,
    settings,
  }: {
    ranks: readonly (readonly number[])[];
    reference: readonly (readonly number[])[];
    /** Whether each place belongs to one model. */
    areModels: boolean;
    settings: RankAgreementOptions;
  },
): TableRow {
  const { perSlot: byPlace, perExample, footrule, setOverlap } = rankAgreement(ranks, reference, settings);
  const perSlot = areModels ? byPlace : undefined;
  const figures = {
    pearson: perSlot?.pearson.mean,
    spearman: perSlot?.spearman.mean,
    footrule,
    examplePearson: perExample.pearson.mean,
    exampleSpearman: perExample.spearman.mean,
    setOverlap,
  };
  const constant = perSlot?.pearson.constant.length ?? 0;
  return {
    name,
    group,
    n: ranks.length,
    cells: Object.fromEntries(
      Object.entries(figures).flatMap(([key, figure]): readonly [string, Cell][] =>
        figure === undefined ? [] : [[key, toCell(figure)]],
      ),
    ),
    ...(constant === 0 ? {} : { note: `${constant} of the models have one rank throughout and no correlation` }),
  };
}

function randomRow(cases: readonly Case[], models: readonly string[], settings: ResampleSettings): TableRow {
  const reference = cases.map((example) => inOrder(example.gold?.ranks ?? [], example, models));
  const areAlike =
    haveSameModels(cases, models) && cases.every(({ candidates }) => candidates.length === cases[0]?.candidates.length);
  const expected = rankAgreement(reference, reference, { ...settings, resamples: 100 }).randomFootrule ?? Number.NaN;
  const zero = plainCell(0, cases.length);
  return {
    name: 'random',
    group: 'baseline',
    n: cases.length,
    cells: {
      ...(areAlike ? { pearson: zero, spearman: zero } : {}),
      footrule: plainCell(expected, cases.length),
      examplePearson: zero,
      exampleSpearman: zero,
    },
  };
}
