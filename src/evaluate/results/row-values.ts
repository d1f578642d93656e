import { InvalidArgumentError } from '../../error/index.ts';
import { type EvaluationKind, readRunRecord } from '../run/run-record.ts';
import { type BlendCase, outcomeColumns, outcomeValues, toBlendCase } from './blend-table.ts';
import { type Case, toCase } from './cases.ts';
import { choiceColumns, expectedValues } from './choice-table.ts';
import type { CaseColumn } from './figures.ts';
import { givenRows } from './given-rows.ts';
import { goldSourceOf } from './gold.ts';
import { readEvaluated } from './join-answers.ts';
import { accuracyValues } from './pair-table.ts';
import { LONGEST, metricsOf, modelPolicy, modelsOf, RANDOM, rankerPolicy } from './policies.ts';

/** The figures of the rows of a run, example by example. */
export interface RowValues {
  readonly folder: string;
  readonly kind: EvaluationKind;
  /** What is the same example in another run has the same key. */
  readonly keys: readonly string[];
  readonly prompts: readonly string[];
  /** By row, then by figure: one number for each example. */
  readonly rows: ReadonlyMap<string, ReadonlyMap<string, CaseColumn>>;
}

/** Reads the figures of a run. @throws InvalidArgumentError where there is none */
export async function rowValues(folder: string): Promise<RowValues> {
  const run = await readRunRecord(folder);
  if (run === undefined) {
    throw new InvalidArgumentError({
      parameter: 'folder',
      value: folder,
      message: 'there is no run of evaluate in it.',
    });
  }
  const { kind, systems } = run;
  const judge = systems.find((system) => system.kind === 'judge')?.name;
  const source = await goldSourceOf(readEvaluated(folder), judge);
  const cases: Case[] = [];
  const blendCases: BlendCase[] = [];
  for await (const example of readEvaluated(folder)) {
    if (kind !== 'blend') cases.push(toCase(example, source));
    else blendCases.push(toBlendCase(example, run.candidates === 'data' ? toCase(example, source) : undefined));
  }
  const own: readonly (Case | BlendCase)[] = kind === 'blend' ? blendCases : cases;
  const blends = systems.filter((system) => system.kind === 'blend').map(({ name }) => name);
  const rankers = systems.filter((system) => system.kind === 'ranker').map(({ name }) => name);
  return {
    folder,
    kind,
    keys: own.map(({ id, prompt }) => `${id} ${prompt}`),
    prompts: own.map(({ prompt }) => prompt),
    rows: kind === 'blend' ? blendRows(blendCases, blends, source?.kind) : choiceRows(cases, rankers, source?.kind),
  };
}

/** The figures of candidates, without what only a table shows. */
function plainColumns(cases: readonly Case[], goldKind: 'verdicts' | 'preferences' | undefined) {
  const column = { about: '', better: 'higher', form: 'number' } as const;
  const metrics = metricsOf(cases).map((key) => ({ key, label: key, ...column }));
  return choiceColumns({ goldKind, ks: [1], against: [], metrics });
}

function choiceRows(
  cases: readonly Case[],
  rankers: readonly string[],
  goldKind: 'verdicts' | 'preferences' | undefined,
): RowValues['rows'] {
  const policies = [...rankers.map(rankerPolicy), ...modelsOf(cases).map(modelPolicy), RANDOM, LONGEST];
  const columns = plainColumns(cases, goldKind);
  return new Map(
    policies.map((policy) => {
      const picks = cases.map(policy.picks);
      const figures = columns.map(
        ({ key, valueOf }) => [key, { values: expectedValues(cases, picks, valueOf) }] as const,
      );
      const accuracy = policy.prefers === undefined ? [] : [['accuracy', accuracyValues(cases, policy)] as const];
      return [policy.name, new Map([...accuracy, ...figures])] as const;
    }),
  );
}

function blendRows(
  cases: readonly BlendCase[],
  blends: readonly string[],
  goldKind: 'verdicts' | 'preferences' | undefined,
): RowValues['rows'] {
  const given = cases.flatMap((one) => one.given ?? []);
  const ofData = given.length === 0 ? [] : plainColumns(given, goldKind);
  const columns =
    given.length === 0 ? outcomeColumns(cases, blends, []) : givenRows(cases, blends, { columns: ofData, oracles: [] });
  const metrics = new Set([
    ...ofData.map(({ key }) => key).filter((key) => key !== 'characters'),
    ...cases.flatMap(({ blends: all }) =>
      Object.values(all).flatMap(({ texts }) => texts.flatMap((text) => Object.keys(text.metrics))),
    ),
  ]);
  const rows = new Map<string, Map<string, CaseColumn>>(columns.map(({ name }) => [name, new Map()]));
  for (const key of [...metrics, 'characters']) {
    for (const [name, values] of outcomeValues(columns, key)) rows.get(name)?.set(key, values);
  }
  return rows;
}
