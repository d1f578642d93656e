import type { Interval, ResampleOptions } from './interval.ts';
import { type WinRate, winRate, type WinRow } from './length-control.ts';
import { ratioIntervals, shareInterval } from './means.ts';
import { indexPrompts, promptsOf, sumByPrompt } from './prompt-rows.ts';
import { leftPoints, type Verdict, VerdictTable } from './verdict.ts';

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
 * judge. Intervals are over whole prompts.
 *
 * @throws InvalidArgumentError for lengths that are negative.
 */
export function judgeHabits(
  verdicts: readonly Verdict[] | VerdictTable,
  options: JudgeHabitsOptions = {},
): JudgeHabits {
  const { own, reference = [], ...resampling } = options;
  const given = VerdictTable.of(verdicts);
  const [ties, bothBad, longer, first] = [new Hits(), new Hits(), new Hits(), new Hits()];
  for (let row = 0; row < given.length; row++) {
    const [prompt, outcome] = [given.promptOf(row), given.outcomeOf(row)];
    ties.add(prompt, outcome === 'tie');
    bothBad.add(prompt, outcome === 'both-bad');
    if (outcome !== 'left' && outcome !== 'right') continue;
    first.add(prompt, outcome === 'left');
    const difference = given.leftLength(row) - given.rightLength(row);
    if (difference !== 0 && !Number.isNaN(difference)) longer.add(prompt, difference > 0 === (outcome === 'left'));
  }
  const { flips, changes } = bothOrders(given);
  return {
    verdicts: given.length,
    tieRate: ties.rate(resampling),
    bothBadRate: bothBad.rate(resampling),
    longerWins: longer.rate(resampling),
    firstWins: first.rate(resampling),
    flipRate: flips.rate(resampling),
    inconsistentRate: changes.rate(resampling),
    selfPreference: own && selfPreference(given.verdicts(), new Set(own), reference, resampling),
  };
}

/** How often something is so, by prompt. */
class Hits {
  /** Places by prompt, in the order of the first rows. */
  readonly #places = new Map<number, number>();
  readonly #hits: number[] = [];
  readonly #counts: number[] = [];
  #rows = 0;

  add(prompt: number, isHit: boolean): void {
    const place = this.#places.get(prompt) ?? this.#places.size;
    this.#places.set(prompt, place);
    this.#hits[place] = (this.#hits[place] ?? 0) + Number(isHit);
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
    this.#rows += 1;
  }

  rate(options: ResampleOptions): HabitRate {
    const [hits, counts] = [Float64Array.from(this.#hits), Float64Array.from(this.#counts)];
    return { rate: shareInterval({ sums: hits, counts }, options), of: this.#rows };
  }
}

/** Of the pairs asked in both orders, where the winner and where anything changed. The first verdict in each order counts. */
function bothOrders(verdicts: VerdictTable): { readonly flips: Hits; readonly changes: Hits } {
  const { length: size } = verdicts.names;
  // By prompt and pair: twice the points of the name that came up first, in both orders, each plus 1; 0 = not asked.
  const asked = new Map<number, number>();
  for (let row = 0; row < verdicts.length; row++) {
    const [left, right] = [verdicts.leftOf(row), verdicts.rightOf(row)];
    const isInOrder = left < right;
    const key = (verdicts.promptOf(row) * size + Math.min(left, right)) * size + Math.max(left, right);
    const known = asked.get(key) ?? 0;
    const points = 2 * leftPoints(verdicts.outcomeOf(row)) + 1;
    if (isInOrder) {
      if (known % 4 === 0) asked.set(key, known + points);
    } else if (known < 4) asked.set(key, known + 4 * (4 - points));
  }
  const [flips, changes] = [new Hits(), new Hits()];
  for (const [key, both] of asked) {
    const [one, other] = [both % 4, Math.floor(both / 4)];
    if (one === 0 || other === 0) continue;
    const prompt = Math.floor(key / size ** 2);
    flips.add(prompt, Math.abs(one - other) === 2);
    changes.add(prompt, one !== other);
  }
  return { flips, changes };
}

function selfPreference(
  verdicts: Iterable<Verdict>,
  own: ReadonlySet<string>,
  reference: Iterable<Verdict>,
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
  const index = indexPrompts(promptsOf(shared));
  const counts = sumByPrompt(index, () => 1);
  const byOthers = sumByPrompt(index, (row) => shared[row]?.reference ?? 0);
  const favour = sumByPrompt(index, (row) => (shared[row]?.points ?? 0) - (shared[row]?.reference ?? 0));
  const byReference = shareInterval({ sums: byOthers, counts }, options);
  const [excess] = ratioIntervals([{ sums: favour, counts }], { ...options, range: [-1, 1] });
  return {
    byJudge: winRate(judged, options),
    byReference,
    excess,
    sharedPairs: new Set(shared.map(({ key }) => key)).size,
  };
}

function pairKey(prompt: string | number, left: string, right: string): string {
  return JSON.stringify([prompt, ...[left, right].toSorted()]);
}

/** The verdicts on an own answer against one of another model, from the own side. */
function ownRows(
  verdicts: Iterable<Verdict>,
  own: ReadonlySet<string>,
): readonly (WinRow & { readonly key: string })[] {
  const rows: (WinRow & { readonly key: string })[] = [];
  for (const { prompt, left, right, outcome, leftLength, rightLength } of verdicts) {
    if (own.has(left) === own.has(right)) continue;
    const isLeft = own.has(left);
    const points = isLeft ? leftPoints(outcome) : 1 - leftPoints(outcome);
    const [ownLength, otherLength] = isLeft ? [leftLength, rightLength] : [rightLength, leftLength];
    rows.push({ prompt, points, ownLength, otherLength, key: pairKey(prompt, left, right) });
  }
  return rows;
}
