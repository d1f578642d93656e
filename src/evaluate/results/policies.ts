import { ranksOf } from '../../measures/index.ts';
import type { Column } from '../tables/table.ts';
import type { Case } from './cases.ts';

/** A way to choose one candidate of each example, such as that of one model, or the best one by a ranker. */
export interface Policy {
  readonly name: string;
  /** `oracle`: a choice that nobody could make without knowing the result. */
  readonly group: 'model' | 'ranker' | 'baseline' | 'reference metric' | 'oracle';
  /** Places of the candidates that it may choose, each as likely; none where it has no choice. */
  readonly picks: (example: Case) => readonly number[];
  /** The order of all candidates: ranks from 1, where it has one. */
  readonly ranks?: ((example: Case) => readonly number[] | undefined) | undefined;
  /** Above 0 where the first candidate is better, 0 for no difference; undefined where it does not compare. */
  readonly prefers?: ((example: Case, first: number, second: number) => number | undefined) | undefined;
}

/** A policy that orders candidates by a number; of equal ones each is chosen as often. */
function byScore(
  name: string,
  group: Policy['group'],
  scoresOf: (example: Case) => readonly number[] | undefined,
): Policy {
  const known = ofLast((example: Case) => {
    const scores = scoresOf(example);
    return scores?.every((score) => !Number.isNaN(score)) === true ? scores : undefined;
  });
  return {
    name,
    group,
    picks: (example) => {
      const scores = scoresOf(example) ?? [];
      const best = scores.reduce((most, score) => (Number.isNaN(score) ? most : Math.max(most, score)), -Infinity);
      return scores.flatMap((score, place) => (score === best ? [place] : []));
    },
    ranks: (example) => {
      const scores = known(example);
      return scores && ranksOf(scores);
    },
    prefers: (example, first, second) => {
      const scores = known(example);
      return scores && (scores[first] ?? 0) - (scores[second] ?? 0);
    },
  };
}

/** Keeps the result of the last example, since all pairs of one are asked for together. */
function ofLast<RESULT>(compute: (example: Case) => RESULT): (example: Case) => RESULT {
  let last: { readonly example: Case; readonly result: RESULT } | undefined;
  return (example) => {
    if (last?.example !== example) last = { example, result: compute(example) };
    return last.result;
  };
}

/** Chooses by chance: its figures are the expected ones, without any drawing. */
export const RANDOM: Policy = {
  name: 'random',
  group: 'baseline',
  picks: ({ candidates }) => candidates.map((_, place) => place),
  prefers: () => 0,
};

/** The longest answer, in characters. */
export const LONGEST = byScore('longest', 'baseline', ({ candidates }) =>
  candidates.map(({ characters }) => characters),
);

/** The shortest answer. */
export const SHORTEST = byScore('shortest', 'baseline', ({ candidates }) =>
  candidates.map(({ characters }) => -characters),
);

/** The best candidate by what decides. */
export const ORACLE = byScore('oracle', 'oracle', ({ gold }) => gold?.ranks.map((rank) => -rank));

/** The best candidate by a metric. */
export function metricPolicy(
  metric: string,
  {
    group,
    better = 'higher',
  }: { readonly group: 'baseline' | 'oracle' | 'reference metric'; readonly better?: Column['better'] | undefined },
): Policy {
  const sign = better === 'lower' ? -1 : 1;
  return byScore(group === 'oracle' ? `oracle by ${metric}` : metric, group, ({ candidates }) =>
    candidates.map(({ metrics }) => sign * (metrics[metric] ?? Number.NaN)),
  );
}

/** The answer of one model; of several the first. */
export function modelPolicy(model: string): Policy {
  return {
    name: model,
    group: 'model',
    picks: ({ candidates }) => {
      const place = candidates.findIndex((candidate) => candidate.model === model);
      return place === -1 ? [] : [place];
    },
  };
}

/** The best candidate by a ranker; of candidates that share the first rank each is chosen as often. */
export function rankerPolicy(name: string): Policy {
  return {
    name,
    group: 'ranker',
    picks: ({ rankers }) => rankers.get(name)?.ranks.flatMap((rank, place) => (rank === 1 ? [place] : [])) ?? [],
    ranks: ({ rankers }) => rankers.get(name)?.ranks,
    prefers: ({ rankers }, first, second) => rankers.get(name)?.preference(first, second),
  };
}

/** Names of the models of all candidates, in the order in which they first appear. */
export function modelsOf(cases: readonly Case[]): readonly string[] {
  const names = new Set<string>();
  for (const { candidates } of cases) for (const { model } of candidates) if (model !== undefined) names.add(model);
  return [...names];
}

/** Names of all metrics that candidates have. */
export function metricsOf(cases: readonly Case[]): readonly string[] {
  const names = new Set<string>();
  for (const { candidates } of cases) for (const { metrics } of candidates) for (const name in metrics) names.add(name);
  return [...names];
}
