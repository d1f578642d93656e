import { type Encounter, WIN_RULES, type WinRule } from '../../measures/index.ts';
import { leftPoints, type Outcome, type ResampleSettings, type WinRate, winRateOf } from '../../statistics/index.ts';
import { type Column, plainCell, type Table, type TableRow, toCell } from '../tables/table.ts';
import type { Case } from './cases.ts';
import { meanFigures, Prompts, settingsForRows, tiedColumns } from './figures.ts';
import { type Policy, RANDOM } from './policies.ts';
import type { Pause } from './summary-progress.ts';

/** A column whose figure is the mean over examples of a number for the chosen candidate. */
export interface ChoiceColumn extends Column {
  /** NaN where there is none. */
  readonly valueOf: (example: Case, pick: number) => number;
  /** Of how many verdicts that number is a share. @default 1 */
  readonly rowsOf?: (example: Case, pick: number) => number;
}

/** What the table of choices is made of. */
export interface ChoiceTableOptions {
  readonly cases: readonly Case[];
  readonly policies: readonly Policy[];
  /** Whether reference ranks are those of verdicts (GPT-Rank) or of preferences. */
  readonly goldKind: 'verdicts' | 'preferences' | undefined;
  /** Models that all are held against. */
  readonly against: readonly string[];
  readonly metrics: readonly Column[];
  /** The K of the columns `top…`. */
  readonly ks: readonly number[];
  readonly settings: ResampleSettings;
  readonly pause: Pause;
}

/**
 * What choosing a candidate in several ways gives: for each policy the mean rank of its choices, how often they are among
 * the best K, how often they win, and their figures by each metric. In the form of the paper's Table 2.
 */
export async function choiceTable(options: ChoiceTableOptions): Promise<Table> {
  const { cases, policies, settings, pause } = options;
  const prompts = new Prompts(cases);
  const picks = policies.map(({ picks: picksOf }) => cases.map(picksOf));
  const columns = choiceColumns(options);
  const cells = policies.map((): Record<string, TableRow['cells'][string]> => ({}));
  for (const column of columns) {
    await pause(column.label);
    const values = picks.map((chosen) => expectedValues(cases, chosen, column.valueOf));
    const rows = picks.map((chosen) => countRows(cases, chosen, column));
    const figures = meanFigures(values, { prompts, ...column, isShare: column.form === 'share', rows, settings });
    const standing = standingOf(values, { column, policies, prompts, settings });
    for (const [index, figure] of figures.entries()) {
      const own = cells[index];
      if (figure !== undefined && own !== undefined) own[column.key] = toCell(figure, standing(index));
    }
  }
  const winColumns = options.goldKind === undefined ? [] : WIN_COLUMNS;
  const wins: (WinRate | undefined)[] = [];
  for (const [index, { name }] of policies.entries()) {
    await pause(`Win rate of ${name}`);
    const isKnown = name !== RANDOM.name && options.goldKind !== undefined;
    wins.push(isKnown ? winsOf(cases, picks[index] ?? [], settings) : undefined);
  }
  for (const [index, found] of wins.entries()) {
    const own = cells[index];
    if (found === undefined || own === undefined) continue;
    own['winRate'] = toCell(found.winRate);
    if (found.lengthControlled !== undefined) own['lengthControlled'] = toCell(found.lengthControlled);
    if (found.ownLonger !== undefined) own['longer'] = plainCell(found.ownLonger, found.winRate.prompts);
  }
  return {
    id: 'choices',
    title: 'What is chosen, and what it is worth',
    caption: captionOf(options),
    columns: [...columns.map(plainColumn), ...winColumns],
    rows: policies.map(({ name, group }, index) => ({
      name,
      group,
      n: (picks[index] ?? []).filter(({ length }) => length > 0).length,
      cells: cells[index] ?? {},
      ...noteOf(wins[index]),
    })),
  };
}

/** The column without what makes its figures. */
export function plainColumn(column: ChoiceColumn): Column {
  const { valueOf: _, rowsOf: __, ...plain } = column;
  return plain;
}

/** For each case the mean over what may be chosen; NaN where nothing is. */
export function expectedValues(
  cases: readonly Case[],
  chosen: readonly (readonly number[])[],
  valueOf: ChoiceColumn['valueOf'],
): Float64Array {
  return Float64Array.from(cases, (example, index) => {
    let [sum, count] = [0, 0];
    for (const pick of chosen[index] ?? []) {
      const value = valueOf(example, pick);
      if (Number.isNaN(value)) continue;
      sum += value;
      count += 1;
    }
    return count === 0 ? Number.NaN : sum / count;
  });
}

