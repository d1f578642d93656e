import { type Interval, type ResampleOptions, shareIntervals } from '../../statistics/index.ts';

/** How the answer of a method did against that of the model it is held against. */
export type Encounter =
  | 'win'
  | 'loss'
  /** Both good. */
  | 'tie'
  | 'both-bad'
  /** The method took the very answer of that model. */
  | 'same-answer';

/**
 * What counts how much against a model:
 * - `printed`, as in the paper's tables: 1 for a win and for ties of either kind, 0 for a loss and for the model's own
 *   answer;
 * - `corrected`, as its authors corrected them: 1 for a win, 0.5 where both are good and for the model's own answer, 0 for
 *   a loss and where both are bad;
 * - `half-tie`: 1 for a win, 0.5 for ties of either kind and for the model's own answer, 0 for a loss.
 */
export const WIN_RULES = {
  printed: { win: 1, tie: 1, 'both-bad': 1, 'same-answer': 0, loss: 0 },
  corrected: { win: 1, tie: 0.5, 'both-bad': 0, 'same-answer': 0.5, loss: 0 },
  'half-tie': { win: 1, tie: 0.5, 'both-bad': 0.5, 'same-answer': 0.5, loss: 0 },
} as const satisfies Readonly<Record<string, Readonly<Record<Encounter, number>>>>;

/** @see WIN_RULES */
export type WinRule = keyof typeof WIN_RULES;

/** What {@link winsAgainst} finds; all rates are between 0 and 1, and undefined without an encounter. */
export interface WinsAgainst {
  readonly rates: Readonly<Record<WinRule, Interval | undefined>>;
  /** Share of the encounters where both answers are bad. */
  readonly bothBad: Interval | undefined;
  readonly encounters: number;
  /** Examples without a verdict on the two, which are in no rate. */
  readonly missing: number;
}

/**
 * How often a method is at least as good as a model, by each of the {@link WIN_RULES}.
 *
 * @param encounters one for each example, undefined where there is no verdict on the two answers.
 */
export function winsAgainst(
  encounters: readonly (Encounter | undefined)[],
  options: ResampleOptions = {},
): WinsAgainst {
  const column = (points: Readonly<Record<Encounter, number>>) =>
    encounters.map((encounter) => (encounter === undefined ? Number.NaN : points[encounter]));
  const bothBadPoints = { win: 0, tie: 0, 'both-bad': 1, 'same-answer': 0, loss: 0 };
  const [printed, corrected, halfTie, bothBad] = shareIntervals(
    [WIN_RULES.printed, WIN_RULES.corrected, WIN_RULES['half-tie'], bothBadPoints].map(column),
    options,
  );
  const missing = encounters.filter((encounter) => encounter === undefined).length;
  return {
    rates: { printed, corrected, 'half-tie': halfTie },
    bothBad,
    encounters: encounters.length - missing,
    missing,
  };
}
