import type { BlendCase, OutcomeColumn } from './blend-table.ts';
import type { Case } from './cases.ts';
import type { ChoiceColumn } from './choice-table.ts';
import { LONGEST, metricPolicy, modelPolicy, modelsOf, ORACLE, type Policy, RANDOM } from './policies.ts';

/** An example whose candidates are those of the data. */
type GivenCase = BlendCase & { readonly given: Case };

/**
 * The rows of blends of candidates that are in the data, as in Table 2 of the paper: each model, choices that need no
 * ranker, oracles, and for each blend the best candidate by its ranker, the fused texts and the kept ones. A fused text
 * has no figure that comes from comparisons or scores in the data.
 */
export function givenRows(
  all: readonly BlendCase[],
  blends: readonly string[],
  { columns, oracles }: { readonly columns: readonly ChoiceColumn[]; readonly oracles: readonly string[] },
): readonly OutcomeColumn[] {
  const cases = all.filter((one): one is GivenCase => one.given !== undefined);
  const figures = cases.map(({ given }) => given.candidates.map((_, place) => figuresOf(given, place, columns)));
  const row = (name: string, kind: OutcomeColumn['kind'], { picks }: Policy): OutcomeColumn => ({
    name,
    kind,
    blend: '',
    given: cases.map(({ given }, index) => picks(given).flatMap((place) => figures[index]?.[place] ?? [])),
  });
  const singles = modelsOf(cases.map(({ given }) => given)).map((model) => row(model, 'single', modelPolicy(model)));
  const best = bestSingle(singles, columns);
  const hasGold = cases.some(({ given }) => given.gold !== undefined);
  return [
    ...singles,
    row('random', 'baseline', RANDOM),
    row('longest', 'baseline', LONGEST),
    ...(best === undefined ? [] : [{ ...best, name: `best single model (${best.name})`, kind: 'baseline' as const }]),
    ...oracles.map((metric) => row(`oracle by ${metric}`, 'oracle', metricPolicy(metric, { group: 'oracle' }))),
    ...(hasGold ? [row('oracle', 'oracle', ORACLE)] : []),
    ...blends.flatMap((blend) => blendRows(cases, blend, figures)),
  ];
}

function figuresOf(given: Case, place: number, columns: readonly ChoiceColumn[]): OutcomeFigures {
  const values = columns.map(({ key, valueOf }) => [key, valueOf(given, place)] as const);
  return {
    characters: given.candidates[place]?.characters ?? 0,
    metrics: Object.fromEntries(values.filter(([, value]) => !Number.isNaN(value))),
  };
}

type OutcomeFigures = NonNullable<OutcomeColumn['given'][number]>[number];

function blendRows(
  cases: readonly GivenCase[],
  blend: string,
  figures: readonly (readonly OutcomeFigures[])[],
): readonly OutcomeColumn[] {
  const answers = cases.map(({ blends }) => blends[blend]);
  const outcomes = answers.flatMap((answer) => answer?.outcomes ?? []).filter(({ kind }) => kind !== 'single');
  const kinds = new Map(outcomes.map(({ key, kind }) => [key, kind]));
  return [...kinds].map(([key, kind]) => ({
    name: key,
    kind,
    blend,
    given: answers.map((answer, index) => {
      const outcome = answer?.outcomes.find((one) => one.key === key);
      if (answer === undefined || outcome === undefined) return undefined;
      if (kind === 'best') return figures[index]?.slice(...placeOfBest(answer.candidates)) ?? [];
      const text = answer.texts[outcome.text];
      return text === undefined ? [] : [text];
    }),
  }));
}

/** As `blendOutcomes` chooses: of equal ranks the first. */
function placeOfBest(candidates: readonly { readonly rank: number | null }[]): readonly [from: number, to: number] {
  const ranks = candidates.map(({ rank }) => rank ?? 1);
  const place = ranks.indexOf(Math.min(...ranks));
  return [place, place + 1];
}

/** The model that is best by the first figure that says so, over all examples: known only in hindsight. */
function bestSingle(singles: readonly OutcomeColumn[], columns: readonly ChoiceColumn[]): OutcomeColumn | undefined {
  for (const { key, better } of columns) {
    if (better === 'neither') continue;
    const sign = better === 'higher' ? 1 : -1;
    const means = singles.map(({ given }) => sign * meanOf(given.flatMap((texts) => texts?.[0]?.metrics[key] ?? [])));
    const known = means.filter((mean) => !Number.isNaN(mean));
    if (known.length > 0) return singles[means.indexOf(Math.max(...known))];
  }
  return undefined;
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
}