/** Of how many verdicts the values of a column are means. */
function countRows(
  cases: readonly Case[],
  chosen: readonly (readonly number[])[],
  { valueOf, rowsOf = () => 1 }: ChoiceColumn,
): number {
  let rows = 0;
  for (const [index, example] of cases.entries()) {
    for (const pick of chosen[index] ?? []) if (!Number.isNaN(valueOf(example, pick))) rows += rowsOf(example, pick);
  }
  return rows;
}

/** Oracles win by definition, so they are not among what may be the best. */
function standingOf(
  values: readonly Float64Array[],
  {
    column,
    policies,
    prompts,
    settings,
  }: { column: Column; policies: readonly Policy[]; prompts: Prompts; settings: ResampleSettings },
): (index: number) => 'best' | 'tied' | null {
  const { better } = column;
  if (better === 'neither') return () => null;
  const compared = policies.flatMap(({ group }, index) => (group === 'oracle' ? [] : [index]));
  const found = tiedColumns(
    compared.map((index) => ({ values: values[index] ?? new Float64Array() })),
    { prompts, better, settings },
  );
  return (index) => {
    const place = compared.indexOf(index);
    if (found === undefined || place === -1) return null;
    return place === found.best ? 'best' : found.tied.has(place) ? 'tied' : null;
  };
}

const WIN_COLUMNS: readonly Column[] = [
  {
    key: 'winRate',
    label: 'Win rate',
    about:
      'Share of all verdicts on the choice against another candidate that it wins; ties of either kind count half.',
    better: 'higher',
    form: 'share',
  },
  {
    key: 'lengthControlled',
    label: 'Length-controlled',
    about: 'The win rate as it would be against answers of the same length.',
    better: 'higher',
    form: 'share',
  },
  {
    key: 'longer',
    label: 'Longer',
    about: 'Share of these verdicts on answers of different lengths where the choice is the longer one.',
    better: 'neither',
    form: 'share',
  },
];

/** The columns whose figures are means over examples. */
export function choiceColumns({
  goldKind,
  ks,
  against,
  metrics,
}: Pick<ChoiceTableOptions, 'goldKind' | 'ks' | 'against' | 'metrics'>): readonly ChoiceColumn[] {
  const rankOf = ({ gold }: Case, pick: number) => gold?.ranks[pick] ?? Number.NaN;
  const ranks: readonly ChoiceColumn[] =
    goldKind === undefined
      ? []
      : [
          {
            key: goldKind === 'verdicts' ? 'gptRank' : 'rank',
            label: goldKind === 'verdicts' ? 'GPT-Rank' : 'Mean rank',
            about: 'Mean rank of the choice among all candidates, 1 = best; ties share the better rank.',
            better: 'lower',
            form: 'number',
            range: [1, Infinity],
            valueOf: rankOf,
          },
          ...ks.map((k): ChoiceColumn => ({
            key: `top${k}`,
            label: `Top-${k}`,
            about: `Share of examples where the choice has a rank of at most ${k}.`,
            better: 'higher',
            form: 'share',
            valueOf: (example, pick) => {
              const rank = rankOf(example, pick);
              return Number.isNaN(rank) ? Number.NaN : Number(rank <= k);
            },
          })),
        ];
  const preference: readonly ChoiceColumn[] =
    goldKind === 'preferences'
      ? [
          {
            key: 'preference',
            label: 'Preference',
            about: 'Mean preference of the choice, as it stands in the data.',
            better: 'higher',
            form: 'number',
            digits: 3,
            valueOf: ({ candidates }, pick) => candidates[pick]?.preference ?? Number.NaN,
          },
        ]
      : [];
  return [
    ...preference,
    ...ranks,
    ...(goldKind === undefined ? [] : against.flatMap(againstColumns)),
    ...(goldKind === 'verdicts' ? [BOTH_BAD] : []),
    ...metrics.map((column): ChoiceColumn => ({
      ...column,
      valueOf: ({ candidates }, pick) => candidates[pick]?.metrics[column.key] ?? Number.NaN,
    })),
    {
      key: 'characters',
      label: 'Characters',
      about: 'Mean length of the choice.',
      better: 'neither',
      form: 'number',
      digits: 0,
      range: [0, Infinity],
      valueOf: ({ candidates }, pick) => candidates[pick]?.characters ?? Number.NaN,
    },
  ];
}

