/** What was run. */
export interface TallyLabel {
  readonly judge: string;
  readonly strategy: string;
  readonly aggregation: string;
  readonly setting: string;
}

/** What one pool came to. */
export interface TallyEntry {
  /** Those that share the first place, and those that do by all pairs. */
  readonly best: readonly number[];
  readonly target: readonly number[];
  readonly preferences: readonly number[];
  readonly pairs: number;
  readonly all: number;
  /** Stated probability of agreement. */
  readonly confidence?: number | undefined;
}

/** Means over the pools. */
export interface TallyRow extends TallyLabel {
  readonly pools: number;
  readonly pairs: number;
  /** Pairs asked of all pairs, between 0 and 1. */
  readonly share: number;
  /** How often the pick is a best one by all pairs. */
  readonly agreement: number;
  /** Mean preference of the pick over that of the pick by all pairs. Among equals the mean. */
  readonly quality: number;
  /** Mean of the stated probability of agreement. */
  readonly confidence: number | undefined;
}

/** Collects what strategies come to. */
export class Tally {
  readonly #entries = new Map<string, { label: TallyLabel; entries: TallyEntry[] }>();

  add(label: TallyLabel, entry: TallyEntry): void {
    const key = JSON.stringify(label);
    const found = this.#entries.get(key) ?? { label, entries: [] };
    found.entries.push(entry);
    this.#entries.set(key, found);
  }

  get rows(): readonly TallyRow[] {
    return [...this.#entries.values()].map(({ label, entries }) => {
      const preference = ({ preferences }: TallyEntry, picks: readonly number[]) =>
        mean(picks.map((pick) => preferences[pick] ?? 0));
      return {
        ...label,
        pools: entries.length,
        pairs: mean(entries.map(({ pairs }) => pairs)),
        share: mean(entries.map(({ pairs, all }) => pairs / all)),
        agreement: mean(entries.map(({ best, target }) => mean(best.map((pick) => (target.includes(pick) ? 1 : 0))))),
        quality:
          mean(entries.map((entry) => preference(entry, entry.best))) /
          mean(entries.map((entry) => preference(entry, entry.target))),
        confidence: entries.some(({ confidence }) => confidence === undefined)
          ? undefined
          : mean(entries.map(({ confidence }) => confidence ?? 0)),
      };
    });
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
