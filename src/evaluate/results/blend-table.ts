import { type ResampleSettings, type Verdict, winRate, type WinRow } from '../../statistics/index.ts';
import type { OutcomeJudgement } from '../run/judge-blends.ts';
import { type Cell, type Column, type Table, type TableRow, toCell } from '../tables/table.ts';
import type { BlendOutcome } from '../run/blend-outcomes.ts';
import type { Case } from './cases.ts';
import { type EvaluatedExample, isAnswered, type MeasuredBlend, type Metrics } from './evaluated-example.ts';
import { type CaseColumn, meanFigures, Prompts, settingsForRows, tiedColumns } from './figures.ts';
import { outcomeOf } from './ranker-view.ts';

/** What using a blend in one way gave for one example. */
interface Given {
  readonly characters: number;
  readonly metrics: Metrics;
}

/** One way to use a blend, over all examples. */
export interface OutcomeColumn {
  readonly name: string;
  readonly kind: BlendOutcome['kind'] | 'baseline' | 'oracle';
  readonly blend: string;
  /** By example; undefined where the blend failed. */
  readonly given: readonly (readonly Given[] | undefined)[];
}

/** An example of a run of blends, without what the figures do not need. */
export interface BlendCase {
  readonly id: string;
  readonly prompt: string;
  readonly category: string | undefined;
  readonly blends: Readonly<Record<string, MeasuredBlend>>;
  readonly judges: Readonly<Record<string, OutcomeJudgement>>;
  /** The candidates of the data, where the blends were given them; undefined where they generated their own. */
  readonly given: Case | undefined;
}

/** The case of an example. */
export function toBlendCase(
  { id, prompt, category, blends, blendJudges }: EvaluatedExample,
  given?: Case | undefined,
): BlendCase {
  const answered = <ANSWER extends object>(all: Readonly<Record<string, ANSWER | { readonly error: string }>>) =>
    Object.fromEntries(Object.entries(all).filter((entry): entry is [string, ANSWER] => isAnswered(entry[1])));
  return { id, prompt, category, blends: answered(blends), judges: answered(blendJudges), given };
}

/** The outcomes of all blends, and for each blend what chance and length would choose of its candidates. */
export function outcomeColumns(cases: readonly BlendCase[], blends: readonly string[], metrics: readonly string[]) {
  return blends.flatMap((blend): readonly OutcomeColumn[] => {
    const own = cases.map(({ blends: all }) => all[blend]);
    const keys = [...new Set(own.flatMap((answer) => answer?.outcomes.map(({ key }) => key) ?? []))];
    const candidatesOf = (choose: (candidates: readonly Given[]) => readonly Given[]) =>
      own.map((answer) => answer && choose(answer.candidates.map(({ text }) => givenOf(answer, text))));
    return [
      ...keys.map((key): OutcomeColumn => {
        const kind = own.flatMap((answer) => answer?.outcomes.find((one) => one.key === key) ?? [])[0]?.kind ?? 'kept';
        return {
          name: key,
          kind,
          blend,
          given: own.map((answer) => {
            const outcome = answer?.outcomes.find((one) => one.key === key);
            return answer && outcome && [givenOf(answer, outcome.text)];
          }),
        };
      }),
      { name: `${blend}: random candidate`, kind: 'baseline', blend, given: candidatesOf((all) => all) },
      {
        name: `${blend}: longest candidate`,
        kind: 'baseline',
        blend,
        given: candidatesOf((all) => bestBy(all, ({ characters }) => characters)),
      },
      ...metrics.map((metric): OutcomeColumn => ({
        name: `${blend}: oracle by ${metric}`,
        kind: 'oracle',
        blend,
        given: candidatesOf((all) => bestBy(all, (one) => one.metrics[metric] ?? Number.NEGATIVE_INFINITY)),
      })),
    ];
  });
}

function givenOf({ texts }: MeasuredBlend, place: number): Given {
  const { characters = 0, metrics = {} } = texts[place] ?? {};
  return { characters, metrics };
}

function bestBy(all: readonly Given[], scoreOf: (one: Given) => number): readonly Given[] {
  const best = Math.max(...all.map(scoreOf));
  return all.filter((one) => scoreOf(one) === best);
}

const GIVEN_CAPTION =
  'The candidates are those of the data. single: the answers of a model. Random is the expectation, not a draw; an oracle knows the result. Fused texts are in no comparison of the data and have no score there, so they have only figures that were computed for them.';

