/** What is known of one number of threads, for batches of one size. */
interface Trial {
  readonly threads: number;
  /** Milliseconds for each token; infinite until tried. */
  cost: number;
  trials: number;
}

/** What is known for batches of one size. */
interface Knowledge {
  readonly trials: Trial[];
  /** Milliseconds spent on trials, and since the choice was made. */
  trialMs: number;
  chosenMs: number;
  /** Batches in a row that were much slower than expected. */
  slow: number;
}

/** Batches to try each number of threads on, before one is chosen. */
const TRIALS = 2;
/** This many times slower than the best is hopeless: one trial is enough. */
const HOPELESS = 3;
/** Fewer threads are not tried further down once they are this many times slower. */
const CLEARLY_WORSE = 1.25;
/** So many batches in a row, each {@link HOPELESS} times slower than expected, and the choice is made anew at once. */
const SLOW_BATCHES = 3;
/** The choice is made anew after so many times the time the trials took: other programs come and go. */
const REVIEW_AFTER = 20;

/**
 * Finds by trying how many threads, up to a cap, evaluate fastest: the result is the same with any number, to the
 * last bit. Trying takes about 5 % of the time at most. What other programs leave over bounds it, see `free-cores.ts`.
 *
 * Why: not every batch gains by more threads, since they meet several hundred times for each token. Measured on 2
 * cores: prompts, 237 tokens a second with 1 thread and 450 with 2; one answer, 132 with either.
 */
export class ThreadTuner {
  readonly #cap: number;
  /** A long prompt and a single token need not agree. */
  readonly #bySize = new Map<Size, Knowledge>();

  /** @param cap most threads, at least 1. */
  constructor(cap: number) {
    this.#cap = cap;
  }

  /** The number of threads for a batch of so many tokens, `most` at the moment but always one. */
  choose(tokens: number, most = Infinity): number {
    const { trials } = this.#of(tokens);
    const open = nextTrial(trials);
    if (open !== undefined && open.threads <= most) return open.threads;
    const possible = trials.filter(({ threads }) => threads <= Math.max(1, most));
    return cheapest(possible).threads;
  }

  /** How long a batch took with a number of threads. */
  record(tokens: number, threads: number, milliseconds: number): void {
    const known = this.#of(tokens);
    const trial = known.trials.find((candidate) => candidate.threads === threads);
    if (trial === undefined || tokens === 0) return;
    const cost = milliseconds / tokens;
    trial.trials += 1;
    if (trial.trials <= TRIALS) {
      // The least of the trials, since a first batch also pays for reading weights.
      trial.cost = Math.min(trial.cost, cost);
      known.trialMs += milliseconds;
      return;
    }
    known.slow = cost > HOPELESS * trial.cost ? known.slow + 1 : 0;
    known.chosenMs += milliseconds;
    trial.cost += (Math.min(cost, HOPELESS * trial.cost) - trial.cost) / 8;
    if (known.slow >= SLOW_BATCHES || known.chosenMs > REVIEW_AFTER * known.trialMs)
      this.#bySize.delete(sizeOf(tokens));
  }

  #of(tokens: number): Knowledge {
    const size = sizeOf(tokens);
    const known = this.#bySize.get(size) ?? {
      trials: threadCounts(this.#cap).map((threads) => ({ threads, cost: Infinity, trials: 0 })),
      trialMs: 0,
      chosenMs: 0,
      slow: 0,
    };
    this.#bySize.set(size, known);
    return known;
  }
}

type Size = 'token' | 'tokens' | 'chunk';

function sizeOf(tokens: number): Size {
  if (tokens <= 1) return 'token';
  return tokens < 8 ? 'tokens' : 'chunk';
}

/** In the order to try: half the cap, then the cap, then ever fewer. */
function threadCounts(cap: number): number[] {
  const halves: number[] = [];
  for (let threads = Math.floor(cap / 2); threads >= 1; threads = Math.floor(threads / 2)) halves.push(threads);
  const [half, ...fewer] = halves;
  return half === undefined ? [cap] : [half, cap, ...fewer];
}

/** The next number of threads to try, undefined where enough is known. */
function nextTrial(trials: readonly Trial[]): Trial | undefined {
  if (trials.length === 1) return undefined;
  const best = cheapest(trials).cost;
  const open = trials.find(({ trials: done, cost }) => done === 0 || (done < TRIALS && cost <= HOPELESS * best));
  const [half, all, ...fewer] = trials;
  if (open === undefined || open === half || open === all) return open;
  // Going down: give up once the step before was clearly worse than the best.
  const above = fewer[fewer.indexOf(open) - 1] ?? half;
  return above !== undefined && above.cost > CLEARLY_WORSE * best ? undefined : open;
}

function cheapest(trials: readonly Trial[]): Trial {
  return trials.reduce((best, trial) => (trial.cost < best.cost ? trial : best));
}
