import {
  bootstrapFigures,
  type Calibration,
  calibrationOf,
  type Interval,
  leftPoints,
  type Ratio,
  type ResampleSettings,
} from '../../statistics/index.ts';
import { dot } from '../../util/linear-algebra.ts';
import { probabilityOf } from '../../util/probability-of.ts';
import { type Column, plainCell, type Table, type TableRow, toCell } from '../tables/table.ts';
import type { Case } from './cases.ts';
import { type CaseColumn, perPrompt, Prompts, ratioFigures, settingsForRows, tiedColumns } from './figures.ts';
import { type Policy, RANDOM } from './policies.ts';

const COLUMNS: readonly Column[] = [
  {
    key: 'accuracy',
    label: 'Accuracy',
    about: 'Share of decided pairs where the better answer is preferred; no preference counts half. Ties are left out.',
    better: 'higher',
    form: 'share',
  },
  {
    key: 'lengthBalanced',
    label: 'Length-balanced',
    about:
      'Mean of the accuracy on pairs where the longer answer is better and on those where the shorter one is: what is left without the hint that length gives.',
    better: 'higher',
    form: 'share',
  },
  {
    key: 'longerBetter',
    label: 'Longer is better',
    about: 'Accuracy on the pairs where the longer answer is the better one.',
    better: 'higher',
    form: 'share',
  },
  {
    key: 'shorterBetter',
    label: 'Shorter is better',
    about: 'Accuracy on the pairs where the shorter answer is the better one.',
    better: 'higher',
    form: 'share',
  },
  {
    key: 'longer',
    label: 'Prefers longer',
    about: 'Share of the decided pairs of different length where the longer answer is preferred.',
    better: 'neither',
    form: 'share',
  },
  {
    key: 'flipRate',
    label: 'Flips',
    about:
      'Share of pairs shown in both orders where the preference changes with the order. A ranker that reads one answer at a time has none.',
    better: 'lower',
    form: 'share',
  },
  {
    key: 'ece',
    label: 'Calibration error',
    about:
      'Mean distance between the probabilities and what came of them, ties half, in ten bins (expected calibration error); 0 is best.',
    better: 'lower',
    form: 'number',
    digits: 3,
  },
];

