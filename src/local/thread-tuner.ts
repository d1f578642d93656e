/** What is known of one number of threads, for batches of one size. */
interface Trial {
  readonly threads: number;
  /** Milliseconds for each token; undefined until tried. */
  cost: number | undefined;
  trials: number;
}

/** Batches to try each number of threads on, before one is chosen. */
const TRIALS = 2;
/** Batches after which the choice is made anew: other programs come and go. */
const REVIEW_AFTER = 512;
/** A choice is made anew at once where it has become this many times slower. */
const SLOWED_DOWN = 3;
/** Fewer threads are not tried further down once they are this many times slower. */
const CLEARLY_WORSE = 1.25;

/**
 * Finds by trying how many threads, up to a cap, evaluate fastest: the result is the same with any number, to the
 * last bit.
 *
 * Why: more is often slower. Threads meet several hundred times for each token, and one that another program keeps
 * from its core holds all others up. Measured on 2 cores: one token at a time, 132 tokens a second with 1 thread
 * and 64 with 2; prompts, 237 and 450; beside another busy program, prompts 233 with 1 thread and 12 with 2.
 */
export class ThreadTuner {
  readonly #cap: number;
  /** By the power of two of the batch's tokens: a long prompt and a single token need not agree. */
  readonly #bySize = new Map<number, { trials: Trial[]; batches: number }>();

  /** @param cap most threads, at least 1. */
  constructor(cap: number) {
    this.#cap = cap;
  }

  /** The number of threads for a batch of so many tokens. */
  choose(tokens: number): number {
    const { trials } = this.#of(tokens);
    return (nextTrial(trials) ?? cheapest(trials)).threads;
  }

  /** How long a batch took with a number of threads. */
  record(tokens: number, threads: number, milliseconds: number): void {
    const state = this.#of(tokens);
    const trial = state.trials.find((candidate) => candidate.threads === threads);
    if (trial === undefined || tokens === 0) return;
    const cost = milliseconds / tokens;
    const settled = nextTrial(state.trials) === undefined;
    if (settled && trial.cost !== undefined && cost > SLOWED_DOWN * trial.cost) state.batches = REVIEW_AFTER;
    // The least of the first trials, since a first batch also pays for reading weights; then a slow average.
    if (trial.cost === undefined || trial.trials < TRIALS) trial.cost = Math.min(trial.cost ?? Infinity, cost);
    else trial.cost += (cost - trial.cost) / 8;
    trial.trials += 1;
    state.batches += 1;
    if (settled && state.batches > REVIEW_AFTER) this.#bySize.delete(sizeOf(tokens));
  }

  #of(tokens: number): { trials: Trial[]; batches: number } {
    const size = sizeOf(tokens);
    const known = this.#bySize.get(size);
    if (known !== undefined) return known;
    const created = {
      trials: threadCounts(this.#cap).map((threads) => ({ threads, cost: undefined, trials: 0 })),
      batches: 0,
    };
    this.#bySize.set(size, created);
    return created;
  }
}

function sizeOf(tokens: number): number {
  return Math.floor(Math.log2(Math.max(1, tokens)));
}

/** In the order to try: half the cap, which is safe where half the cores are taken, then the cap, then ever fewer. */
function threadCounts(cap: number): number[] {
  const halves: number[] = [];
  for (let threads = Math.floor(cap / 2); threads >= 1; threads = Math.floor(threads / 2)) halves.push(threads);
  const [half, ...fewer] = halves;
  return half === undefined ? [cap] : [half, cap, ...fewer];
}

/** The next number of threads to try, undefined where enough is known. */
function nextTrial(trials: readonly Trial[]): Trial | undefined {
  const best = cheapest(trials).cost ?? Infinity;
  const open = trials.find(({ trials: done, cost = 0 }) => done === 0 || (done < TRIALS && cost <= SLOWED_DOWN * best));
  if (open === undefined || trials.length === 1) return undefined;
  const [half, , ...fewer] = trials;
  if (half === open || !fewer.includes(open)) return open;
  // Going down: give up once the step before was clearly worse than the best.
  const above = fewer[fewer.indexOf(open) - 1] ?? half;
  return (above?.cost ?? 0) > CLEARLY_WORSE * best ? undefined : open;
}

function cheapest(trials: readonly Trial[]): Trial {
  return trials.reduce((best, trial) => ((trial.cost ?? Infinity) < (best.cost ?? Infinity) ? trial : best));
}