/** What the outcomes of blends are worth by metrics, and by judges. */
export function blendTable({
  cases,
  columns: outcomes,
  metrics,
  judges,
  circular,
  settings,
}: {
  readonly cases: readonly BlendCase[];
  readonly columns: readonly OutcomeColumn[];
  readonly metrics: readonly Column[];
  /** Names of the judges of the run. */
  readonly judges: readonly string[];
  /** Judges that also rank in a blend. */
  readonly circular: ReadonlySet<string>;
  readonly settings: ResampleSettings;
}): Table {
  const prompts = new Prompts(cases);
  const cells = outcomes.map((): Record<string, Cell> => ({}));
  const columns: Column[] = [
    ...metrics,
    {
      key: 'characters',
      label: 'Characters',
      about: 'Mean length of the answer.',
      better: 'neither',
      form: 'number',
      digits: 0,
      range: [0, Infinity],
    },
  ];
  for (const column of columns) {
    const values = outcomes.map((outcome) => valuesOf(outcome, column.key));
    const figures = meanFigures(values, { prompts, ...column, isShare: column.form === 'share', settings });
    const compared = outcomes.flatMap(({ kind }, index) => (kind === 'oracle' ? [] : [index]));
    const found =
      column.better === 'neither'
        ? undefined
        : tiedColumns(
            compared.map((index) => ({ values: values[index] ?? new Float64Array() })),
            { prompts, better: column.better, settings },
          );
    for (const [index, figure] of figures.entries()) {
      const own = cells[index];
      if (figure === undefined || own === undefined) continue;
      const place = compared.indexOf(index);
      const isBest = found !== undefined && place === found.best;
      const isTied = found !== undefined && place !== -1 && found.tied.has(place);
      own[column.key] = toCell(figure, isBest ? 'best' : isTied ? 'tied' : null);
    }
  }
  for (const judge of judges) {
    const key = `winRate:${judge}`;
    const note = circular.has(judge) ? ' The judge also ranks in the blend, so this figure is circular.' : '';
    columns.push(
      {
        key,
        label: `Win rate by ${judge}${circular.has(judge) ? ' (circular)' : ''}`,
        about: `Share of comparisons with the other outcomes that this one wins by ${judge}, ties half.${note}`,
        better: 'higher',
        form: 'share',
      },
      {
        key: `lengthControlled:${judge}`,
        label: `Length-controlled by ${judge}`,
        about: `The same at equal length.${note}`,
        better: 'higher',
        form: 'share',
      },
    );
    const verdicts = outcomeVerdicts(cases, judge);
    for (const [index, { name, kind }] of outcomes.entries()) {
      const own = cells[index];
      if (own === undefined || kind === 'baseline' || kind === 'oracle') continue;
      const rows = verdicts.flatMap((verdict) => rowOf(verdict, name));
      const found = winRate(rows, settingsForRows(settings, rows.length));
      if (found === undefined) continue;
      own[key] = toCell(found.winRate);
      if (found.lengthControlled !== undefined) own[`lengthControlled:${judge}`] = toCell(found.lengthControlled);
    }
  }
  return {
    id: 'outcomes',
    title: 'What a blend gives, and what it would give without fusing',
    caption: `${cases.some(({ given }) => given !== undefined) ? GIVEN_CAPTION : 'single: one answer of a model.'} best candidate: the first by the ranker of the blend. fused: the fused text in any case. kept: the answer of the blend, which is the better of these two by its own check. Where nothing was fused, the best candidate counts.`,
    columns,
    rows: outcomes.map(({ name, kind, given }, index): TableRow => ({
      name,
      group: kind,
      n: given.filter((one = []) => one.length > 0).length,
      cells: cells[index] ?? {},
    })),
  };
}

function valuesOf({ given }: OutcomeColumn, key: string): Float64Array {
  return Float64Array.from(given, (texts) => {
    const values = (texts ?? []).map((one) =>
      key === 'characters' ? one.characters : (one.metrics[key] ?? Number.NaN),
    );
    return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
  });
}

/** Verdicts of a judge on the outcomes of each example; the same text under two names is a tie. */
function outcomeVerdicts(cases: readonly BlendCase[], judge: string): readonly Verdict[] {
  return cases.flatMap(({ prompt, judges, blends }) => {
    const judgement = Object.entries(judges).find(([name]) => name.startsWith(`${judge} of `))?.[1];
    if (judgement === undefined) return [];
    const names = Object.keys(judgement.texts);
    const lengthOf = (name: string) => {
      for (const blend of Object.values(blends)) {
        const outcome = blend.outcomes.find(({ key }) => key === name);
        if (outcome !== undefined) return blend.texts[outcome.text]?.characters;
      }
      return undefined;
    };
    return names.flatMap((left, index) =>
      names.slice(index + 1).flatMap((right): readonly Verdict[] => {
        const [one, other] = [judgement.texts[left], judgement.texts[right]];
        const lengths = { leftLength: lengthOf(left), rightLength: lengthOf(right) };
        if (one === other) return [{ prompt, left, right, outcome: 'tie', ...lengths }];
        const found = judgement.comparisons.find(
          (compared) =>
            (compared.left === one && compared.right === other) || (compared.left === other && compared.right === one),
        );
        const outcome = found && outcomeOf(found.left === one ? found : { ...found, logit: negative(found.logit) });
        return outcome === undefined ? [] : [{ prompt, left, right, outcome, ...lengths }];
      }),
    );
  });
}

function negative(value: number | null): number | null {
  return value === null ? null : -value;
}

function rowOf({ prompt, left, right, outcome, leftLength, rightLength }: Verdict, name: string): readonly WinRow[] {
  if (left !== name && right !== name) return [];
  const points = outcome === 'left' ? 1 : outcome === 'right' ? 0 : 0.5;
  return left === name
    ? [{ prompt, points, ownLength: leftLength, otherLength: rightLength }]
    : [{ prompt, points: 1 - points, ownLength: rightLength, otherLength: leftLength }];
}

/** The columns of a figure, by the names of the rows, for tests between rows. */
export function outcomeValues(columns: readonly OutcomeColumn[], key: string): ReadonlyMap<string, CaseColumn> {
  return new Map(columns.map((column) => [column.name, { values: valuesOf(column, key) }]));
}