/** How one policy does on one example, over its decided pairs. */
class PairSums {
  readonly #sums = new Map<string, Ratio>();
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  ratio(key: string): Ratio {
    const known = this.#sums.get(key);
    if (known !== undefined) return known;
    const ratio = { sums: new Float64Array(this.#size), counts: new Float64Array(this.#size) };
    this.#sums.set(key, ratio);
    return ratio;
  }

  add(key: string, index: number, points: number): void {
    const { sums, counts } = this.ratio(key);
    sums[index] = (sums[index] ?? 0) + points;
    counts[index] = (counts[index] ?? 0) + 1;
  }
}

/** What a ranker's probabilities are worth. */
export interface RankerCalibration {
  readonly ranker: string;
  readonly calibration: Calibration;
}

/** How often policies prefer the better answer of a pair. */
export function pairTable({
  cases,
  policies,
  settings,
}: {
  readonly cases: readonly Case[];
  /** Those that do not compare are left out. */
  readonly policies: readonly Policy[];
  readonly settings: ResampleSettings;
}): { readonly table: Table; readonly calibrations: readonly RankerCalibration[] } {
  const prompts = new Prompts(cases);
  const compared = policies.filter(({ prefers }) => prefers !== undefined);
  const sums = compared.map((policy) => sumsOf(cases, policy));
  const share = { prompts, isShare: true, settings };
  const accuracies = sums.map((own) => own.ratio('accuracy'));
  const best = tiedColumns(
    compared.map(({ group }, index) =>
      group === 'oracle' ? { values: new Float64Array(cases.length).fill(Number.NaN) } : meansOf(accuracies[index]),
    ),
    { prompts, better: 'higher', settings },
  );
  const figures = new Map(
    ['accuracy', 'longerBetter', 'shorterBetter', 'longer', 'flipRate'].map((key) => [
      key,
      ratioFigures(
        sums.map((own) => own.ratio(key)),
        share,
      ),
    ]),
  );
  const calibrations = compared.flatMap(({ name, group }) => {
    const found = group === 'ranker' ? rankerCalibration(cases, name, settings) : undefined;
    return found === undefined ? [] : [{ ranker: name, calibration: found }];
  });
  const rows = compared.map(({ name, group }, index): TableRow => {
    const cells: Record<string, TableRow['cells'][string]> = {};
    for (const [key, all] of figures) {
      const figure = all[index];
      if (figure === undefined) continue;
      const standing = key !== 'accuracy' || best === undefined ? null : standingAt(best, index);
      // Chance is 0.5 by its definition, and not by what was observed.
      cells[key] = name === RANDOM.name ? plainCell(figure.value, figure.prompts) : toCell(figure, standing);
    }
    const own = sums[index];
    const balanced = own && balancedAccuracy(own, prompts, settings);
    if (balanced !== undefined) {
      cells['lengthBalanced'] = name === RANDOM.name ? plainCell(balanced.value, balanced.prompts) : toCell(balanced);
    }
    const calibrated = calibrations.find(({ ranker }) => ranker === name)?.calibration;
    // Its resamples lie higher than the figure itself, since each has errors of its own; so it has no interval here.
    if (calibrated !== undefined && group === 'ranker') {
      cells['ece'] = plainCell(calibrated.ece.value, calibrated.ece.prompts);
    }
    const pairs = accuracies[index]?.counts.reduce((sum, count) => sum + count, 0) ?? 0;
    return { name, group, n: pairs, cells };
  });
  const ties = cases.reduce(
    (sum, { gold }) =>
      sum + (gold?.verdicts.filter(({ outcome }) => outcome !== 'left' && outcome !== 'right').length ?? 0),
    0,
  );
  const table: Table = {
    id: 'pairs',
    title: 'Which answer of a pair is preferred',
    caption: `n counts pairs with a winner; ${ties.toLocaleString('en-US')} ties are in no figure. Pairs of one prompt are resampled together.`,
    columns: COLUMNS.filter(({ key }) => rows.some(({ cells }) => cells[key] !== undefined)),
    rows,
  };
  return { table, calibrations };
}

function standingAt(
  { best, tied }: { readonly best: number; readonly tied: ReadonlySet<number> },
  index: number,
): 'best' | 'tied' | null {
  return index === best ? 'best' : tied.has(index) ? 'tied' : null;
}

function sumsOf(cases: readonly Case[], { name, group, prefers }: Policy): PairSums {
  const sums = new PairSums(cases.length);
  for (const [index, example] of cases.entries()) {
    const { gold, candidates, rankers } = example;
    for (const { left, right, outcome } of gold?.verdicts ?? []) {
      if (outcome !== 'left' && outcome !== 'right') continue;
      const [better, worse] = outcome === 'left' ? [left, right] : [right, left];
      const preference = prefers?.(example, better, worse);
      if (preference === undefined || Number.isNaN(preference)) continue;
      const points = preference > 0 ? 1 : preference < 0 ? 0 : 0.5;
      sums.add('accuracy', index, points);
      const longer = (candidates[better]?.characters ?? 0) - (candidates[worse]?.characters ?? 0);
      if (longer === 0) continue;
      sums.add(longer > 0 ? 'longerBetter' : 'shorterBetter', index, points);
      sums.add('longer', index, longer > 0 ? points : 1 - points);
    }
    if (group !== 'ranker') continue;
    for (const { forward, reverse } of rankers.get(name)?.shown ?? []) {
      if (forward === undefined || reverse === undefined) continue;
      // Each speaks for what was shown first, so a preference that stays has another sign.
      sums.add('flipRate', index, Number(forward !== 0 && Math.sign(forward) === Math.sign(reverse)));
    }
  }
  return sums;
}

/** For each case the share of its decided pairs where the policy prefers the better answer, and how many these are. */
export function accuracyValues(cases: readonly Case[], policy: Policy): CaseColumn {
  return meansOf(sumsOf(cases, policy).ratio('accuracy'));
}

function meansOf({ sums, counts }: Ratio = { sums: new Float64Array(), counts: new Float64Array() }): CaseColumn {
  return { values: sums.map((sum, index) => sum / (counts[index] ?? 0)), weights: counts };
}

/**
 * The mean of two accuracies that are each of some of the pairs. The interval is at least as wide as those of the two say
 * together (Newcombe 1998), since resamples vary too little where one of them is of few pairs.
 */
function balancedAccuracy(sums: PairSums, prompts: Prompts, settings: ResampleSettings): Interval | undefined {
  const parts = ['longerBetter', 'shorterBetter'].map((key) => sums.ratio(key));
  const figures = ratioFigures(parts, { prompts, isShare: true, settings }).filter((figure) => figure !== undefined);
  if (figures.length < parts.length) return undefined;
  const byPrompt = parts.map((part) => perPrompt(part, prompts));
  const [resampled] = bootstrapFigures(
    prompts.count,
    (weights) => [mean(byPrompt.map((part) => dot(weights, part.sums) / dot(weights, part.counts)))],
    settings,
  );
  if (resampled === undefined) return undefined;
  const present = prompts.placesWith((place) => byPrompt.some(({ counts }) => (counts[place] ?? 0) > 0));
  const known = { ...resampled, prompts: present };
  const reach = (end: 'low' | 'high') =>
    Math.hypot(...figures.map((figure) => figure.value - (figure[end] ?? Number.NaN))) / figures.length;
  const [low, high] = [known.value - reach('low'), known.value + reach('high')];
  return {
    ...known,
    low: Math.max(0, Math.min(low, known.low ?? low)),
    high: Math.min(1, Math.max(high, known.high ?? high)),
    method: 'wilson',
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Each decided pair once, from the side that was shown first in the data. */
function rankerCalibration(
  cases: readonly Case[],
  ranker: string,
  settings: ResampleSettings,
): Calibration | undefined {
  const [prompts, probabilities, outcomes]: [string[], number[], number[]] = [[], [], []];
  for (const { prompt, gold, rankers } of cases) {
    const view = rankers.get(ranker);
    if (view === undefined || gold === undefined) continue;
    for (const { left, right, outcome } of gold.verdicts) {
      const logit = view.logit(left, right);
      if (logit === undefined) continue;
      prompts.push(prompt);
      probabilities.push(probabilityOf(logit));
      outcomes.push(leftPoints(outcome));
    }
  }
  return calibrationOf({ prompts, probabilities, outcomes }, settingsForRows(settings, prompts.length));
}
