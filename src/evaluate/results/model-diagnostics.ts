import {
  judgeHabits,
  type JudgeHabits,
  rateModels,
  type Ratings,
  type ResampleSettings,
  leftPoints,
  type Verdict,
  VerdictTable,
} from '../../statistics/index.ts';
import type { Case } from './cases.ts';
import { settingsForRows } from './figures.ts';
import type { Policy } from './policies.ts';

/** How often each model wins against each other one. */
export interface WinMatrix {
  readonly names: readonly string[];
  /** By row and column: share of verdicts that the row wins against the column, ties half; null without a verdict. */
  readonly rates: readonly (readonly (number | null)[])[];
  readonly verdicts: readonly (readonly number[])[];
}

/** The verdicts on the candidates of cases, by the names of their models; candidates without one are left out. */
export function modelVerdicts(cases: readonly Case[]): VerdictTable {
  const verdicts = new VerdictTable();
  for (const { prompt, candidates, gold } of cases) {
    for (const { left, right, outcome } of gold?.verdicts ?? []) {
      const [one, other] = [candidates[left]?.model, candidates[right]?.model];
      if (one === undefined || other === undefined || one === other) continue;
      verdicts.add({ prompt, left: one, right: other, outcome });
    }
  }
  return verdicts;
}

/** Who wins against whom. */
export function winMatrix(verdicts: VerdictTable, names: readonly string[]): WinMatrix {
  const size = names.length;
  const [points, counts] = [new Float64Array(size * size), new Float64Array(size * size)];
  const places = new Map(names.map((name, place) => [name, place]));
  for (const { left, right, outcome } of verdicts.verdicts()) {
    const [row, column] = [places.get(left), places.get(right)];
    if (row === undefined || column === undefined) continue;
    const won = leftPoints(outcome);
    for (const [cell, value] of [
      [row * size + column, won],
      [column * size + row, 1 - won],
    ] as const) {
      points[cell] = (points[cell] ?? 0) + value;
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
  }
  const table = <VALUE>(valueOf: (cell: number) => VALUE) =>
    names.map((_, row) => names.map((__, column) => valueOf(row * size + column)));
  return {
    names,
    rates: table((cell) => (counts[cell] === 0 ? null : (points[cell] ?? 0) / (counts[cell] ?? 1))),
    verdicts: table((cell) => counts[cell] ?? 0),
  };
}

/** Ratings of the models; undefined without verdicts on named models. */
export function ratingsOf(verdicts: VerdictTable, settings: ResampleSettings): Ratings | undefined {
  return verdicts.length === 0 ? undefined : rateModels(verdicts, settingsForRows(settings, verdicts.length / 10));
}

/** How often the choice of a policy has each reference rank. */
export interface RankDistribution {
  readonly name: string;
  readonly group: Policy['group'];
  /** Examples by rank: the first entry counts rank 1. Choices that are equally likely count in parts. */
  readonly counts: readonly number[];
}

/** The reference ranks of the choices of policies. */
export function rankDistributions(cases: readonly Case[], policies: readonly Policy[]): readonly RankDistribution[] {
  const size = Math.max(0, ...cases.map(({ candidates }) => candidates.length));
  return policies.map(({ name, group, picks }) => {
    const counts = Array.from({ length: size }, () => 0);
    for (const example of cases) {
      const chosen = picks(example);
      for (const pick of chosen) {
        const place = (example.gold?.ranks[pick] ?? Number.NaN) - 1;
        if (!Number.isNaN(place)) counts[place] = (counts[place] ?? 0) + 1 / chosen.length;
      }
    }
    return { name, group, counts };
  });
}

/** The habits of a judge, or of those who gave the verdicts in the data. */
export interface NamedHabits {
  readonly name: string;
  /** Pairs were shown in an order that is known; where not, nothing is said about positions. */
  readonly habits: JudgeHabits;
}

/** Habits of who gave the verdicts in the data. */
export function habitsOfData(cases: readonly Case[], settings: ResampleSettings): NamedHabits | undefined {
  const verdicts = new VerdictTable();
  const answers = new AnswerNames();
  for (const example of cases) {
    const names = answers.of(example);
    for (const { left, right, outcome } of example.gold?.verdicts ?? []) {
      verdicts.add({ prompt: example.prompt, outcome, ...sidesOf(example.candidates, names, left, right) });
    }
  }
  if (verdicts.length === 0) return undefined;
  return { name: 'the data', habits: judgeHabits(verdicts, settingsForRows(settings, verdicts.length)) };
}

/** Habits of a ranker: each order in which a pair was shown is a verdict. */
export function habitsOfRanker(
  cases: readonly Case[],
  ranker: string,
  settings: ResampleSettings,
): NamedHabits | undefined {
  const verdicts = new VerdictTable();
  const answers = new AnswerNames();
  const own = new Set<string>();
  for (const example of cases) {
    const { prompt, candidates, rankers } = example;
    const names = answers.of(example);
    for (const [place, { model }] of candidates.entries()) {
      if (model !== undefined && ranker.endsWith(`:${model}`)) own.add(names[place] ?? '');
    }
    for (const { left, right, forward, reverse, areBothBad } of rankers.get(ranker)?.shown ?? []) {
      const add = (logit: number | undefined, isBothBad: boolean, first: number, second: number) => {
        if (logit === undefined) return;
        const outcome = isBothBad ? 'both-bad' : logit > 0 ? 'left' : logit < 0 ? 'right' : 'tie';
        verdicts.add({ prompt, outcome, ...sidesOf(candidates, names, first, second) });
      };
      add(forward, areBothBad[0], left, right);
      add(reverse, areBothBad[1], right, left);
    }
  }
  if (verdicts.length === 0) return undefined;
  const options = { ...settingsForRows(settings, verdicts.length), ...(own.size === 0 ? {} : { own: [...own] }) };
  return { name: ranker, habits: judgeHabits(verdicts, options) };
}

function sidesOf(
  candidates: Case['candidates'],
  names: readonly string[],
  left: number,
  right: number,
): Omit<Verdict, 'prompt' | 'outcome'> {
  return {
    left: names[left] ?? '',
    right: names[right] ?? '',
    leftLength: candidates[left]?.characters,
    rightLength: candidates[right]?.characters,
  };
}

/**
 * Names of answers that are the same for the same text of the same model to one prompt alone. A pair is asked in both
 * orders where both answers are the same, in one example or in two: other answers of the same models are another pair.
 */
class AnswerNames {
  /** By prompt and model: the texts, in the order in which they came up. */
  readonly #texts = new Map<string, Map<string, string[]>>();

  /** By candidate. */
  of({ prompt, candidates }: Case): readonly string[] {
    const ofPrompt = this.#texts.get(prompt) ?? new Map<string, string[]>();
    this.#texts.set(prompt, ofPrompt);
    return candidates.map(({ model = 'candidate', textKey }) => {
      const known = ofPrompt.get(model) ?? [];
      ofPrompt.set(model, known);
      if (!known.includes(textKey)) known.push(textKey);
      return JSON.stringify([model, known.indexOf(textKey)]);
    });
  }
}
