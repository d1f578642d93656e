import { dot } from '../util/linear-algebra.ts';
import { bootstrapFigures } from './bootstrap.ts';
import type { Interval, ResampleOptions } from './interval.ts';
import { type WinRate, winRate, type WinRow } from './length-control.ts';
import { indexPrompts, type PromptRow, sumByPrompt } from './prompt-rows.ts';
import { leftPoints, type Verdict } from './verdict.ts';

/** A share of some of the verdicts, with how many it is of; undefined interval where there are none. */
export interface HabitRate {
  readonly rate: Interval | undefined;
  /** Verdicts, or pairs, that it is a share of. */
  readonly of: number;
}

/** How a judge decides, whatever the answers say. All rates are between 0 and 1. */
export interface JudgeHabits {
  readonly verdicts: number;
  readonly tieRate: HabitRate;
  readonly bothBadRate: HabitRate;
  /** Of the verdicts with a winner and different lengths: how often the longer answer won. */
  readonly longerWins: HabitRate;
  /** Of the verdicts with a winner: how often the answer that was shown first won. 0.5 = no preference for a position. */
  readonly firstWins: HabitRate;
  /** Of the pairs asked in both orders: how often the winner changed to the other answer. */
  readonly flipRate: HabitRate;
  /** The same with every change counted, such as from a win to a tie. */
  readonly inconsistentRate: HabitRate;
  /** The model that judges, among the judged; undefined unless `own` names some. */
  readonly selfPreference: SelfPreference | undefined;
}

/** How a judge treats its own answers against those of other models. */
export interface SelfPreference {
  /** Win rate of its own answers by its own verdicts, beside the same at equal length. */
  readonly byJudge: WinRate | undefined;
  /** Win rate of the same answers by the reference verdicts on the same pairs; undefined without such. */
  readonly byReference: Interval | undefined;
  /** Points that the judge gives its own answers beyond what the reference gives, on those pairs; above 0 = favours itself. */
  readonly excess: Interval | undefined;
  /** Pairs that both have judged. */
  readonly sharedPairs: number;
}

/** Options of {@link judgeHabits}. */
export interface JudgeHabitsOptions extends ResampleOptions {
  /** Names of the models whose answers count as the judge's own. */
  readonly own?: readonly string[] | undefined;
  /** Verdicts of people or other judges on the same pairs, to set self-preference against. */
  readonly reference?: readonly Verdict[] | undefined;
}

/**
 * The habits of one judge: preference for length, for a position and for its own answers. Give only the verdicts of that
 * judge. Intervals are by resampling whole prompts.
 *
 * @throws InvalidArgumentError for lengths that are negative.
 */
export function judgeHabits(verdicts: readonly Verdict[], options: JudgeHabitsOptions = {}): JudgeHabits {
  const { own, reference = [], ...resampling } = options;
  const rate = (rows: readonly (PromptRow & { readonly hit: number })[]) => habitRate(rows, resampling);
  const decided = verdicts.filter(({ outcome }) => outcome === 'left' || outcome === 'right');
  const pairs = bothOrders(verdicts);
  return {
    verdicts: verdicts.length,
    tieRate: rate(verdicts.map(({ prompt, outcome }) => ({ prompt, hit: Number(outcome === 'tie') }))),
    bothBadRate: rate(verdicts.map(({ prompt, outcome }) => ({ prompt, hit: Number(outcome === 'both-bad') }))),
    longerWins: rate(
      decided.flatMap(({ prompt, outcome, leftLength, rightLength }) =>
        leftLength === undefined || rightLength === undefined || leftLength === rightLength
          ? []
          : [{ prompt, hit: Number(leftLength > rightLength === (outcome === 'left')) }],
      ),
    ),
    firstWins: rate(decided.map(({ prompt, outcome }) => ({ prompt, hit: Number(outcome === 'left') }))),
    flipRate: rate(pairs.map(({ prompt, one, other }) => ({ prompt, hit: Number(Math.abs(one - other) === 1) }))),
    inconsistentRate: rate(pairs.map(({ prompt, one, other }) => ({ prompt, hit: Number(one !== other) }))),
    selfPreference: own && selfPreference(verdicts, new Set(own), reference, resampling),
  };
}

function habitRate(rows: readonly (PromptRow & { readonly hit: number })[], options: ResampleOptions): HabitRate {
  const result = winRate(
    rows.map(({ prompt, hit }) => ({ prompt, points: hit })),
    options,
  );
  return { rate: result?.winRate, of: rows.length };
}

/** Points of the model that sorts first, in both orders of a pair. The first verdict in each order counts. */
function bothOrders(verdicts: readonly Verdict[]): readonly (PromptRow & { one: number; other: number })[] {
  const points = new Map<string, { prompt: string | number; one?: number; other?: number }>();
  for (const { prompt, left, right, outcome } of verdicts) {
    const isInOrder = left < right;
    const key = pairKey(prompt, left, right);
    const entry = points.get(key) ?? { prompt };
    if (isInOrder) entry.one ??= leftPoints(outcome);
    else entry.other ??= 1 - leftPoints(outcome);
    points.set(key, entry);
  }
  return [...points.values()].flatMap(({ prompt, one, other }) =>
    one === undefined || other === undefined ? [] : [{ prompt, one, other }],
  );
}

function pairKey(prompt: string | number, left: string, right: string): string {
  return JSON.stringify([prompt, ...[left, right].toSorted()]);
}

function selfPreference(
  verdicts: readonly Verdict[],
  own: ReadonlySet<string>,
  reference: readonly Verdict[],
  options: ResampleOptions,
): SelfPreference {
  const judged = ownRows(verdicts, own);
  const byPair = new Map<string, { points: number; count: number }>();
  for (const { key, points } of ownRows(reference, own)) {
    const entry = byPair.get(key) ?? { points: 0, count: 0 };
    byPair.set(key, { points: entry.points + points, count: entry.count + 1 });
  }
  const shared = judged.flatMap((row) => {
    const other = byPair.get(row.key);
    return other === undefined ? [] : [{ ...row, reference: other.points / other.count }];
  });
  const index = indexPrompts(shared);
  const counts = sumByPrompt(index, () => 1);
  const byOthers = sumByPrompt(index, (row) => shared[row]?.reference ?? 0);
  const favour = sumByPrompt(index, (row) => (shared[row]?.points ?? 0) - (shared[row]?.reference ?? 0));
  const [byReference, excess] =
    shared.length === 0
      ? []
      : bootstrapFigures(
          index.prompts,
          (weights) => {
            const total = dot(weights, counts);
            return [dot(weights, byOthers) / total, dot(weights, favour) / total];
          },
          options,
        );
  return {
    byJudge: winRate(judged, options),
    byReference,
    excess,
    sharedPairs: new Set(shared.map(({ key }) => key)).size,
  };
}

/** The verdicts on an own answer against one of another model, from the own side. */
function ownRows(
  verdicts: readonly Verdict[],
  own: ReadonlySet<string>,
): readonly (WinRow & { readonly key: string })[] {
  return verdicts.flatMap(({ prompt, left, right, outcome, leftLength, rightLength }) => {
    if (own.has(left) === own.has(right)) return [];
    const isLeft = own.has(left);
    const points = isLeft ? leftPoints(outcome) : 1 - leftPoints(outcome);
    const [ownLength, otherLength] = isLeft ? [leftLength, rightLength] : [rightLength, leftLength];
    return [{ prompt, points, ownLength, otherLength, key: pairKey(prompt, left, right) }];
  });
}