const BOTH_BAD: ChoiceColumn = {
  key: 'bothBad',
  label: 'Both bad',
  about: 'Share of the verdicts on the choice that call both answers bad, mean over examples.',
  better: 'lower',
  form: 'share',
  valueOf: (example, pick) => {
    const outcomes = outcomesOf(example, pick);
    return outcomes.length === 0
      ? Number.NaN
      : outcomes.filter((outcome) => outcome === 'both-bad').length / outcomes.length;
  },
  rowsOf: (example, pick) => outcomesOf(example, pick).length,
};

function outcomesOf({ gold, candidates }: Case, pick: number): readonly Outcome[] {
  return candidates.flatMap((_, other) => (other === pick ? [] : (gold?.outcome(pick, other) ?? [])));
}

const RULE_LABELS = {
  printed: (model) => `≥ ${model} (as printed)`,
  corrected: (model) => `Beats ${model} (corrected)`,
  'half-tie': (model) => `Beats ${model} (ties half)`,
} as const satisfies Record<WinRule, (model: string) => string>;

const RULE_MEANINGS = {
  printed: 'a win and ties of either kind count 1, the own answer of that model 0',
  corrected: 'a win counts 1, "both good" and the own answer of that model half, "both bad" 0',
  'half-tie': 'a win counts 1, ties of either kind and the own answer of that model half',
} as const satisfies Record<WinRule, string>;

function againstColumns(model: string): readonly ChoiceColumn[] {
  return (Object.keys(WIN_RULES) as WinRule[]).map((rule) => ({
    key: `${rule}:${model}`,
    label: RULE_LABELS[rule](model),
    about: `Share of examples against the answer of ${model}: ${RULE_MEANINGS[rule]}.`,
    better: 'higher',
    form: 'share',
    valueOf: (example, pick) => {
      const encounter = encounterOf(example, pick, model);
      return encounter === undefined ? Number.NaN : WIN_RULES[rule][encounter];
    },
  }));
}

function encounterOf({ candidates, gold }: Case, pick: number, model: string): Encounter | undefined {
  const other = candidates.findIndex((candidate) => candidate.model === model);
  if (other === pick) return 'same-answer';
  const outcome = other === -1 ? undefined : gold?.outcome(pick, other);
  return outcome === 'left' ? 'win' : outcome === 'right' ? 'loss' : outcome;
}

/** The choices against all other candidates of their examples. */
function winsOf(
  cases: readonly Case[],
  chosen: readonly (readonly number[])[],
  settings: ResampleSettings,
): WinRate | undefined {
  const [prompts, points, longer, weights]: [string[], number[], number[], number[]] = [[], [], [], []];
  for (const [index, { prompt, candidates, gold }] of cases.entries()) {
    const picks = chosen[index] ?? [];
    for (const pick of picks) {
      for (const [place, { characters }] of candidates.entries()) {
        const outcome = place === pick ? undefined : gold?.outcome(pick, place);
        if (outcome === undefined) continue;
        prompts.push(prompt);
        points.push(leftPoints(outcome));
        longer.push((candidates[pick]?.characters ?? 0) - characters);
        weights.push(1 / picks.length);
      }
    }
  }
  const columns = {
    prompts,
    points: Float64Array.from(points),
    longer: Float64Array.from(longer),
    weights: Float64Array.from(weights),
  };
  return winRateOf(columns, settingsForRows(settings, points.length));
}

const LENGTH_NOTES = {
  'no-lengths': undefined,
  'equal-differences': undefined,
  'always-longer': 'always the longer answer, so that the length-controlled rate is an extrapolation',
  'always-shorter': 'always the shorter answer, so that the length-controlled rate is an extrapolation',
} as const;

function noteOf(wins: WinRate | undefined): { readonly note?: string } {
  const note = wins?.lengthNote === undefined ? undefined : LENGTH_NOTES[wins.lengthNote];
  return note === undefined ? {} : { note };
}

function captionOf({ goldKind }: ChoiceTableOptions): string {
  const decides =
    goldKind === 'verdicts'
      ? 'Ranks are by wins less losses of the verdicts on pairs, as GPT-Rank of LLM-Blender.'
      : goldKind === 'preferences'
        ? 'Ranks are by the preferences in the data.'
        : 'Nothing in the data says which answers are better; there are metrics alone.';
  return `${decides} Random is the expectation, not a draw; of equal choices the mean counts. An oracle knows the result.`;
}
